"""The functions of a namespace that move elements about and compute nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refdp.errors import unexpected
from refdp.namespaces.wrapped import WrappedArray

__all__ = ["Structure"]


class Structure(ABC):
    """Shape functions of the Array API for wrapped arrays; integers and booleans stay NumPy arrays."""

    @abstractmethod
    def unify(self, *values: Any) -> tuple[Any, ...]:
        """Return the values as wrapped arrays of one dtype, or as NumPy arrays where none is real."""

    @abstractmethod
    def join(self, function: Callable[..., Any], arrays: Sequence[WrappedArray]) -> WrappedArray:
        """Return the wrapped array of `function(*leaves)`, leaf by leaf."""

    def reshape(self, x: Any, /, shape: int | tuple[int, ...], *, copy: bool | None = None) -> Any:
        """Return the elements in another shape."""
        del copy
        return _move(x, lambda a: np.reshape(a, shape))

    def permute_dims(self, x: Any, /, axes: tuple[int, ...]) -> Any:
        """Return the array with its axes in another order."""
        return _move(x, lambda a: np.transpose(a, axes))

    def matrix_transpose(self, x: Any, /) -> Any:
        """Return the array with its last two axes exchanged."""
        return _move(x, lambda a: np.swapaxes(a, -1, -2))

    def moveaxis(self, x: Any, source: Any, destination: Any, /) -> Any:
        """Return the array with axes moved."""
        return _move(x, lambda a: np.moveaxis(a, source, destination))

    def expand_dims(self, x: Any, /, *, axis: int | tuple[int, ...] = 0) -> Any:
        """Return the array with an axis of length one inserted."""
        return _move(x, lambda a: np.expand_dims(a, axis))

    def squeeze(self, x: Any, /, axis: int | tuple[int, ...]) -> Any:
        """Return the array without an axis of length one."""
        return _move(x, lambda a: np.squeeze(a, axis))

    def broadcast_to(self, x: Any, /, shape: tuple[int, ...]) -> Any:
        """Return the array repeated to a shape."""
        return _move(x, lambda a: np.broadcast_to(a, shape))

    def flip(self, x: Any, /, *, axis: int | tuple[int, ...] | None = None) -> Any:
        """Return the array reversed along axes."""
        return _move(x, lambda a: np.flip(a, axis))

    def roll(self, x: Any, /, shift: Any, *, axis: Any = None) -> Any:
        """Return the array rolled along axes."""
        return _move(x, lambda a: np.roll(a, shift, axis))

    def repeat(self, x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
        """Return the array with each element repeated."""
        return _move(x, lambda a: np.repeat(a, repeats, axis))

    def tile(self, x: Any, repetitions: tuple[int, ...], /) -> Any:
        """Return the array laid side by side with itself."""
        return _move(x, lambda a: np.tile(a, repetitions))

    def take(self, x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
        """Return elements along an axis by a 1-D integer index."""
        return _move(x, lambda a: np.take(a, indices, axis))

    def take_along_axis(self, x: Any, indices: Any, /, *, axis: int = -1) -> Any:
        """Return elements along an axis by an index array of the same rank."""
        return _move(x, lambda a: np.take_along_axis(a, indices, axis))

    def unstack(self, x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        """Return the slices along an axis."""
        front = self.moveaxis(x, axis, 0)
        return tuple(front[k, ...] for k in range(front.shape[0]))

    def concat(self, arrays: Sequence[Any], /, *, axis: int | None = 0) -> Any:
        """Return the arrays joined along an axis that they have; None flattens them first."""
        return self._joined(lambda *leaves: np.concatenate(leaves, axis=axis), arrays)

    def stack(self, arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
        """Return the arrays joined along a new axis."""
        return self._joined(lambda *leaves: np.stack(leaves, axis=axis), arrays)

    def broadcast_arrays(self, *arrays: Any) -> list[Any]:
        """Return the arrays repeated to their common shape."""
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
        return [self.broadcast_to(a, shape) for a in arrays]

    def where(self, condition: Any, x1: Any, x2: Any, /) -> Any:
        """Return elements of `x1` where `condition` holds and of `x2` elsewhere.

        Raises
        ------
        InputError
            `condition` is no array of booleans; a comparison that was proven gives one.
        """
        if isinstance(condition, WrappedArray) or np.asarray(condition).dtype != np.bool_:
            raise unexpected("condition", condition, "an array of booleans")
        return self._joined(lambda a, b: np.where(condition, a, b), (x1, x2))

    def _joined(self, function: Callable[..., Any], arrays: Sequence[Any]) -> Any:
        unified = self.unify(*arrays)
        if isinstance(unified[0], WrappedArray):
            return self.join(function, unified)
        return function(*unified)


def _move(x: Any, function: Callable[[Any], Any]) -> Any:
    return x.map(function) if isinstance(x, WrappedArray) else function(np.asarray(x))
