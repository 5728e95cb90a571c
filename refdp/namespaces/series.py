"""Taylor series on balls: proven directional derivatives of whatever is computed with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from refdp.errors import unexpected
from refdp.namespaces.ball_kernel import precision, to_arb
from refdp.namespaces.balls import BallArray, BallNamespace
from refdp.namespaces.formats import BALL, Format
from refdp.namespaces.rounding import nearest
from refdp.namespaces.series_kernel import SeriesKernel, padded
from refdp.namespaces.wrapped import Leaves, WrappedArray
from refdp.namespaces.wrapped_namespace import WrappedNamespace

__all__ = ["SeriesArray", "SeriesNamespace", "derivative", "to_series"]


class SeriesArray(WrappedArray):
    """An array of truncated Taylor series in one variable t; one leaf of balls a coefficient."""

    __slots__ = ()


@dataclass(frozen=True)
class SeriesNamespace(WrappedNamespace):
    """Certified Taylor arithmetic: the coefficients of every result enclose the exact ones.

    An Array API namespace, found through `array_namespace(x)`. Comparisons, `maximum`, `minimum`, `clip` and
    `abs` take their branch by the constant terms. Where these are *exactly* equal and the other coefficients
    are not, the point is a kink: `side` says from which side the derivatives are meant, and without one the
    choice is refused.

    Attributes
    ----------
    bits
        Precision of the midpoints.
    order
        The highest power of t that is kept.
    side
        1: the series just after t = 0; -1: just before; 0: refuse kinks.

    Raises
    ------
    UndecidedError
        A branch, square root, logarithm or division has no proven answer.
    """

    bits: int = 113
    order: int = 2
    side: int = 0

    array_type: ClassVar[type[WrappedArray]] = SeriesArray
    exact: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the options."""
        if not isinstance(self.order, int) or self.order < 0:
            raise unexpected("order", self.order, "a whole number, zero or more")
        if self.side not in (-1, 0, 1):
            raise unexpected("side", self.side, "-1, 0 or 1")

    @property
    def __name__(self) -> str:
        """What tells this mode from another."""
        return f"refdp.namespaces.series[{self.bits}, {self.order}, {self.side}]"

    @property
    def default_format(self) -> Format:
        """The only dtype of series."""
        return BALL

    def enter(self, values: NDArray[Any], dtype: Format) -> Leaves:
        """Return constant series."""
        del dtype
        return (to_arb(values),)

    def convert(self, x: WrappedArray, dtype: Format) -> WrappedArray:
        """Return x: there is one format."""
        del dtype
        return x

    def apply(self, name: str, dtype: Format, *operands: Leaves) -> Leaves:
        """Return what the kernel computes at this precision."""
        return tuple(self.decide(name, dtype, *operands))

    def decide(self, name: str, dtype: Format, *operands: Leaves) -> Any:
        """Return what the kernel computes at this precision."""
        del dtype
        with precision(self.bits):
            return getattr(SeriesKernel(self.order, self.side), name)(*operands)

    def join(self, function: Callable[..., Any], arrays: Sequence[WrappedArray]) -> WrappedArray:
        """Return the wrapped array of `function(*coefficients)`, coefficient by coefficient."""
        length = max(len(a.leaves) for a in arrays)
        groups = zip(*(padded(a.leaves, length) for a in arrays), strict=True)
        return self.wrap(tuple(function(*group) for group in groups), BALL)

    def midpoint(self, x: Any) -> NDArray[np.float64]:
        """Return the float64 nearest to the midpoint of each constant term."""
        return nearest(x.leaves[0])


def to_series(x: Any, *slopes: Any, bits: int = 113, order: int = 2, side: int = 0) -> SeriesArray:
    r"""Return the series :math:`x + x_1 t + x_2 t^2 + \dots` with exact coefficients.

    Parameters
    ----------
    x
        The constant terms, at t = 0.
    slopes
        The further coefficients, of the shape of `x`: the first one is the direction of a directional
        derivative.
    bits, order, side
        See `SeriesNamespace`.

    Raises
    ------
    InputError
        A number is not finite, or there are more coefficients than `order` keeps.
    """
    if len(slopes) > order:
        raise unexpected("slopes", len(slopes), f"at most `order` = {order} of them")
    namespace = SeriesNamespace(bits, order, side)
    coefficients = [namespace.asarray(c, dtype=BALL).leaves[0] for c in (x, *slopes)]
    return SeriesArray(namespace, tuple(np.broadcast_arrays(*coefficients)), BALL)


def derivative(x: SeriesArray, k: int = 0) -> BallArray:
    """Return the k-th derivative by t at t = 0, `k!` times the coefficient of the k-th power, as balls.

    Raises
    ------
    InputError
        The series were cut below the k-th power.
    """
    namespace: SeriesNamespace = x.__array_namespace__()
    if not 0 <= k <= namespace.order:
        raise unexpected("k", k, f"a whole number from 0 to {namespace.order}")
    coefficient = padded(x.leaves, k + 1)[k]
    balls = BallArray(BallNamespace(namespace.bits), (coefficient,), BALL)
    result: BallArray = balls * math.factorial(k)
    return result
