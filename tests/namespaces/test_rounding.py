"""Every float64 made from a ball errs to the safe side, by one unit at most."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.namespaces.oracles import ends, floats, fraction

flint = pytest.importorskip("flint")

from refdp.namespaces import rounding  # noqa: E402
from refdp.namespaces.ball_kernel import precision  # noqa: E402

RATIOS = st.tuples(st.integers(-(10**30), 10**30), st.integers(1, 10**25), st.integers(20, 200))


def quotient(ratio):
    p, q, bits = ratio
    with precision(bits):
        return np.array([flint.arb(p) / flint.arb(q)], object)


class TestNearest:
    @given(RATIOS)
    def test_is_the_nearest_float(self, ratio):
        balls = quotient(ratio)
        (value,), middle = rounding.nearest(balls), fraction(balls[0])
        neighbours = (math.nextafter(value, -math.inf), math.nextafter(value, math.inf))
        assert all(abs(middle - Fraction(value)) <= abs(middle - Fraction(other)) for other in neighbours)


class TestRadiusAbove:
    @given(RATIOS)
    def test_is_above_by_a_unit_at_most(self, ratio):
        balls = quotient(ratio)
        (above,), radius = rounding.radius_above(balls), fraction(balls[0].rad())
        assert radius <= Fraction(above) <= radius * (1 + Fraction(2) ** -50)

    def test_a_radius_below_all_floats_is_not_lost(self):
        ball = flint.arb(1, flint.arb(2) ** -3000)
        assert rounding.radius_above(np.array([ball], object))[0] == 5e-324

    def test_keeps_the_shape(self):
        assert rounding.radius_above(np.full((2, 0, 3), flint.arb(1), object)).shape == (2, 0, 3)


class TestOutward:
    @given(RATIOS)
    def test_contains_the_ball_tightly(self, ratio):
        balls = quotient(ratio)
        (low,), (high,) = rounding.outward(balls)
        exact_low, exact_high = ends(balls[0])
        assert Fraction(low) <= exact_low
        assert exact_high <= Fraction(high)
        spare = 3 * Fraction(2) ** -52 * max(abs(exact_low), abs(exact_high)) + Fraction(5e-324)
        assert exact_low - Fraction(low) <= spare
        assert Fraction(high) - exact_high <= spare

    def test_beyond_the_floats_is_infinite(self):
        huge, tiny = np.array([flint.arb(2) ** 2000], object), np.array([flint.arb(2) ** -2000], object)
        assert rounding.outward(huge) == (np.finfo(float).max, math.inf)
        assert rounding.outward(tiny) == (0.0, 5e-324)


class TestUpperDistance:
    @given(RATIOS, st.integers(-3, 3))
    def test_is_the_farthest_point_rounded_up(self, ratio, units):
        balls = quotient(ratio)
        value = float(rounding.nearest(balls)[0])
        value += units * math.ulp(value)
        low, high = ends(balls[0])
        farthest = max(abs(Fraction(value) - low), abs(Fraction(value) - high))
        above = Fraction(rounding.upper_distance(balls, np.array([value]))[0])
        assert (
            farthest
            <= above
            <= farthest * (1 + Fraction(2) ** -40) + Fraction(2) ** -200 * abs(Fraction(value))
        )

    @given(floats(-1e300, 1e300))
    def test_no_distance_is_zero(self, x):
        assert rounding.upper_distance(np.array([flint.arb(x)], object), np.array([x]))[0] == 0.0

    def test_sees_what_float64_midpoints_hide(self):
        with precision(113):
            third = np.array([flint.arb(1) / 3], object)
        assert rounding.nearest(third)[0] == 1 / 3
        exact = abs(Fraction(1 / 3) - Fraction(1, 3))
        assert (
            exact
            <= Fraction(rounding.upper_distance(third, np.array([1 / 3]))[0])
            <= exact * Fraction(10001, 10000)
        )
