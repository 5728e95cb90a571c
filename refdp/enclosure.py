"""Numbers with a proven error bound, and the precision they were calculated in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp._typing import Array
from refdp.errors import positive, unexpected

__all__ = ["BITS", "Enclosure", "checked_bits", "wide"]

MOST_BITS = 100_000
BITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Numbers that are proven to lie within `radius` of a midpoint.

    Attributes
    ----------
    balls
        The array of balls, in which the midpoints keep all their digits.
    bits
        The precision of the calculation.
    """

    balls: Any
    bits: int

    @property
    def midpoint(self) -> NDArray[np.float64]:
        """The midpoints, rounded once to float64."""
        from refdp.namespaces import balls

        return balls.midpoint(self.balls)

    @property
    def radius(self) -> NDArray[np.float64]:
        """The radius of each ball about its own midpoint (not about the rounded one), rounded up."""
        from refdp.namespaces import balls

        return balls.radius(self.balls)

    @property
    def lower(self) -> NDArray[np.float64]:
        """Float64 numbers that are proven not to be above the exact ones."""
        return self._bounds()[0]

    @property
    def upper(self) -> NDArray[np.float64]:
        """Float64 numbers that are proven not to be below the exact ones."""
        return self._bounds()[1]

    def deviation(self, values: Array) -> NDArray[np.float64]:
        """Return how far `values` are from the exact numbers at most; no digit is lost in the difference."""
        from refdp.namespaces import balls

        return balls.deviation(self.balls, values)

    def _bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from refdp.namespaces import balls

        return balls.bounds(self.balls)


def checked_bits(bits: int) -> int:
    """Return a precision, or raise InputError where it is none."""
    bits = positive("bits", bits, least=2)
    if bits > MOST_BITS:
        raise unexpected("bits", bits, f"at most {MOST_BITS}: more would take days")
    return bits


def wide(x: Any) -> Any:
    """Return numbers of any format as float64, exactly."""
    return np.asarray(x).astype(np.float64)
