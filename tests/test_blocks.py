"""Blocks of atoms, threads, and the neighbours that descriptors and models see."""

from __future__ import annotations

import os

import numpy as np
import pytest

import refdp
from refdp.blocks import (
    CACHE,
    LARGEST_BLOCK,
    Block,
    block_size,
    blocks,
    check_apart,
    environments,
    find_neighbors,
    thread_count,
)
from refdp.errors import InputError
from refdp.neighbors.environment import environment
from tests.force_cases import model
from tests.helpers import assert_same_bits, call_arguments, cluster, descriptor
from tests.masks import descriptor as masked_descriptor

CELL = np.array([[5.0, 0, 0], [1.0, 5.5, 0], [-0.5, 1.5, 6.0]])


def periodic(natoms=8, seed=2, nf=2):
    s = cluster(natoms, seed, nf)
    return refdp.System(s.coords, s.types, CELL)


class TestBlocks:
    def test_cover_every_real_atom_once_by_type(self):
        system = periodic(20, nf=3)
        seen = np.zeros((3, 20), int)
        for piece in blocks(system.atype, 3):
            assert 1 <= piece.centers.size <= 3
            assert set(system.atype[piece.frame, piece.centers]) == {piece.center_type}
            seen[piece.frame, piece.centers] += 1
        np.testing.assert_array_equal(seen, system.atype >= 0)

    @pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
    def test_of_nothing(self, shape):
        assert list(blocks(np.zeros(shape, int), 4)) == []


class TestNeighborhoods:
    D = descriptor("se_e2_a", sel=[40, 40], neuron=[4, 8])

    def test_are_those_of_the_whole_block_of_images(self):
        pruned = environments(self.D, periodic())
        coord, atype, nlist, mapping = call_arguments(self.D, periodic())
        full = environment(coord, atype, nlist, mapping)
        assert_same_bits(pruned.displacement, full.displacement)
        np.testing.assert_array_equal(pruned.owner, full.owner)
        np.testing.assert_array_equal(pruned.neighbor_type, full.neighbor_type)

    def test_of_some_centres_are_theirs_of_all(self):
        neighborhood = find_neighbors(self.D, periodic())
        centers = np.array([5, 2])
        some, whole = neighborhood.environment(1, centers), neighborhood.environment()
        assert_same_bits(some.displacement, whole.displacement[1:, centers])
        np.testing.assert_array_equal(some.owner, whole.owner[1:, centers])
        np.testing.assert_array_equal(some.center_type, whole.center_type[1:, centers])

    def test_positions_have_the_precision_of_the_viewer(self):
        rough = find_neighbors(descriptor("se_e2_a", sel=[40, 40], precision="float32"), periodic())
        exact = find_neighbors(self.D, periodic())
        assert_same_bits(rough.extended.coord_ext, exact.extended.coord_ext.astype(np.float32))

    def test_models_see_what_their_descriptor_sees(self):
        made, system = model(), periodic(6)
        seen, expected = environments(made, system), environments(made.descriptor, system)
        assert_same_bits(seen.displacement, expected.displacement)
        np.testing.assert_array_equal(seen.valid, expected.valid)

    def test_without_a_cutoff_everybody_sees_everybody(self):
        env = environments(masked_descriptor(), refdp.System(np.eye(3), [0, 1, 1]))
        assert env.valid.sum() == 6


class TestCheckApart:
    def together(self, coords, types, **options):
        made = descriptor("se_e2_a", **options)
        check_apart(environments(made, refdp.System(coords, types)), made)

    def test_two_atoms_at_one_place_are_named(self):
        message = r"atoms 0 and 2 of frame 0 at one; a positive `env_protection` allows it"
        with pytest.raises(InputError, match=message):
            self.together([[1.0, 0, 0], [0, 0, 0], [1.0, 0, 0]], [0, 0, 1])

    def test_so_near_that_the_square_vanishes(self):
        with pytest.raises(InputError, match="`coords`"):
            self.together([[0, 0, 0], [1e-170, 0, 0]], [0, 0])
        self.together([[0, 0, 0], [1e-150, 0, 0]], [0, 0])

    def test_protection_or_a_virtual_atom_allows_it(self):
        self.together(np.zeros((2, 3)), [0, 1], env_protection=0.5)
        self.together(np.zeros((2, 3)), [0, -1])

    def test_of_a_block_the_numbers_are_those_of_the_frame(self):
        made = masked_descriptor()
        system = refdp.System(np.zeros((2, 3, 3)) + np.arange(3)[:, None] % 2, [0, 1, 1])
        piece = Block(1, np.array([2]), 1)
        env = find_neighbors(made, system).environment(piece.frame, piece.centers)
        with pytest.raises(InputError, match=r"atoms 2 and 0 of frame 1 at one$"):
            check_apart(env, made, piece)


class TestBlockSize:
    def test_as_many_as_stay_in_the_cache(self):
        class Viewer:
            footprint = CACHE // 5

        assert block_size(Viewer()) == 5
        Viewer.footprint = 1
        assert block_size(Viewer()) == LARGEST_BLOCK
        Viewer.footprint = 10 * CACHE
        assert block_size(Viewer()) == 1


class TestThreadCount:
    def test_as_asked_or_one_for_each_core(self, monkeypatch):
        assert thread_count(3) == 3
        assert thread_count(None) == len(os.sched_getaffinity(0))
        monkeypatch.delattr(os, "sched_getaffinity")
        monkeypatch.setattr(os, "cpu_count", lambda: 7)
        assert thread_count(None) == 7
        monkeypatch.setattr(os, "cpu_count", lambda: None)
        assert thread_count(None) == 1

    @pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
    def test_nonsense(self, threads):
        with pytest.raises(InputError, match="`threads`"):
            thread_count(threads)
