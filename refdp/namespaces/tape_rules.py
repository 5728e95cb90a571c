r"""What the tape records: functions of arrays, each beside the rule that takes a gradient back through it.

For :math:`y = f(x)` and the gradient :math:`\bar y` with respect to :math:`y`, a rule returns
:math:`\bar x = \bar y\,\partial f/\partial x`, in functions of the standard: it holds for any library.
Equation {eq}`eq-reverse-mode` of the book.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import autograd.numpy  # noqa: F401  # its tracer looks for the array box that this defines
from autograd.extend import VSpace, defvjp_argnum, primitive

from refdp._typing import Array, Namespace
from refdp.namespaces.scatter import scatter, scatter_slice

__all__ = ["Back", "Leaf", "recorded"]


class Leaf:
    """An array and its namespace: what stands on the tape, whatever the library.

    Parameters
    ----------
    xp
        The namespace of `array`.
    array
        Any array that follows the standard.
    """

    __slots__ = ("array", "xp")

    def __init__(self, xp: Namespace, array: Array) -> None:
        self.xp, self.array = xp, array


class _LeafSpace(VSpace):  # type: ignore[misc]  # autograd is untyped
    """How autograd adds gradients."""

    def __init__(self, value: Leaf) -> None:
        self.shape = value.array.shape

    def _add(self, x: Leaf, y: Leaf) -> Leaf:
        return Leaf(x.xp, x.array + y.array)

    def _mut_add(self, x: Leaf, y: Leaf) -> Leaf:
        return self._add(x, y)


VSpace.register(Leaf, _LeafSpace)


class Back(NamedTuple):
    """What a rule goes by.

    Attributes
    ----------
    xp
        The namespace of the arrays.
    g
        The gradient of the result.
    y
        The result.
    args
        The arguments; `x` is the first of them, `z` the second.
    options
        The keywords.
    """

    xp: Namespace
    g: Any
    y: Any
    args: tuple[Any, ...]
    options: dict[str, Any]

    @property
    def x(self) -> Any:
        """The first argument."""
        return self.args[0]

    @property
    def z(self) -> Any:
        """The second argument."""
        return self.args[1]


Rule = Callable[..., Any]


def recorded(
    function: str | Callable[..., Any], *rules: Rule, each: Rule | None = None
) -> Callable[..., Any]:
    """Return a function of arrays that is recorded where one of them is on the tape.

    Parameters
    ----------
    function
        A name in the standard, or `function(xp, *arrays, **options)`.
    rules
        For each array in turn, from `Back` to the gradient of that array. Where the array was broadcast its
        gradient is summed back.
    each
        One rule for all arrays instead, which is told the number of the array as well.
    """
    call = _named(function) if isinstance(function, str) else function

    def run(*args: Any, **options: Any) -> Leaf:
        xp = next(x.xp for x in args if type(x) is Leaf)
        return Leaf(xp, call(xp, *map(_plain, args), **options))

    def back(number: int, y: Leaf, args: tuple[Any, ...], options: dict[str, Any]) -> Callable[[Leaf], Leaf]:
        xp, plain = y.xp, tuple(map(_plain, args))

        def gradient(g: Leaf) -> Leaf:
            seen = Back(xp, g.array, y.array, plain, options)
            found = rules[number](seen) if each is None else each(seen, number)
            return Leaf(xp, _summed_to(xp, found, plain[number].shape))

        return gradient

    made: Callable[..., Any] = primitive(run)
    defvjp_argnum(made, back)
    return made


def _named(function: str) -> Callable[..., Any]:
    return lambda xp, *args, **options: getattr(xp, function)(*args, **options)


def _plain(x: Any) -> Any:
    return x.array if type(x) is Leaf else x


def _summed_to(xp: Namespace, g: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient summed over the axes along which an array of a shape was broadcast."""
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    stretched = (k + extra for k, n in enumerate(shape) if n == 1 and g.shape[k + extra] != 1)
    return xp.reshape(xp.sum(g, axis=(*range(extra), *stretched)), shape)


def _where_larger(b: Back, x: Any, z: Any) -> Any:
    """Return g where x > z, and half of it where they are equal."""
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
    return b.g[(slice(None),) * place + (slice(start, start + b.args[number].shape[place]),)]


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
matmul = recorded(
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
getitem = recorded(lambda _, x, *, key: x[key], lambda b: scatter_slice(b.xp, b.g, b.x, b.options["key"]))
_power = recorded(
    lambda _, x, *, n: x**n,
    lambda b: (b.g * b.x ** (b.options["n"] - 1)) * float(b.options["n"]),
)
_reshape = recorded("reshape", lambda b: b.xp.reshape(b.g, b.x.shape))
_permute = recorded("permute_dims", _transposed)
_broadcast = recorded("broadcast_to", lambda b: b.g)


def power(x: Any, n: int) -> Any:
    """Return x to the whole power n."""
    return _power(x, n=n) if n else x * 0.0 + 1.0


def reshape(x: Any, shape: tuple[int, ...]) -> Any:
    """Return the elements in another shape."""
    return _reshape(x, shape=shape)


def permute_dims(x: Any, axes: tuple[int, ...]) -> Any:
    """Return the array with its axes in another order."""
    return _permute(x, axes=tuple(k % len(axes) for k in axes))


def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Return the array repeated to a shape."""
    return _broadcast(x, shape=shape)
