"""The Array API namespace that balls, Taylor series and error budgets share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from refdp.errors import unexpected
from refdp.namespaces.constants import Constants
from refdp.namespaces.formats import Format, format_of
from refdp.namespaces.pointwise import Pointwise
from refdp.namespaces.reductions import Reductions
from refdp.namespaces.relations import Relations
from refdp.namespaces.structure import Structure
from refdp.namespaces.wrapped import Leaves, WrappedArray

__all__ = ["WrappedNamespace"]


class WrappedNamespace(Constants, Structure, Pointwise, Relations, Reductions):
    """Creation, dtypes and dispatch; a subclass says how numbers enter and which kernel computes.

    Real numbers are wrapped; integers and booleans (types, neighbour tables, masks) are plain NumPy arrays,
    here as arguments and as results. Python floats and NumPy arrays of floats are real numbers, taken
    exactly.
    """

    array_type: ClassVar[type[WrappedArray]]
    exact: ClassVar[bool]  # whether dtypes mean nothing: there is no rounding

    @property
    @abstractmethod
    def default_format(self) -> Format:
        """The dtype of what is made without saying which."""

    @property
    @abstractmethod
    def __name__(self) -> str:
        """What tells this mode from another: namespaces of one name count as one."""

    @abstractmethod
    def apply(self, name: str, dtype: Format, *operands: Leaves) -> Leaves:
        """Return the leaves of the function `name` at operands of this dtype."""

    @abstractmethod
    def decide(self, name: str, dtype: Format, *operands: Leaves) -> Any:
        """Return the booleans of the function `name` at operands of this dtype."""

    @abstractmethod
    def enter(self, values: np.ndarray[Any, Any], dtype: Format) -> Leaves:
        """Return the leaves that stand for an array of finite NumPy numbers."""

    @abstractmethod
    def convert(self, x: WrappedArray, dtype: Format) -> WrappedArray:
        """Return x in another format."""

    @abstractmethod
    def midpoint(self, x: Any) -> np.ndarray[Any, Any]:
        """Return the float64 nearest to the midpoint of each element."""

    def asarray(self, obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
        """Return `obj` as a wrapped array, or as a NumPy array of integers or booleans.

        Raises
        ------
        InputError
            A number is not finite, or is no number.
        """
        del device, copy
        if isinstance(obj, WrappedArray):
            return self._own(obj) if dtype is None else self.astype(obj, dtype)
        values = np.asarray(obj)
        if dtype is None and values.dtype.kind in "iub":
            return values
        target = self.default_format if dtype is None else self._format(dtype)
        return values.astype(dtype) if target is None else self._wrapped(values, target)

    def astype(self, x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
        """Return x in another dtype; a wrapped array cannot become integers or booleans."""
        del device
        if not isinstance(x, WrappedArray):
            return self.asarray(x, dtype=dtype)
        target = self._format(dtype)
        if target is None:
            raise unexpected("dtype", dtype, "a real floating dtype, since balls do not become integers")
        del copy
        return self._own(x) if target == x.dtype else self.convert(self._own(x), target)

    def full(self, shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
        """Return an array of one value."""
        del device
        value = self.asarray(fill_value, dtype=dtype)
        return self.broadcast_to(value, shape if isinstance(shape, tuple) else (shape,))

    def zeros(self, shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
        """Return an array of exact zeros."""
        return self.full(shape, 0.0, dtype=dtype, device=device)

    def ones(self, shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
        """Return an array of exact ones."""
        return self.full(shape, 1.0, dtype=dtype, device=device)

    def full_like(self, x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
        """Return an array of one value in the shape and dtype of x."""
        return self.full(x.shape, fill_value, dtype=x.dtype if dtype is None else dtype, device=device)

    def zeros_like(self, x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
        """Return exact zeros in the shape and dtype of x."""
        return self.full_like(x, 0.0, dtype=dtype, device=device)

    def ones_like(self, x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
        """Return exact ones in the shape and dtype of x."""
        return self.full_like(x, 1.0, dtype=dtype, device=device)

    def eye(self, n_rows: int, n_cols: int | None = None, /, *, dtype: Any = None, device: Any = None) -> Any:
        """Return a unit matrix."""
        return self.asarray(np.eye(n_rows, n_cols), dtype=dtype, device=device)

    def arange(
        self, start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None
    ) -> Any:
        """Return evenly spaced numbers."""
        first, last = (0, start) if stop is None else (start, stop)
        return self.asarray(np.arange(first, last, step), dtype=dtype, device=device)

    def isfinite(self, x: Any, /) -> Any:
        """Return true everywhere: numbers that are not finite are refused at the door and when they arise."""
        return np.ones(x.shape, np.bool_) if isinstance(x, WrappedArray) else np.isfinite(x)

    def isnan(self, x: Any, /) -> Any:
        """Return false everywhere."""
        return ~self.isfinite(x) if isinstance(x, WrappedArray) else np.isnan(x)

    def logical_and(self, x1: Any, x2: Any, /) -> Any:
        """Return x1 and x2, of booleans."""
        return np.logical_and(x1, x2)

    def logical_or(self, x1: Any, x2: Any, /) -> Any:
        """Return x1 or x2, of booleans."""
        return np.logical_or(x1, x2)

    def logical_not(self, x: Any, /) -> Any:
        """Return not x, of booleans."""
        return np.logical_not(x)

    def isdtype(self, dtype: Any, kind: Any) -> Any:
        """Tell whether a dtype is of a kind, or of one of several."""
        if not isinstance(dtype, Format):
            return np.isdtype(np.dtype(dtype), kind)
        kinds = kind if isinstance(kind, tuple) else (kind,)
        return any(k in ("real floating", "numeric") or (isinstance(k, Format) and k == dtype) for k in kinds)

    def finfo(self, dtype: Any, /) -> Format:
        """Return the format of a dtype or array, which answers like the standard's `finfo`."""
        found = self._format(_dtype_of(dtype))
        if found is None:
            raise unexpected("dtype", dtype, "a real floating dtype")
        return found

    def result_type(self, *arrays_and_dtypes: Any) -> Any:
        """Return the dtype of a result: the widest format, or NumPy's where none is real."""
        items = [_dtype_of(a) for a in arrays_and_dtypes]
        formats = [f for f in items if isinstance(f, Format)]
        return self.promote(formats) if formats else np.result_type(*items)

    def promote(self, formats: Sequence[Format]) -> Format:
        """Return the format with the most digits."""
        return max(formats, key=lambda f: f.digits)

    def is_real(self, value: Any) -> Any:
        """Tell whether a value is a wrapped array, a float or a NumPy array of floats."""
        kind = getattr(getattr(value, "dtype", None), "kind", "")
        return kind == "f" or isinstance(value, (WrappedArray, float))

    def coerce(self, *values: Any) -> tuple[WrappedArray, ...]:
        """Return the values as wrapped arrays of one dtype: the widest of those that were wrapped."""
        formats = [v.dtype for v in values if isinstance(v, WrappedArray)]
        dtype = self.promote(formats) if formats else self.default_format
        return tuple(self.asarray(v, dtype=dtype) for v in values)

    def unify(self, *values: Any) -> tuple[Any, ...]:
        """Return the values as wrapped arrays of one dtype, or as NumPy arrays where none is real."""
        if any(self.is_real(v) for v in values):
            return self.coerce(*values)
        return tuple(np.asarray(v) for v in values)

    def join(self, function: Callable[..., Any], arrays: Sequence[WrappedArray]) -> WrappedArray:
        """Return the wrapped array of `function(*leaves)`, leaf by leaf."""
        leaves = zip(*(a.leaves for a in arrays), strict=True)
        return self.wrap(tuple(function(*group) for group in leaves), arrays[0].dtype)

    def wrap(self, leaves: Leaves, dtype: Format) -> WrappedArray:
        """Return an array of this namespace."""
        return self.array_type(self, leaves, dtype)

    def evaluate(self, name: str, *values: Any) -> Any:
        """Return the kernel's function `name` at the values, wrapped."""
        arrays = self.coerce(*values)
        dtype = arrays[0].dtype
        return self.wrap(self.apply(name, dtype, *(a.leaves for a in arrays)), dtype)

    def proven(self, name: str, x1: Any, x2: Any) -> Any:
        """Return where `less` or `less_equal` (the `name`) is proven."""
        arrays = self.coerce(x1, x2)
        return self.decide(name, arrays[0].dtype, *(a.leaves for a in arrays))

    def _wrapped(self, values: np.ndarray[Any, Any], dtype: Format) -> WrappedArray:
        if values.dtype.kind not in "iubf" or values.dtype.itemsize > 8:
            raise unexpected("obj", values.dtype, "integers or floats of at most 64 bits")
        if not np.all(np.isfinite(values)):
            raise unexpected("obj", values[~np.isfinite(values)][0], "finite numbers")
        return self.wrap(self.enter(values, dtype), dtype)

    def _own(self, x: WrappedArray) -> WrappedArray:
        if x.__array_namespace__() != self:
            message = f"an array of {x.__array_namespace__().__name__} does not mix with {self.__name__}"
            raise TypeError(message)
        return x

    def _format(self, dtype: Any) -> Format | None:
        found = format_of(dtype)
        return self.default_format if found is not None and self.exact else found


def _dtype_of(item: Any) -> Any:
    """Return the dtype of an array, or the dtype itself; the `dtype` of NumPy's scalar types is neither."""
    return item if isinstance(item, type) else getattr(item, "dtype", item)
