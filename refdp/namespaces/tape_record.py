r"""What the tape is made of: arrays of any library, and functions that are recorded with their rules.

Equation {eq}`eq-reverse-mode` of the book; the functions themselves are in `refdp.namespaces.tape_rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import autograd.numpy  # noqa: F401  # its tracer looks for the array box that this defines
from autograd.extend import VSpace, defvjp_argnum, primitive
from autograd.tracer import isbox

from refdp._typing import Array, Namespace

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

    def back(number: int, y: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Callable[[Any], Any]:
        plain = tuple(map(_plain, args))

        def gradient(g: Any) -> Any:
            # Where derivatives are differentiated, what comes back may be on the tape while `y` is not.
            xp = g.xp if isbox(g) else y.xp
            seen = Back(xp, g.array, y.array, plain, options)
            found = rules[number](seen) if each is None else each(seen, number)
            return _standing(xp, _summed_to(xp, found, plain[number].shape))

        return gradient

    made: Callable[..., Any] = primitive(run)
    defvjp_argnum(made, back)
    return made


def _named(function: str) -> Callable[..., Any]:
    return lambda xp, *args, **options: getattr(xp, function)(*args, **options)


def _plain(x: Any) -> Any:
    return x.array if type(x) is Leaf else x


def _standing(xp: Namespace, x: Any) -> Any:
    return x if isbox(x) else Leaf(getattr(xp, "library", xp), x)


def _summed_to(xp: Namespace, g: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient summed over the axes along which an array of a shape was broadcast."""
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    stretched = (k + extra for k, n in enumerate(shape) if n == 1 and g.shape[k + extra] != 1)
    return xp.reshape(xp.sum(g, axis=(*range(extra), *stretched)), shape)
