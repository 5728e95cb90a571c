"""The environment matrix against exact numbers, and its gradient where distances vanish."""

from __future__ import annotations

import math

import numpy as np
import pytest

from refdp.equations.environment_matrix import distance, environment_matrix, radial_environment, standardize
from tests.helpers import EPS, assert_within

# Pythagorean quadruples: distances are exact in binary.
PLACES = np.array([[3.0, 4.0, 0.0], [1.0, 2.0, -2.0], [0.0, 0.0, 0.0], [-2.0, 3.0, 6.0], [0.0, -0.25, 0.0]])
LENGTHS = np.array([5.0, 3.0, 0.0, 7.0, 0.25])
VALID = np.array([True, True, True, False, True])


class TestDistance:
    def test_values(self, library):
        r = library.numpy(distance(library.array(PLACES), library.array(VALID)))
        np.testing.assert_array_equal(r, np.where(VALID, LENGTHS, 1.0))

    def test_is_the_rounded_euclidean_norm(self):
        x = np.random.default_rng(0).normal(size=(200, 3)) * 10.0 ** np.random.default_rng(1).integers(
            -8, 8, (200, 1)
        )
        r = distance(x, np.ones(200, bool))
        # Three products, two sums and a root: each rounds by eps/2, the root halves what came before.
        assert_within(r, [math.sqrt(math.fsum(c * c for c in row)) for row in x], 2 * EPS * r)

    def test_gradient_is_the_direction_zero_where_there_is_none(self, differentiable):
        def norm(x):
            return distance(x, differentiable.array(VALID))

        directions = np.divide(
            PLACES, LENGTHS[:, None], where=LENGTHS[:, None] > 0, out=np.zeros_like(PLACES)
        )
        expected = np.where(VALID[:, None], directions, 0.0)
        assert_within(differentiable.gradient(norm, PLACES), expected, 2 * EPS)

    def test_second_derivative_is_finite_at_zero_and_in_empty_slots(self):
        jax = pytest.importorskip("jax")
        jax.config.update("jax_enable_x64", True)
        hessian = jax.hessian(lambda x: distance(x, jax.numpy.asarray(VALID)).sum())(
            jax.numpy.asarray(PLACES)
        )
        assert bool(jax.numpy.isfinite(hessian).all())
        assert float(abs(hessian[2]).max()) == 0.0
        assert float(abs(hessian[3]).max()) == 0.0

    @pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3), (1, 2, 4, 3)])
    def test_shapes(self, library, shape):
        r = distance(library.array(np.ones(shape, np.float32)), library.array(np.ones(shape[:-1], bool)))
        assert library.numpy(r).shape == shape[:-1]
        assert library.numpy(r).dtype == np.float32


class TestRadialEnvironment:
    @pytest.mark.parametrize(("protection", "expected"), [(0.0, 0.125), (2.0, 0.1)])
    def test_by_hand(self, library, protection, expected):
        r, w, valid = library.array([8.0, 8.0]), library.array([1.0, 1.0]), library.array([True, False])
        s = library.numpy(radial_environment(r, w, valid, protection))
        np.testing.assert_array_equal(s, [expected, 0.0])

    def test_protection_makes_a_finite_row_at_distance_zero(self):
        assert radial_environment(np.zeros(1), np.ones(1), np.ones(1, bool), 0.25) == 4.0


class TestEnvironmentMatrix:
    def rows(self, library, protection=0.0):
        w = np.array([0.5, 1.0, 1.0, 1.0, 0.0])
        arguments = [library.array(x) for x in (PLACES, np.where(VALID, LENGTHS, 1.0), w, VALID)]
        return environment_matrix(*arguments, protection)

    def test_by_hand(self, library):
        rows = library.numpy(self.rows(library, 1.0))
        expected = [
            [0.5 / 6, 0.5 * 3 / 36, 0.5 * 4 / 36, 0.0],
            [1 / 4, 1 / 16, 2 / 16, -2 / 16],
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0],
        ]
        assert_within(rows, expected, 2 * EPS)

    def test_without_protection_it_is_a_length_times_a_unit_vector(self, library):
        some = PLACES[[0, 1]]
        arguments = [
            library.array(x) for x in (some, LENGTHS[[0, 1]], np.array([0.5, 1.0]), np.ones(2, bool))
        ]
        rows = library.numpy(environment_matrix(*arguments))
        assert_within(np.linalg.norm(rows[:, 1:], axis=1), rows[:, 0], 4 * EPS)
        assert_within(rows[:, 0], [0.1, 1 / 3], EPS)

    def test_gradient_is_finite_at_empty_slots_and_at_one_place(self, differentiable):
        def rows(x):
            valid = differentiable.array(VALID)
            r = distance(x, valid)
            return environment_matrix(x, r, r * 0.0 + 1.0, valid, 0.25)

        gradient = differentiable.gradient(rows, PLACES)
        assert np.isfinite(gradient).all()
        # The slot that is empty does not move anything; the atom at the centre turns, 1/p^2 an angstrom.
        np.testing.assert_array_equal(gradient[3], np.zeros(3))
        np.testing.assert_array_equal(gradient[2], np.full(3, 16.0))

    @pytest.mark.parametrize("shape", [(1, 0, 3, 3), (0, 2, 3, 3), (1, 2, 0, 3)])
    def test_empty(self, library, shape):
        x, flat = library.array(np.zeros(shape)), library.array(np.ones(shape[:-1]))
        rows = environment_matrix(x, flat, flat, library.array(np.ones(shape[:-1], bool)))
        assert library.numpy(rows).shape == (*shape[:-1], 4)


class TestStandardize:
    ROWS = np.arange(24.0).reshape(1, 3, 2, 4)
    DAVG = np.array([[[1.0, 0, 0, 0], [2.0, 0, 0, 0]], [[4.0, 1, 0, 0], [8.0, 0, 0, 2]]])
    DSTD = np.array([[[2.0, 1, 1, 1], [4.0, 1, 1, 1]], [[8.0, 2, 2, 2], [0.5, 4, 4, 4]]])

    def test_by_type_of_the_center_and_by_slot(self, library):
        arguments = [library.array(x) for x in (self.ROWS, np.array([[1, 0, 1]]), self.DAVG, self.DSTD)]
        expected = (self.ROWS - self.DAVG[[1, 0, 1]][None]) / self.DSTD[[1, 0, 1]][None]
        np.testing.assert_array_equal(library.numpy(standardize(*arguments)), expected)

    def test_an_empty_slot_becomes_minus_mean_over_width(self, library):
        arguments = [library.array(x) for x in (self.ROWS * 0.0, np.array([[1, 0, 1]]), self.DAVG, self.DSTD)]
        rows = library.numpy(standardize(*arguments))
        np.testing.assert_array_equal(rows[0, 0, :, 0], [-0.5, -16.0])
        np.testing.assert_array_equal(rows[0, 1, :, 0], [-0.5, -0.5])

    @pytest.mark.parametrize("virtual", [-1, -2, -7])
    def test_a_virtual_center_is_left_alone(self, library, virtual):
        centers = np.array([[virtual, 0, virtual]])
        arguments = [library.array(x) for x in (self.ROWS, centers, self.DAVG, self.DSTD)]
        rows = library.numpy(standardize(*arguments))
        np.testing.assert_array_equal(rows[0, [0, 2]], self.ROWS[0, [0, 2]])

    @pytest.mark.parametrize("integers", [np.int32, np.int64])
    def test_any_integers_index(self, library, integers):
        centers = np.array([[1, 0, -1]], integers)
        rows = standardize(*(library.array(x) for x in (self.ROWS, centers, self.DAVG, self.DSTD)))
        assert library.numpy(rows).dtype == np.float64

    def test_no_atoms(self, library):
        arguments = (np.zeros((2, 0, 2, 4)), np.zeros((2, 0), np.int64), self.DAVG, self.DSTD)
        assert library.numpy(standardize(*(library.array(x) for x in arguments))).shape == (2, 0, 2, 4)


class TestDistanceOfNothing:
    def test_what_is_no_number_stays_none(self):
        r = distance(np.array([[[np.nan, 0.0, 0.0], [3.0, 0.0, 4.0]]]), np.array([[True, True]]))
        assert np.isnan(r[0, 0])
        assert r[0, 1] == 5.0
