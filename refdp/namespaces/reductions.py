"""The functions of a namespace that combine many elements into one."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from refdp.errors import unexpected
from refdp.namespaces.wrapped import WrappedArray

__all__ = ["Reductions"]

Axis = int | tuple[int, ...] | None


class Reductions(ABC):
    """Sums, extrema and products of matrices of wrapped arrays; integers and booleans are NumPy's."""

    @abstractmethod
    def evaluate(self, name: str, *values: Any) -> Any:
        """Return the kernel's function `name` at the values, wrapped."""

    @abstractmethod
    def is_real(self, value: Any) -> bool:
        """Tell whether a value is a wrapped array, a float or a NumPy array of floats."""

    @abstractmethod
    def asarray(self, obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
        """Return `obj` as a wrapped array, or as a NumPy array of integers or booleans."""

    @abstractmethod
    def astype(self, x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
        """Return x in another dtype."""

    def sum(self, x: Any, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Any:
        """Return the sum along axes; zero where there is nothing to sum."""
        if not self.is_real(x):
            return np.sum(x, axis=axis, dtype=dtype, keepdims=keepdims)
        return self._reduced("sum", x if dtype is None else self.astype(x, dtype), axis, keepdims)

    def mean(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
        """Return the mean along axes."""
        x = self.asarray(x, dtype=None if self.is_real(x) else float)
        count = math.prod(x.shape[k] for k in _axes(axis, x.ndim))
        return self.sum(x, axis=axis, keepdims=keepdims) / count

    def max(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
        """Return the largest element along axes, an enclosure of it where balls overlap."""
        return self._extremum("max", x, axis, keepdims)

    def min(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
        """Return the smallest element along axes, an enclosure of it where balls overlap."""
        return self._extremum("min", x, axis, keepdims)

    def matmul(self, x1: Any, x2: Any, /) -> Any:
        """Return the product of two matrices, of stacks of them, or of a matrix and a vector."""
        if not (self.is_real(x1) or self.is_real(x2)):
            return np.matmul(x1, x2)
        left, right = self.asarray(x1), self.asarray(x2)
        product = self.evaluate(
            "matmul",
            left[None, :] if left.ndim == 1 else left,
            right[:, None] if right.ndim == 1 else right,
        )
        product = product[..., 0, :] if left.ndim == 1 else product
        return product[..., 0] if right.ndim == 1 else product

    def vecdot(self, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
        """Return the sum of products along an axis."""
        return self.sum(x1 * x2, axis=axis)

    def any(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
        """Return whether any boolean is true."""
        return np.any(_booleans("any", x), axis=axis, keepdims=keepdims)

    def all(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
        """Return whether all booleans are true."""
        return np.all(_booleans("all", x), axis=axis, keepdims=keepdims)

    def count_nonzero(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
        """Return how many booleans are true."""
        return np.count_nonzero(_booleans("count_nonzero", x), axis=axis, keepdims=keepdims)

    def _extremum(self, name: str, x: Any, axis: Axis, keepdims: bool) -> Any:
        if not self.is_real(x):
            return getattr(np, name)(x, axis=axis, keepdims=keepdims)
        if not math.prod(x.shape[k] for k in _axes(axis, x.ndim)):
            raise unexpected("x", x.shape, f"at least one element to take the {name} of")
        return self._reduced(name, x, axis, keepdims)

    def _reduced(self, name: str, x: Any, axis: Axis, keepdims: bool) -> Any:
        """Bring the axes to the end, as one, where the kernel works."""
        x = self.asarray(x)
        axes = _axes(axis, x.ndim)
        kept = tuple(k for k in range(x.ndim) if k not in axes)
        shape = tuple(x.shape[k] for k in kept)
        count = math.prod(x.shape[k] for k in axes)
        rows = x.map(lambda leaf: np.transpose(leaf, kept + axes).reshape(*shape, count))
        result = self.evaluate(name, rows)
        if not keepdims:
            return result
        full = tuple(1 if k in axes else x.shape[k] for k in range(x.ndim))
        return result.map(lambda leaf: leaf.reshape(full))


def _axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    listed = axis if isinstance(axis, tuple) else (axis,)
    if not all(-ndim <= k < ndim for k in listed):
        raise unexpected("axis", axis, f"axes of an array of rank {ndim}")
    return tuple(k % ndim for k in listed)


def _booleans(name: str, x: Any) -> Any:
    if isinstance(x, WrappedArray):
        message = f"{name} takes booleans, got {type(x).__name__}"
        raise TypeError(message)
    return x
