"""Neighbours taken out, as if they were not there."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from refdp.neighbors.environment import Environment, environment
from refdp.neighbors.without import within_cutoff, without_pairs
from refdp.system import System
from tests.helpers import assert_same_bits, call_arguments, cluster, descriptor

SYSTEM = cluster(8, seed=4, nf=2)


def surroundings(library=None):
    found = call_arguments(descriptor(), SYSTEM)
    return environment(*(library.array(x) if library else x for x in found))


def arrays(env, library):
    return Environment(*(library.numpy(getattr(env, f.name)) for f in fields(env)))


def check_empty(env, gone):
    assert gone.any()
    assert not env.valid[gone].any()
    np.testing.assert_array_equal(env.displacement[gone], 0.0)
    np.testing.assert_array_equal(env.neighbor_type[gone], -1)
    np.testing.assert_array_equal(env.owner[gone], 0)


class TestWithoutPairs:
    @pytest.mark.parametrize("pair", [(0, 1), (1, 0)])
    def test_both_ways_round(self, library, pair):
        before, after = surroundings(), arrays(without_pairs(surroundings(library), [pair]), library)
        gone = before.valid & (before.center_type[..., None] + before.neighbor_type == 1)
        check_empty(after, gone)
        for name in ("displacement", "valid", "neighbor_type", "owner"):
            np.testing.assert_array_equal(getattr(after, name)[~gone], getattr(before, name)[~gone])

    def test_no_pairs_change_nothing(self):
        env = surroundings()
        assert without_pairs(env, ()) is env

    def test_as_if_the_others_were_not_there(self):
        """Slots by type: what is left is the environment of atoms of one type alone."""
        d = descriptor()
        alone = np.where(SYSTEM.atype == 1, -1, SYSTEM.atype)
        expected = environment(*call_arguments(d, System(SYSTEM.coords, alone)))
        found = without_pairs(surroundings(), [(0, 1)])
        rows = SYSTEM.atype == 0
        assert rows.any()
        assert_same_bits(found.displacement[rows], expected.displacement[rows])
        assert_same_bits(found.valid[rows], expected.valid[rows])


class TestWithinCutoff:
    def test_farther_ones_are_gone(self, library):
        before, after = surroundings(), arrays(within_cutoff(surroundings(library), 2.5), library)
        far = before.valid & (np.linalg.norm(before.displacement, axis=-1) > 2.5)
        check_empty(after, far)
        assert after.valid.any()
        np.testing.assert_array_equal(after.valid, before.valid & ~far)

    def test_an_atom_exactly_there_stays(self):
        env = environment(np.array([[[0.0, 0, 0], [2.5, 0, 0]]]), np.array([[0, 0]]), np.array([[[1], [0]]]))
        assert within_cutoff(env, 2.5).valid.all()
        assert not within_cutoff(env, np.nextafter(2.5, 0.0)).valid.any()
