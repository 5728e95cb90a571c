"""Cubic pieces of a table: which one, what it is worth, and half of it for each atom."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.equations.pair_table import half_sum, interval, pair_number, spline
from tests.helpers import assert_within
from tests.numerics import assert_certified

RNG = np.random.default_rng(3)
COEFFICIENTS = RNG.normal(size=(4, 5, 4))
U = RNG.uniform(-0.5, 5.5, (2, 3, 4))
PAIR = RNG.integers(0, 4, U.shape)


class TestInterval:
    @pytest.mark.parametrize("pieces", [1, 2, 3, 5, 8, 13])
    def test_the_whole_part_within_the_table(self, library, pieces):
        u = np.concatenate([np.arange(-1.0, 15.0), np.linspace(-2.0, 15.0, 57)])
        k = library.numpy(interval(library.array(u), pieces))
        np.testing.assert_array_equal(k, np.clip(np.floor(u), 0, pieces - 1))

    def test_shape(self, library):
        assert library.numpy(interval(library.array(np.zeros((2, 0, 3))), 4)).shape == (2, 0, 3)

    def test_balls_are_compared_not_truncated(self):
        balls = pytest.importorskip("refdp.namespaces.balls")
        u = balls.to_balls(np.array([0.5, 3.25, 9.0]), 113)
        np.testing.assert_array_equal(interval(u, 5), [0, 3, 4])

    def test_a_ball_across_a_point_of_the_grid_is_undecided(self):
        balls = pytest.importorskip("refdp.namespaces.balls")
        from refdp.errors import UndecidedError

        third = balls.to_balls(np.array([1.0]), 113) / 3.0
        with pytest.raises(UndecidedError):
            interval(third * 3.0, 5)


class TestPairNumber:
    def test_row_of_the_centre_column_of_the_neighbour(self, library):
        center, neighbor = np.array([[2, 0, -1]]), np.array([[[0, 1, 2], [2, -1, 0], [1, -1, -1]]])
        out = library.numpy(pair_number(library.array(center), library.array(neighbor), 3))
        np.testing.assert_array_equal(out, [[[6, 7, 8], [2, 0, 0], [1, 0, 0]]])


def exact(u, pair):
    k = int(np.clip(np.floor(u), 0, 4))
    a3, a2, a1, a0 = COEFFICIENTS[pair, k]
    x = u - k
    return a3 * x**3 + a2 * x**2 + a1 * x + a0


class TestSpline:
    def test_values(self, library):
        out = library.numpy(spline(library.array(U), library.array(PAIR), library.array(COEFFICIENTS)))
        expected = [exact(u, p) for u, p in zip(U.flat, PAIR.flat, strict=True)]
        assert_within(out, np.reshape(expected, U.shape), 1e-14)

    def test_within_the_budget(self):
        assert_certified(lambda u, a: spline(u, PAIR, a), U, COEFFICIENTS)

    def test_derivative(self, differentiable):
        pair, a = differentiable.array(PAIR), differentiable.array(COEFFICIENTS)
        found = differentiable.gradient(lambda u: spline(u, pair, a), U)
        k = np.clip(np.floor(U), 0, 4).astype(int)
        a3, a2, a1, _ = np.moveaxis(COEFFICIENTS[PAIR, k], -1, 0)
        assert_within(found, (3 * a3 * (U - k) + 2 * a2) * (U - k) + a1, 1e-13)


class TestHalfSum:
    def test_of_those_that_count(self, library):
        e = np.array([[[1.0, 2.0, np.nan], [4.0, 8.0, 16.0]]])
        inside = np.array([[[True, True, False], [False, True, True]]])
        out = library.numpy(half_sum(library.array(e), library.array(inside)))
        np.testing.assert_array_equal(out, [[1.5, 12.0]])
