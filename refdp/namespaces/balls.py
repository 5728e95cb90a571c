"""Balls: arrays whose elements are intervals, proven to contain the exact value, at any precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from refdp.errors import unexpected
from refdp.namespaces.ball_kernel import BallKernel, precision, to_arb
from refdp.namespaces.formats import BALL, Format
from refdp.namespaces.rounding import nearest, outward, radius_above, upper_distance
from refdp.namespaces.wrapped import Leaves, WrappedArray
from refdp.namespaces.wrapped_namespace import WrappedNamespace

__all__ = ["BallArray", "BallNamespace", "bounds", "deviation", "midpoint", "precision", "radius", "to_balls"]


class BallArray(WrappedArray):
    """An array of `flint.arb`; make one with `to_balls` or with a function of `BallNamespace`."""

    __slots__ = ()

    @property
    def balls(self) -> NDArray[Any]:
        """The NumPy object array of `flint.arb`."""
        return self.leaves[0]


@dataclass(frozen=True)
class BallNamespace(WrappedNamespace):
    """Certified arithmetic: every element of every result encloses the exact value.

    An Array API namespace, found through `array_namespace(x)`. It enters its own precision for each operation
    and leaves none behind. Dtypes mean nothing here: `astype` to any real dtype is the identity, since a ball
    stands for the exact number that the formats only approximate.

    FLINT's precision is global to the process; operations of this namespace hold a lock while they compute,
    so threads are safe, and never faster than one.

    Attributes
    ----------
    bits
        Precision of the midpoints.

    Raises
    ------
    UndecidedError
        A comparison, square root, logarithm or division has no proven answer at this precision.
    """

    bits: int = 113

    array_type: ClassVar[type[WrappedArray]] = BallArray
    exact: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the precision."""
        if not isinstance(self.bits, int) or self.bits < 2:
            raise unexpected("bits", self.bits, "a whole number of at least 2")

    @property
    def __name__(self) -> str:
        """What tells this mode from another."""
        return f"refdp.namespaces.balls[{self.bits}]"

    @property
    def default_format(self) -> Format:
        """The only dtype of balls."""
        return BALL

    def enter(self, values: NDArray[Any], dtype: Format) -> Leaves:
        """Return exact balls."""
        del dtype
        return (to_arb(values),)

    def convert(self, x: WrappedArray, dtype: Format) -> WrappedArray:
        """Return x: there is one format."""
        del dtype
        return x

    def apply(self, name: str, dtype: Format, *operands: Leaves) -> Leaves:
        """Return what the kernel computes at this precision."""
        return (self.decide(name, dtype, *operands),)

    def decide(self, name: str, dtype: Format, *operands: Leaves) -> Any:
        """Return what the kernel computes at this precision."""
        del dtype
        with precision(self.bits):
            return getattr(BallKernel, name)(*(leaf for (leaf,) in operands))

    def part_of(self, x: BallArray) -> BallArray:
        """Return balls that hold every multiple of x from 0 to 1 times it."""
        with precision(self.bits):
            hulls = [ball.union(type(ball)(0)) for ball in x.balls.ravel()]
        leaf = np.empty(len(hulls), dtype=object)
        leaf[:] = hulls
        return BallArray(self, (leaf.reshape(x.shape),), BALL)

    def midpoint(self, x: Any) -> NDArray[np.float64]:
        """Return the float64 nearest to the midpoint of each ball."""
        return midpoint(x)


def to_balls(x: Any, bits: int = 113) -> BallArray:
    """Return floats or integers as exact balls.

    Parameters
    ----------
    x
        A NumPy array or Python numbers.
    bits
        Precision of what is computed with them.

    Raises
    ------
    InputError
        A number is not finite.
    """
    balls: BallArray = BallNamespace(bits).asarray(x, dtype=BALL)
    return balls


def midpoint(x: BallArray) -> NDArray[np.float64]:
    """Return the float64 nearest to the midpoint of each ball."""
    return nearest(x.balls)


def radius(x: BallArray) -> NDArray[np.float64]:
    """Return a float64 at or above the radius of each ball, around its own midpoint.

    The midpoint has more digits than float64: to measure how far a float is from the truth use `deviation`,
    not the difference from the rounded `midpoint`.
    """
    return radius_above(x.balls)


def bounds(x: BallArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return float64 numbers at or below, and at or above, everything in each ball."""
    return outward(x.balls)


def deviation(x: BallArray, values: Any) -> NDArray[np.float64]:
    """Return a float64 at or above `|values - exact|`, for any exact number in each ball.

    Parameters
    ----------
    x
        Balls of any shape.
    values
        Finite floats of that shape, or of one that broadcasts to it; taken exactly.
    """
    return upper_distance(x.balls, np.asarray(values))
