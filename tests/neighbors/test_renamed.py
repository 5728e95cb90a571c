"""Types by other numbers."""

from __future__ import annotations

import numpy as np

from refdp.neighbors.environment import environment
from refdp.neighbors.renamed import renamed, renamed_types
from tests.helpers import assert_same_bits, call_arguments, cluster, descriptor


class TestRenamedTypes:
    def test_each_by_its_number(self, library):
        types = np.array([[0, 1, -1], [1, -5, 0]])
        out = library.numpy(renamed_types(library.array(types), (2, 0)))
        np.testing.assert_array_equal(out, [[2, 0, -1], [0, -5, 2]])
        assert out.dtype == types.dtype

    def test_no_numbers(self):
        types = np.array([[0, 1]])
        assert renamed_types(types, None) is types

    def test_no_atoms(self, library):
        empty = library.array(np.zeros((2, 0), np.int64))
        assert library.numpy(renamed_types(empty, (1, 0))).shape == (2, 0)


class TestRenamed:
    def test_types_and_nothing_else(self):
        env = environment(*call_arguments(descriptor(), cluster(8, seed=4, nf=2)))
        out = renamed(env, (1, 0))
        for name in ("center_type", "neighbor_type", "first_type"):
            before, after = getattr(env, name), getattr(out, name)
            np.testing.assert_array_equal(after, np.where(before < 0, before, 1 - before))
        assert_same_bits(out.displacement, env.displacement)
        assert out.owner is env.owner

    def test_no_numbers(self):
        env = environment(*call_arguments(descriptor(), cluster(8)))
        assert renamed(env, None) is env
