"""From balls to float64, each number rounded to the side on which the statement stays true."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from refdp.namespaces.ball_kernel import precision, to_arb

__all__ = ["nearest", "outward", "radius_above", "upper_distance"]


def nearest(balls: NDArray[Any]) -> NDArray[np.float64]:
    """Return the float64 nearest to each midpoint."""
    return balls.astype(np.float64)


def radius_above(balls: NDArray[Any]) -> NDArray[np.float64]:
    """Return a float64 at or above each radius; zero for exact balls only."""
    return _each(_radius, balls)


def outward(balls: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return float64 numbers at or below, and at or above, each ball."""
    # At 53 bits FLINT rounds the ends of a ball outward to numbers that float64 holds.
    with precision(53):
        return _each(_lower, balls), _each(_upper, balls)


def upper_distance(balls: NDArray[Any], values: NDArray[Any]) -> NDArray[np.float64]:
    """Return a float64 at or above the largest distance of a value from the numbers in its ball."""
    exact = np.broadcast_to(to_arb(values), balls.shape)
    with precision(53):
        # FLINT rounds the exact difference, which loses no digits by cancellation.
        return _each(_farthest, np.asarray(balls - exact, object).reshape(balls.shape))


def _each(function: Any, balls: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.frompyfunc(function, 1, 1)(balls), np.float64).reshape(balls.shape)


def _radius(ball: arb) -> float:
    return 0.0 if ball.is_exact() else math.nextafter(float(ball.rad()), math.inf)


def _lower(ball: arb) -> float:
    end = ball.lower()
    rounded = float(end)
    return rounded if arb(rounded) <= end else math.nextafter(rounded, -math.inf)


def _upper(ball: arb) -> float:
    end = ball.upper()
    rounded = float(end)
    return rounded if arb(rounded) >= end else math.nextafter(rounded, math.inf)


def _farthest(gap: arb) -> float:
    end = gap.abs_upper()
    rounded = float(end)
    return rounded if arb(rounded) >= end else math.nextafter(rounded, math.inf)
