"""Pairs of neighbours against their index formulas in exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from refdp.equations.three_body import angular_products, pair_average
from tests.helpers import EPS, assert_within

RNG = np.random.default_rng(8)
# Small binary fractions: products and sums are exact, so any order of summation gives the same bits.
V = RNG.integers(-8, 9, (2, 3, 5, 3)) / 8.0
THETA = RNG.integers(-8, 9, (2, 3, 2, 4)) / 8.0
G = RNG.integers(-8, 9, (2, 3, 2, 4, 6)) / 4.0


class TestAngularProducts:
    def test_definition(self, library):
        theta = library.numpy(angular_products(library.array(V)))
        assert theta.shape == (2, 3, 5, 5)
        for f, i, j, k in product(range(2), range(3), range(5), range(5)):
            assert theta[f, i, j, k] == sum(V[f, i, j, c] * V[f, i, k, c] for c in range(3))

    def test_is_symmetric_with_squares_on_the_diagonal(self):
        theta = angular_products(V)
        np.testing.assert_array_equal(theta, np.swapaxes(theta, -1, -2))
        np.testing.assert_array_equal(np.diagonal(theta, axis1=-2, axis2=-1), (V * V).sum(axis=-1))

    def test_does_not_see_rotations(self):
        # A proper and an improper one, exact in binary: cyclic exchange of axes, and a mirror.
        for turned in (V[..., [1, 2, 0]], V * np.array([1.0, 1.0, -1.0])):
            np.testing.assert_array_equal(angular_products(turned), angular_products(V))

    def test_unlike_columns_are_seen(self):
        assert np.abs(angular_products(V * np.array([1.0, 1.0, 2.0])) - angular_products(V)).max() > 0.1

    @pytest.mark.parametrize("shape", [(0, 4, 3), (2, 0, 3), (1, 2, 1, 3)])
    def test_shapes_and_float32(self, library, shape):
        theta = library.numpy(angular_products(library.array(np.ones(shape, np.float32))))
        assert theta.shape == (*shape[:-1], shape[-2])
        assert theta.dtype == np.float32

    def test_gradient_at_empty_slots_is_zero(self, differentiable):
        v = np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 0.0], [0.5, 0.0, 3.0]])
        gradient = differentiable.gradient(lambda x: angular_products(x) ** 2, v)
        # Of the sum of squares: 4 theta v.
        np.testing.assert_array_equal(gradient, 4.0 * (v @ v.T) @ v)
        np.testing.assert_array_equal(gradient[1], 0.0)


class TestPairAverage:
    def test_definition(self, library):
        a = library.numpy(pair_average(library.array(THETA), library.array(G), 16))
        assert a.shape == (2, 3, 6)
        for f, i, m in product(range(2), range(3), range(6)):
            pairs = product(range(2), range(4))
            terms = (Fraction(THETA[f, i, j, k]) * Fraction(G[f, i, j, k, m]) for j, k in pairs)
            assert a[f, i, m] == float(sum(terms) / 16)

    def test_divides_by_the_number_it_is_told(self):
        # Not by the number of pairs that it sees.
        np.testing.assert_array_equal(pair_average(THETA, G, 16) * 4.0, pair_average(THETA, G, 4))

    def test_forgets_the_order_of_neighbors(self):
        shuffled = pair_average(THETA[:, :, ::-1][..., [2, 0, 3, 1]], G[:, :, ::-1][..., [2, 0, 3, 1], :], 8)
        np.testing.assert_array_equal(shuffled, pair_average(THETA, G, 8))

    def test_parts_add_up(self):
        parts = (pair_average(THETA[..., k : k + 1, :], G[..., k : k + 1, :, :], 8) for k in range(2))
        np.testing.assert_array_equal(sum(parts), pair_average(THETA, G, 8))

    @pytest.mark.parametrize("shape", [(2, 0, 2, 3), (0, 2, 2, 3), (1, 1, 0, 3), (2, 1, 1, 1)])
    def test_shapes(self, library, shape):
        theta, g = np.ones(shape), np.ones((*shape, 5))
        a = library.numpy(pair_average(library.array(theta), library.array(g), 3))
        expected = np.full((*shape[:2], 5), shape[2] * shape[3] / 3.0)
        assert_within(a, expected, EPS * np.abs(expected))

    def test_keeps_float32(self, library):
        theta, g = library.array(THETA.astype(np.float32)), library.array(G.astype(np.float32))
        assert library.numpy(pair_average(theta, g, 8)).dtype == np.float32

    def test_strides_do_not_matter(self, library):
        xp = library.namespace
        theta, g = RNG.normal(size=(2, 3, 4, 2)), RNG.normal(size=(2, 3, 4, 2, 6))
        axes = (0, 1, 3, 2, 4)
        turned = pair_average(
            xp.matrix_transpose(library.array(theta)), xp.permute_dims(library.array(g), axes), 8
        )
        straight = pair_average(library.array(theta), library.array(g), 8)
        # Sums of eight products each: the library may add them in another order.
        bound = 8 * EPS * np.abs(theta[..., None] * g).sum(axis=(2, 3))
        assert_within(library.numpy(turned), library.numpy(straight), bound)
