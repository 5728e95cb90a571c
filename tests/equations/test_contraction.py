"""The contraction against its index formula in exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from refdp.equations.contraction import embedded_environment, invariant
from tests.helpers import EPS, assert_within

RNG = np.random.default_rng(5)
# Small binary fractions: products and sums are exact, so any order of summation gives the same bits.
G = RNG.integers(-8, 9, (2, 3, 5, 4)) / 8.0
ROWS = RNG.integers(-8, 9, (2, 3, 5, 4)) / 4.0


class TestEmbeddedEnvironment:
    def test_definition(self, library):
        a = library.numpy(embedded_environment(library.array(G), library.array(ROWS), 8))
        assert a.shape == (2, 3, 4, 4)
        for f, i, m, c in product(range(2), range(3), range(4), range(4)):
            terms = (Fraction(G[f, i, j, m]) * Fraction(ROWS[f, i, j, c]) for j in range(5))
            assert a[f, i, m, c] == float(sum(terms) / 8)

    def test_divides_by_the_number_it_is_told(self):
        # Not by the number of slots it sees, nor by that of neighbours.
        np.testing.assert_array_equal(
            embedded_environment(G, ROWS, 16) * 4.0, embedded_environment(G, ROWS, 4)
        )

    def test_forgets_the_order_of_neighbors(self):
        order = RNG.permutation(5)
        shuffled = embedded_environment(G[:, :, order], ROWS[:, :, order], 8)
        np.testing.assert_array_equal(shuffled, embedded_environment(G, ROWS, 8))

    def test_no_slots_give_zero(self, library):
        empty = library.array(np.zeros((1, 2, 0, 4)))
        np.testing.assert_array_equal(
            library.numpy(embedded_environment(empty, empty, 3)), np.zeros((1, 2, 4, 4))
        )

    def test_keeps_float32(self, library):
        g, rows = library.array(G.astype(np.float32)), library.array(ROWS.astype(np.float32))
        assert library.numpy(embedded_environment(g, rows, 8)).dtype == np.float32


class TestInvariant:
    @pytest.mark.parametrize("axis_neuron", [1, 3, 4])
    def test_definition(self, library, axis_neuron):
        d = library.numpy(invariant(library.array(ROWS[..., :4, :]), axis_neuron))
        assert d.shape == (2, 3, 4 * axis_neuron)
        for f, i, m, n in product(range(2), range(3), range(4), range(axis_neuron)):
            terms = (Fraction(ROWS[f, i, m, c]) * Fraction(ROWS[f, i, n, c]) for c in range(4))
            assert d[f, i, m * axis_neuron + n] == float(sum(terms))

    def test_does_not_see_rotations_of_the_last_three_columns(self):
        # A proper and an improper one, exact in binary: cyclic exchange of axes, and a mirror.
        turned, mirrored = ROWS[..., [0, 2, 3, 1]], ROWS * np.array([1.0, 1.0, 1.0, -1.0])
        np.testing.assert_array_equal(invariant(turned, 2), invariant(ROWS, 2))
        np.testing.assert_array_equal(invariant(mirrored, 2), invariant(ROWS, 2))

    def test_mixing_in_the_first_column_is_seen(self):
        assert (
            np.abs(invariant(ROWS[..., [1, 0, 2, 3]] * np.array([2, 1, 1, 1]), 2) - invariant(ROWS, 2)).max()
            > 0.1
        )

    def test_no_atoms(self, library):
        assert library.numpy(invariant(library.array(np.zeros((2, 0, 4, 4))), 2)).shape == (2, 0, 8)

    def test_strides_do_not_matter(self, library):
        a = RNG.normal(size=(2, 3, 4, 5))
        xp = library.namespace
        turned = invariant(xp.matrix_transpose(library.array(a)), 2)
        straight = invariant(library.array(np.ascontiguousarray(np.swapaxes(a, -1, -2))), 2)
        # Sums of four products each: the library may add them in another order.
        assert_within(library.numpy(turned), library.numpy(straight), 4 * EPS * np.abs(a).max() ** 2 * 4)
