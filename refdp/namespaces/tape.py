"""The namespace of arrays that HIPS autograd records: the mathematics runs on it unchanged.

autograd keeps the tape and walks it backwards; what is recorded, and the derivative of each function, is in
`refdp.namespaces.tape_rules`. Unlike `autograd.numpy`, arrays of any library may be on the tape: NumPy's for
forces, balls for proven ones, budgets for what rounding may do to them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.extend import Box

from refdp._typing import Array, Namespace
from refdp.errors import UnsupportedError
from refdp.namespaces import array_namespace, tape_rules
from refdp.namespaces.tape_rules import Leaf

__all__ = ["TapeArray", "TapeNamespace", "value_of"]

Axis = int | tuple[int, ...] | None


def value_of(x: Any) -> Any:
    """Return what an array on the tape stands for; anything else as it is."""
    return x.detached if isinstance(x, TapeArray) else x


def _either(name: str, rule: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method: the recorded function where an argument is on the tape, else the library's own."""

    def method(self: TapeNamespace, *args: Any) -> Any:
        on_tape = any(type(x) is TapeArray for x in args)
        return rule(*args) if on_tape else getattr(self._xp, name)(*args)

    method.__name__, method.__doc__ = name, getattr(rule, "__doc__", None)
    return method


class TapeNamespace:
    """The Array API for arrays on the tape; everything that is no function of them is the library's own.

    Parameters
    ----------
    xp
        The namespace of the arrays inside.
    """

    def __init__(self, xp: Namespace) -> None:
        self._xp = xp

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._xp, name)
        return _refusing(name, found) if callable(found) and not isinstance(found, type) else found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TapeNamespace) and self._xp is other._xp

    def __hash__(self) -> int:
        return hash(id(self._xp))

    add = _either("add", tape_rules.add)
    subtract = _either("subtract", tape_rules.subtract)
    multiply = _either("multiply", tape_rules.multiply)
    divide = _either("divide", tape_rules.divide)
    negative = _either("negative", tape_rules.negative)
    matmul = _either("matmul", tape_rules.matmul)
    abs = _either("abs", tape_rules.absolute)
    sqrt = _either("sqrt", tape_rules.sqrt)
    square = _either("square", tape_rules.square)
    exp = _either("exp", tape_rules.exp)
    expm1 = _either("expm1", tape_rules.expm1)
    log = _either("log", tape_rules.log)
    log1p = _either("log1p", tape_rules.log1p)
    tanh = _either("tanh", tape_rules.tanh)
    sin = _either("sin", tape_rules.sin)
    cos = _either("cos", tape_rules.cos)
    maximum = _either("maximum", tape_rules.maximum)
    minimum = _either("minimum", tape_rules.minimum)
    where = _either("where", tape_rules.where)
    reshape = _either("reshape", tape_rules.reshape)
    permute_dims = _either("permute_dims", tape_rules.permute_dims)
    matrix_transpose = _either("matrix_transpose", tape_rules.matrix_transpose)
    broadcast_to = _either("broadcast_to", tape_rules.broadcast_to)

    def pow(self, x: Array, n: int, /) -> Array:
        """Return x to a whole power."""
        if int(n) != n:
            message = "`pow`: only whole powers are differentiated"
            raise UnsupportedError(message)
        return tape_rules.power(x, int(n))

    def clip(self, x: Array, /, min: Any = None, max: Any = None) -> Array:  # noqa: A002  # the standard's names
        """Return x, no smaller than `min` and no larger than `max`."""
        x = x if min is None else self.maximum(x, min)
        return x if max is None else self.minimum(x, max)

    def concat(self, arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
        """Return the arrays joined along an axis that they have."""
        on_tape = any(type(x) is TapeArray for x in arrays)
        return tape_rules.concat(*arrays, axis=axis) if on_tape else self._xp.concat(arrays, axis=axis)

    def stack(self, arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
        """Return the arrays joined along a new axis."""
        first = arrays[0]
        place = axis % (first.ndim + 1)
        shape = (*first.shape[:place], 1, *first.shape[place:])
        return self.concat([self.reshape(x, shape) for x in arrays], axis=place)

    def take(self, x: Array, indices: Array, /, *, axis: int = 0) -> Array:
        """Return elements along an axis by a 1-D integer index."""
        on_tape = type(x) is TapeArray
        return (tape_rules if on_tape else self._xp).take(x, indices, axis=axis)

    def sum(self, x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
        """Return the sum along axes."""
        if type(x) is not TapeArray:
            return self._xp.sum(x, axis=axis, keepdims=keepdims)
        return tape_rules.total(x, axis=axis, keepdims=keepdims)

    def mean(self, x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
        """Return the mean along axes."""
        axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
        return self.sum(x, axis=axis, keepdims=keepdims) / math.prod(x.shape[k] for k in axes)

    def vecdot(self, x1: Array, x2: Array, /, *, axis: int = -1) -> Array:
        """Return the sum of products along an axis."""
        return self.sum(x1 * x2, axis=axis)

    def expand_dims(self, x: Array, /, *, axis: int = 0) -> Array:
        """Return the array with an axis of length one inserted."""
        place = axis % (x.ndim + 1)
        return self.reshape(x, (*x.shape[:place], 1, *x.shape[place:]))

    def squeeze(self, x: Array, /, axis: int) -> Array:
        """Return the array without an axis of length one."""
        place = axis % x.ndim
        return self.reshape(x, (*x.shape[:place], *x.shape[place + 1 :]))

    def astype(self, x: Array, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Array:
        """Return x in another dtype."""
        del copy, device
        if type(x) is not TapeArray:
            return self._xp.astype(x, dtype)
        return x if x.dtype == dtype else tape_rules.astype(x, dtype=dtype)

    def asarray(self, obj: Any, /, **how: Any) -> Any:
        """Return what is on the tape as it is, and anything else as the library does."""
        return obj if isinstance(obj, TapeArray) else self._xp.asarray(obj, **how)

    def zeros_like(self, x: Any, /, **how: Any) -> Any:
        """Return zeros of the same shape, a constant."""
        return self._xp.zeros_like(value_of(x), **how)

    def ones_like(self, x: Any, /, **how: Any) -> Any:
        """Return ones of the same shape, a constant."""
        return self._xp.ones_like(value_of(x), **how)

    def full_like(self, x: Any, fill_value: Any, /, **how: Any) -> Any:
        """Return one number in the same shape, a constant."""
        return self._xp.full_like(value_of(x), fill_value, **how)


def _refusing(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the library's function, which must not see what is on the tape: its gradient would be lost."""

    def checked(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, TapeArray) for x in (*args, *kwargs.values())):
            message = f"`{name}`: has no rule for its derivative"
            raise UnsupportedError(message)
        return function(*args, **kwargs)

    return checked


class TapeArray(Box):  # type: ignore[misc]  # autograd is untyped
    """An array on the tape, immutable; comparisons give the booleans of the library inside."""

    __slots__ = ()
    __array_ufunc__ = None  # NumPy arrays on the left of an operator leave the operation to us
    __hash__ = None  # type: ignore[assignment]  # `==` is element-wise

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return tuple(self._value.array.shape)

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        """The dtype of the array inside."""
        return self._value.array.dtype

    @property
    def node(self) -> Any:
        """Where autograd keeps how the array came about."""
        return self._node

    @property
    def detached(self) -> Any:
        """The array inside, a constant."""
        return self._value.array

    @property
    def device(self) -> Any:
        """The device of the array inside."""
        return getattr(self._value.array, "device", None)

    def __array_namespace__(self, /, *, api_version: str | None = None) -> TapeNamespace:
        del api_version
        return TapeNamespace(self._value.xp)

    def __getitem__(self, key: Any, /) -> Any:
        return tape_rules.getitem(self, key=key)

    def __add__(self, other: Any, /) -> Any:
        return tape_rules.add(self, other)

    def __radd__(self, other: Any, /) -> Any:
        return tape_rules.add(other, self)

    def __sub__(self, other: Any, /) -> Any:
        return tape_rules.subtract(self, other)

    def __rsub__(self, other: Any, /) -> Any:
        return tape_rules.subtract(other, self)

    def __mul__(self, other: Any, /) -> Any:
        return tape_rules.multiply(self, other)

    def __rmul__(self, other: Any, /) -> Any:
        return tape_rules.multiply(other, self)

    def __truediv__(self, other: Any, /) -> Any:
        return tape_rules.divide(self, other)

    def __rtruediv__(self, other: Any, /) -> Any:
        return tape_rules.divide(other, self)

    def __matmul__(self, other: Any, /) -> Any:
        return tape_rules.matmul(self, other)

    def __rmatmul__(self, other: Any, /) -> Any:
        return tape_rules.matmul(other, self)

    def __pow__(self, n: int, /) -> Any:
        return tape_rules.power(self, n)

    def __neg__(self) -> Any:
        return tape_rules.negative(self)

    def __abs__(self) -> Any:
        return tape_rules.absolute(self)

    def __lt__(self, other: Any, /) -> Any:
        return value_of(self) < value_of(other)

    def __le__(self, other: Any, /) -> Any:
        return value_of(self) <= value_of(other)

    def __gt__(self, other: Any, /) -> Any:
        return value_of(self) > value_of(other)

    def __ge__(self, other: Any, /) -> Any:
        return value_of(self) >= value_of(other)

    def __eq__(self, other: Any, /) -> Any:
        return value_of(self) == value_of(other)

    def __ne__(self, other: Any, /) -> Any:
        return value_of(self) != value_of(other)


TapeArray.register(Leaf)


def leaf(x: Any) -> Leaf:
    """Return an array of any library as what stands on the tape."""
    return Leaf(array_namespace(x), x)
