"""The functions that the mathematics calls on arrays on the tape: recorded ones, and refusals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from autograd.tracer import isbox

from refdp._typing import Array, Namespace
from refdp.errors import UnsupportedError
from refdp.namespaces import detached, tape_rules

__all__ = ["TapeNamespace", "refuse"]

Axis = int | tuple[int, ...] | None


def refuse(name: str) -> NoReturn:
    """Raise UnsupportedError for a function whose gradient would be lost."""
    message = f"`{name}`: has no rule for its derivative"
    raise UnsupportedError(message)


def _is_on_tape(x: Any) -> bool:
    return isbox(x) or (isinstance(x, list | tuple) and any(map(_is_on_tape, x)))


def _either(name: str, rule: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method: the recorded function where an argument is on the tape, else the library's own."""

    def method(self: TapeNamespace, *args: Any, **options: Any) -> Any:
        on_tape = any(map(isbox, args))
        return (rule if on_tape else getattr(self.library, name))(*args, **options)

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
        self.library = xp

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.library, name)
        return _refusing(name, found) if callable(found) and not isinstance(found, type) else found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TapeNamespace) and self.library == other.library

    def __hash__(self) -> int:
        return hash(self.library)

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
    pow = _either("pow", tape_rules.power)

    def clip(self, x: Array, /, min: Any = None, max: Any = None) -> Array:  # noqa: A002  # the standard's names
        """Return x, no smaller than `min` and no larger than `max`; at both it still moves, as in torch."""
        x = x if min is None else self.where(x < min, min, x)
        return x if max is None else self.where(x > max, max, x)

    def concat(self, arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
        """Return the arrays joined along an axis that they have."""
        on_tape = any(map(isbox, arrays))
        return tape_rules.concat(*arrays, axis=axis) if on_tape else self.library.concat(arrays, axis=axis)

    def stack(self, arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
        """Return the arrays joined along a new axis."""
        first = arrays[0]
        place = axis % (first.ndim + 1)
        shape = (*first.shape[:place], 1, *first.shape[place:])
        return self.concat([self.reshape(x, shape) for x in arrays], axis=place)

    def take(self, x: Array, indices: Array, /, *, axis: int = 0) -> Array:
        """Return elements along an axis by a 1-D integer index."""
        return (tape_rules if isbox(x) else self.library).take(x, indices, axis=axis)

    def sum(self, x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
        """Return the sum along axes."""
        if not isbox(x):
            return self.library.sum(x, axis=axis, keepdims=keepdims)
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
        if not isbox(x):
            return self.library.astype(x, dtype)
        return x if x.dtype == dtype else tape_rules.astype(x, dtype=dtype)

    def asarray(self, obj: Any, /, **how: Any) -> Any:
        """Return what is on the tape as it is, and anything else as the library does."""
        if isbox(obj):
            return obj
        return refuse("asarray") if _is_on_tape(obj) else self.library.asarray(obj, **how)

    def zeros_like(self, x: Any, /, **how: Any) -> Any:
        """Return zeros of the same shape, a constant."""
        return self.library.zeros_like(detached(x), **how)

    def ones_like(self, x: Any, /, **how: Any) -> Any:
        """Return ones of the same shape, a constant."""
        return self.library.ones_like(detached(x), **how)

    def full_like(self, x: Any, fill_value: Any, /, **how: Any) -> Any:
        """Return one number in the same shape, a constant."""
        if _is_on_tape(fill_value):
            refuse("full_like")
        return self.library.full_like(detached(x), fill_value, **how)


def _refusing(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the library's function, which must not see what is on the tape: its gradient would be lost."""

    def checked(*args: Any, **kwargs: Any) -> Any:
        if any(map(_is_on_tape, (*args, *kwargs.values()))):
            refuse(name)
        return function(*args, **kwargs)

    return checked
