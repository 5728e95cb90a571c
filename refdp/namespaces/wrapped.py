"""The wrapper that balls, series and budgets share: an immutable array of several NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Self

import numpy as np

from refdp.namespaces.formats import Format

__all__ = ["Leaves", "WrappedArray", "as_leaf"]

Leaves = tuple[np.ndarray[Any, Any], ...]


def as_leaf(value: Any) -> np.ndarray[Any, Any]:
    """Return `value` as an array; a single object, which NumPy makes of a 0-d result, becomes 0-d again."""
    if isinstance(value, np.ndarray):
        return value
    leaf = np.empty((), np.float64 if isinstance(value, (float, np.floating)) else object)
    leaf[()] = value
    return leaf


class WrappedArray:
    """An immutable Array API array whose elements need more than one float.

    Its data are *leaves*, NumPy arrays of one shape: a ball array has one leaf of `flint.arb`, a series one
    leaf for each Taylor coefficient, a budget one for the value and one for the bound. What an operation
    means is known to the namespace alone.

    Parameters
    ----------
    namespace
        The namespace that made the array.
    leaves
        NumPy arrays of one shape.
    dtype
        The format of the elements.
    """

    __slots__ = ("_dtype", "_leaves", "_namespace")
    __array_ufunc__ = None  # NumPy arrays on the left of an operator leave the operation to us
    __hash__ = None  # type: ignore[assignment]  # `==` is element-wise

    def __init__(self, namespace: Any, leaves: Leaves, dtype: Format) -> None:
        self._namespace = namespace
        self._leaves = tuple(_read_only(as_leaf(leaf)) for leaf in leaves)
        self._dtype = dtype

    @property
    def leaves(self) -> Leaves:
        """The NumPy arrays inside, read-only."""
        return self._leaves

    @property
    def dtype(self) -> Format:
        """The format of the elements."""
        return self._dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return tuple(self._leaves[0].shape)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return self._leaves[0].ndim

    @property
    def size(self) -> int:
        """How many elements there are."""
        return self._leaves[0].size

    @property
    def device(self) -> str:
        """Always `"cpu"`."""
        return "cpu"

    @property
    def mT(self) -> Self:
        """The array with its last two axes exchanged."""
        return self.map(lambda leaf: np.swapaxes(leaf, -1, -2))

    @property
    def T(self) -> Self:
        """The transpose of a matrix."""
        return self.mT

    def map(self, function: Callable[[np.ndarray[Any, Any]], Any]) -> Self:
        """Return the array with `function`, which only moves elements about, applied to every leaf."""
        return type(self)(self._namespace, tuple(function(leaf) for leaf in self._leaves), self._dtype)

    def to_device(self, device: Any, /, *, stream: Any = None) -> Self:
        """Return the array itself: there is one device."""
        del device, stream
        return self

    def __array_namespace__(self, /, *, api_version: str | None = None) -> Any:
        del api_version
        return self._namespace

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        del args, kwargs
        message = f"{type(self).__name__} is no NumPy array; `midpoint` and `radius` give float64 arrays"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.shape}, dtype={self._dtype}, {self._leaves[0]!r})"

    def __getitem__(self, key: Any, /) -> Self:
        return self.map(lambda leaf: leaf[key])

    def __len__(self) -> int:
        if not self.shape:
            message = "len() of a 0-d array"
            raise TypeError(message)
        return self.shape[0]

    def __float__(self) -> float:
        return float(self._namespace.midpoint(self._single("float")))

    def __bool__(self) -> bool:
        return bool(self._namespace.not_equal(self._single("bool"), 0.0))

    def __add__(self, other: Any, /) -> Any:
        return self._operate("add", other)

    def __radd__(self, other: Any, /) -> Any:
        return self._operate("add", other, swap=True)

    def __sub__(self, other: Any, /) -> Any:
        return self._operate("subtract", other)

    def __rsub__(self, other: Any, /) -> Any:
        return self._operate("subtract", other, swap=True)

    def __mul__(self, other: Any, /) -> Any:
        return self._operate("multiply", other)

    def __rmul__(self, other: Any, /) -> Any:
        return self._operate("multiply", other, swap=True)

    def __truediv__(self, other: Any, /) -> Any:
        return self._operate("divide", other)

    def __rtruediv__(self, other: Any, /) -> Any:
        return self._operate("divide", other, swap=True)

    def __matmul__(self, other: Any, /) -> Any:
        return self._operate("matmul", other)

    def __rmatmul__(self, other: Any, /) -> Any:
        return self._operate("matmul", other, swap=True)

    def __pow__(self, other: Any, /) -> Any:
        return self._operate("pow", other)

    def __neg__(self) -> Any:
        return self._namespace.negative(self)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Any:
        return self._namespace.abs(self)

    def __lt__(self, other: Any, /) -> Any:
        return self._operate("less", other)

    def __le__(self, other: Any, /) -> Any:
        return self._operate("less_equal", other)

    def __gt__(self, other: Any, /) -> Any:
        return self._operate("greater", other)

    def __ge__(self, other: Any, /) -> Any:
        return self._operate("greater_equal", other)

    def __eq__(self, other: Any, /) -> Any:
        return self._operate("equal", other)

    def __ne__(self, other: Any, /) -> Any:
        return self._operate("not_equal", other)

    def _operate(self, name: str, other: Any, *, swap: bool = False) -> Any:
        if not isinstance(other, (WrappedArray, np.ndarray, np.generic, int, float)):
            return NotImplemented
        function = getattr(self._namespace, name)
        return function(other, self) if swap else function(self, other)

    def _single(self, what: str) -> Self:
        if self.shape:
            message = f"{what}() takes an array of shape (), got {self.shape}"
            raise TypeError(message)
        return self


def _read_only(leaf: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    view = leaf.view()
    view.flags.writeable = False
    return view
