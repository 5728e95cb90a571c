r"""What the tape records: functions of arrays, each beside the rule that takes a gradient back through it.

For :math:`y = f(x)` and the gradient :math:`\bar y` with respect to :math:`y`, a rule returns
:math:`\bar x = \bar y\,\partial f/\partial x`, in functions of the standard: it holds for any library.
Equation {eq}`eq-reverse-mode` of the book.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refdp.errors import UnsupportedError
from refdp.namespaces.scatter import scatter, scatter_slice
from refdp.namespaces.tape_record import Back, recorded

__all__ = [
    "absolute",
    "add",
    "astype",
    "broadcast_to",
    "concat",
    "cos",
    "divide",
    "exp",
    "expm1",
    "getitem",
    "log",
    "log1p",
    "matmul",
    "matrix_transpose",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "permute_dims",
    "power",
    "reshape",
    "sin",
    "sqrt",
    "square",
    "subtract",
    "take",
    "tanh",
    "total",
    "where",
]


def _where_larger(b: Back, x: Any, z: Any) -> Any:
    """Return g where x > z, half of it where they are equal, and all from 0 to g where that is undecided."""
    if hasattr(b.xp, "part_of"):
        larger, smaller = b.xp.proven("less", z, x), b.xp.proven("less", x, z)
        rest = b.xp.where(smaller, b.xp.zeros_like(b.g), b.xp.part_of(b.g))
        return b.xp.where(larger, b.g, rest)
    half = b.xp.where(x == z, b.g * 0.5, b.xp.zeros_like(b.g))
    return b.xp.where(x > z, b.g, half)


def _signed(b: Back) -> Any:
    falling = b.xp.where(b.x < 0.0, -b.g, b.xp.zeros_like(b.g))
    return b.xp.where(b.x > 0.0, b.g, falling)


def _where(b: Back, number: int) -> Any:
    zero = b.xp.zeros_like(b.g)
    return b.xp.where(b.x, b.g, zero) if number == 1 else b.xp.where(b.x, zero, b.g)


def _transposed(b: Back) -> Any:
    axes = b.options["axes"]
    return b.xp.permute_dims(b.g, tuple(sorted(range(len(axes)), key=axes.__getitem__)))


def _spread(b: Back) -> Any:
    axis, ndim = b.options["axis"], b.x.ndim
    axes = range(ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    gone = {k % ndim for k in axes}
    rows = b.xp.reshape(b.g, tuple(1 if k in gone else n for k, n in enumerate(b.x.shape)))
    return b.xp.broadcast_to(rows, b.x.shape)


def _part(b: Back, number: int) -> Any:
    place = b.options["axis"] % b.g.ndim
    start = sum(x.shape[place] for x in b.args[:number])
    part = slice(start, start + b.args[number].shape[place])
    return b.g[(*(slice(None) for _ in range(place)), part, ...)]


def _put_back(b: Back) -> Any:
    """Add up the gradients of whatever `take` has taken several times."""
    xp, place = b.xp, b.options["axis"] % b.x.ndim
    order = (place, *(k for k in range(b.x.ndim) if k != place))
    front = xp.permute_dims(b.g, order)
    rows = xp.reshape(front, (front.shape[0], math.prod(front.shape[1:])))
    found = xp.reshape(scatter(xp, rows, b.z, b.x.shape[place]), (b.x.shape[place], *front.shape[1:]))
    return xp.permute_dims(found, tuple(sorted(range(b.x.ndim), key=order.__getitem__)))


add = recorded("add", lambda b: b.g, lambda b: b.g)
subtract = recorded("subtract", lambda b: b.g, lambda b: -b.g)
multiply = recorded("multiply", lambda b: b.g * b.z, lambda b: b.g * b.x)
divide = recorded("divide", lambda b: b.g / b.z, lambda b: -(b.g * b.y) / b.z)
negative = recorded("negative", lambda b: -b.g)
_matmul = recorded(
    "matmul",
    lambda b: b.xp.matmul(b.g, b.xp.matrix_transpose(b.z)),
    lambda b: b.xp.matmul(b.xp.matrix_transpose(b.x), b.g),
)
absolute = recorded("abs", _signed)
sqrt = recorded("sqrt", lambda b: (b.g * 0.5) / b.y)
square = recorded("square", lambda b: (b.g * b.x) * 2.0)
exp = recorded("exp", lambda b: b.g * b.y)
expm1 = recorded("expm1", lambda b: b.g * (b.y + 1.0))
log = recorded("log", lambda b: b.g / b.x)
log1p = recorded("log1p", lambda b: b.g / (b.x + 1.0))
# Not 1 / cosh(x)**2, which overflows.
tanh = recorded("tanh", lambda b: b.g * (1.0 - b.y * b.y))
sin = recorded("sin", lambda b: b.g * b.xp.cos(b.x))
cos = recorded("cos", lambda b: -(b.g * b.xp.sin(b.x)))
maximum = recorded("maximum", lambda b: _where_larger(b, b.x, b.z), lambda b: _where_larger(b, b.z, b.x))
minimum = recorded("minimum", lambda b: _where_larger(b, b.z, b.x), lambda b: _where_larger(b, b.x, b.z))
where = recorded("where", each=_where)
matrix_transpose = recorded("matrix_transpose", lambda b: b.xp.matrix_transpose(b.g))
concat = recorded(lambda xp, *arrays, axis: xp.concat(arrays, axis=axis), each=_part)
take = recorded("take", _put_back)
total = recorded("sum", _spread)
astype = recorded(lambda xp, x, *, dtype: xp.astype(x, dtype), lambda b: b.xp.astype(b.g, b.x.dtype))
_getitem = recorded(lambda _, x, *, key: x[key], lambda b: scatter_slice(b.xp, b.g, b.x, b.options["key"]))
_power = recorded(
    lambda _, x, *, n: x**n,
    lambda b: (b.g * b.x ** (b.options["n"] - 1)) * float(b.options["n"]),
)
_reshape = recorded("reshape", lambda b: b.xp.reshape(b.g, b.x.shape))
_permute = recorded("permute_dims", _transposed)
_broadcast = recorded("broadcast_to", lambda b: b.g)


def power(x: Any, n: Any) -> Any:
    """Return x to the power n, which has no gradient."""
    if not isinstance(n, int | float):
        message = "`pow`: exponents that are arrays have no rule for their derivative"
        raise UnsupportedError(message)
    return _power(x, n=n) if n else x * 0.0 + 1.0


def matmul(x: Any, z: Any) -> Any:
    """Return the product of matrices, or of stacks of them."""
    if min(x.ndim, z.ndim) < 2:
        message = "`matmul`: has no rule for the derivative of vectors; give them an axis of length one"
        raise UnsupportedError(message)
    return _matmul(x, z)


def getitem(x: Any, key: Any) -> Any:
    """Return a part of the array, by numbers and slices, where no element comes twice."""
    for k in key if isinstance(key, tuple) else (key,):
        if not (k is None or k is Ellipsis or isinstance(k, int | np.integer | slice)):
            message = "`[...]`: has no rule for the derivative but with whole numbers and slices; use `take`"
            raise UnsupportedError(message)
    return _getitem(x, key=key)


def reshape(x: Any, shape: tuple[int, ...]) -> Any:
    """Return the elements in another shape."""
    return _reshape(x, shape=shape)


def permute_dims(x: Any, axes: tuple[int, ...]) -> Any:
    """Return the array with its axes in another order."""
    return _permute(x, axes=tuple(k % len(axes) for k in axes))


def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Return the array repeated to a shape."""
    return _broadcast(x, shape=shape)
