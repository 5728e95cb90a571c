"""Which slots are real, which vector a slot has, and a net of all pairs of vectors."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.descriptors.type_embedded import (
    Types,
    append_center,
    pair_table,
    real_slots,
    slot_types,
    types_of,
)
from refdp.namespaces import map_arrays
from refdp.neighbors.environment import environment
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.numerics import assert_certified

# Frame 0 begins with an atom of type 1, frame 1 with a virtual one.
ATYPE = np.array([[1, 0, 2, -1], [-3, 0, 1, 0]])
NLIST = np.array([[[1, -1, 2], [3, 0, 2], [0, 1, -1]], [[-1, -1, -1], [0, 2, 3], [-1, 3, 1]]])
VALID = np.array([[[1, 0, 1], [0, 1, 1], [1, 1, 0]], [[0, 0, 0], [0, 1, 1], [0, 1, 1]]], bool)
EXCLUDED = ((0, 1), (2, 2))
# Centres 1, 0, 2 and virtual, 0, 1.
REAL = np.array([[[0, 0, 1], [0, 0, 1], [1, 1, 0]], [[0, 0, 0], [0, 0, 1], [0, 0, 0]]], bool)
TABLE = np.random.default_rng(0).normal(size=(4, 2))
TABLE[-1] = 0.0


def surroundings(library=None):
    coord = np.random.default_rng(1).normal(size=(2, 4, 3))
    arrays = (coord, ATYPE, NLIST)
    return environment(*(library.array(x) if library else x for x in arrays))


def net(n_in=4, width=5, seed=2):
    rng = np.random.default_rng(seed)
    return EmbeddingNet((Layer(rng.normal(size=(n_in, width)), rng.normal(size=width), None, "tanh", True),))


class TestRealSlots:
    def test_without_pairs_those_that_are_not_empty(self, library):
        np.testing.assert_array_equal(library.numpy(real_slots(surroundings(library), ())), VALID)

    def test_with_pairs_those_that_are_seen(self, library):
        found = library.numpy(real_slots(surroundings(library), EXCLUDED))
        np.testing.assert_array_equal(found, REAL)
        assert (VALID & ~REAL).any()

    def test_is_boolean(self, library):
        assert library.numpy(real_slots(surroundings(library), EXCLUDED)).dtype == np.bool_


class TestSlotTypes:
    def test_of_the_neighbor_and_else_of_the_first_atom(self, library):
        env = surroundings(library)
        found = library.numpy(slot_types(env, library.array(REAL)))
        expected = [
            [[1, 1, 2], [1, 1, 2], [1, 0, 1]],
            [[-3, -3, -3], [-3, -3, 0], [-3, -3, -3]],
        ]
        np.testing.assert_array_equal(found, expected)

    def test_excluded_slots_have_not_their_own_type(self):
        env = surroundings()
        one, other = (slot_types(env, real) for real in (VALID, REAL))
        # Centre 0 of type 1 sees atom 1 of type 0, which it must not.
        assert (one[0, 0, 0], other[0, 0, 0]) == (0, 1)

    def test_no_atoms(self, library):
        empty = [np.zeros((2, 0, 3)), np.zeros((2, 0), np.int64), np.zeros((2, 0, 3), np.int64)]
        env = environment(*(library.array(x) for x in empty))
        assert library.numpy(slot_types(env, env.valid)).shape == (2, 0, 3)


class TestTypesOf:
    def test_rows_of_centres_and_slots(self, library):
        env = surroundings(library)
        types = types_of(env, library.array(REAL), library.array(TABLE))
        # Three types: virtual ones are row 3.
        np.testing.assert_array_equal(library.numpy(types.center), [[1, 0, 2], [3, 0, 1]])
        np.testing.assert_array_equal(
            library.numpy(types.slot),
            [[[1, 1, 2], [1, 1, 2], [1, 0, 1]], [[3, 3, 3], [3, 3, 0], [3, 3, 3]]],
        )
        assert_same_bits(library.numpy(types.table), TABLE)

    def test_every_row_is_in_the_table(self):
        types = types_of(surroundings(), VALID, TABLE)
        assert types.slot.min() >= 0
        assert types.slot.max() < len(TABLE)


class TestPairTable:
    def test_row_by_row(self, library):
        made = map_arrays(net(), library.array)
        found = library.numpy(pair_table(made, library.array(TABLE)))
        assert found.shape == (16, 5)
        for a, b in np.ndindex(4, 4):
            expected = net()(np.concatenate([TABLE[b], TABLE[a]]))
            assert_within(found[4 * a + b], expected, 16 * EPS * np.abs(expected).max())

    def test_the_two_are_told_apart(self):
        found = pair_table(net(), TABLE).reshape(4, 4, 5)
        assert np.abs(found - np.swapaxes(found, 0, 1)).max() > 0.1

    def test_one_type(self):
        assert pair_table(net(), TABLE[2:]).shape == (4, 5)

    def test_within_the_budget(self):
        assert_certified(pair_table, net(), TABLE)

    def test_gradient_reaches_every_row(self, differentiable):
        made = map_arrays(net(), differentiable.array)
        gradient = differentiable.gradient(lambda table: pair_table(made, table), TABLE)
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).min() > 1e-3


class TestAppendCenter:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_puts_the_vector_of_the_centre_behind(self, library, dtype):
        d = np.arange(12.0, dtype=dtype).reshape(2, 3, 2)
        table = TABLE.astype(dtype)
        center = np.array([[1, 0, 2], [3, 0, 1]])
        types = Types(*(library.array(x) for x in (table, center, np.zeros((2, 3, 3), np.int64))))
        found = library.numpy(append_center(library.array(d), types))
        assert_same_bits(found, np.concatenate([d, table[center]], axis=-1))
        np.testing.assert_array_equal(found[1, 0, 2:], 0.0)
