"""Parts of environments by hand, and against the neighbour table that does the same to indices."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.neighbors import split_by_type
from refdp.neighbors.cut import first_slots, narrower_blocks, sorted_by_type
from refdp.neighbors.environment import environment
from tests.helpers import assert_same_bits, cluster

FIELDS = ("displacement", "valid", "center_type", "neighbor_type", "owner", "first_type")
# Atom 0 sees, in this order: types 1, 0, nobody, 1, virtual, 0, 1.
ATYPE = np.array([[0, 1, 0, 1, -1, 0, 1]])
NLIST = np.array([[[1, 2, -1, 3, 4, 5, 6], [6, -1, -1, 0, -1, 3, -1]]])
COORD = np.random.default_rng(0).uniform(0.0, 5.0, (1, 7, 3))
MAPPING = np.array([[0, 1, 2, 1, 4, 0, 2]])


def gather(library=None, nlist=NLIST, integers=np.int64, floats=np.float64):
    make = library.array if library else np.asarray
    indices = (make(x.astype(integers)) for x in (ATYPE, nlist, MAPPING))
    return environment(make(COORD.astype(floats)), *indices)


def assert_same(found, expected, library=None):
    for name in FIELDS:
        x = getattr(found, name)
        assert_same_bits(library.numpy(x) if library else x, getattr(expected, name))


class TestNarrowerBlocks:
    @pytest.mark.parametrize(
        ("sel", "narrow", "columns"),
        [
            ((4, 3), (2, 3), [0, 1, 4, 5, 6]),
            ((4, 3), (4, 1), [0, 1, 2, 3, 4]),
            ((2, 5), (0, 2), [2, 3]),
            ((2, 3, 2), (1, 0, 1), [0, 5]),
            ((7,), (3,), [0, 1, 2]),
        ],
    )
    def test_starts_are_those_of_the_wide_list(self, library, sel, narrow, columns):
        found = narrower_blocks(gather(library), sel, narrow)
        assert_same(found, gather(nlist=NLIST[..., columns]), library)

    def test_everything_is_the_environment_itself(self):
        env = gather()
        assert narrower_blocks(env, (4, 3), (4, 3)) is env

    def test_nothing_is_left(self):
        assert narrower_blocks(gather(), (4, 3), (0, 0)).displacement.shape == (1, 2, 0, 3)

    def test_another_number_of_types(self):
        with pytest.raises(ValueError, match="zip"):
            narrower_blocks(gather(), (4, 3), (4,))


class TestFirstSlots:
    @pytest.mark.parametrize("count", [1, 4, 7])
    def test_are_the_first_columns(self, library, count):
        assert_same(first_slots(gather(library), count), gather(nlist=NLIST[..., :count]), library)


class TestSortedByType:
    def test_by_hand(self, library):
        found = sorted_by_type(gather(library), (2, 3))
        expected = np.array([[[2, 5, 1, 3, 6], [0, -1, 6, 3, -1]]])
        assert_same(found, gather(nlist=expected), library)

    def test_those_that_find_no_slot_are_lost(self, library):
        assert_same(
            sorted_by_type(gather(library), (1, 2)),
            gather(nlist=np.array([[[2, 1, 3], [0, 6, 3]]])),
            library,
        )

    def test_more_slots_than_columns(self, library):
        found = sorted_by_type(gather(library), (9, 1))
        expected = np.array([[[2, 5, *[-1] * 7, 1], [0, *[-1] * 8, 6]]])
        assert_same(found, gather(nlist=expected), library)

    def test_a_type_without_slots(self):
        assert_same(sorted_by_type(gather(), (0, 3)), gather(nlist=np.array([[[1, 3, 6], [6, 3, -1]]])))

    @pytest.mark.parametrize("integers", [np.int8, np.int32, np.int64])
    @pytest.mark.parametrize("floats", [np.float32, np.float64])
    def test_keeps_dtypes(self, library, integers, floats):
        found = sorted_by_type(gather(library, integers=integers, floats=floats), (2, 3))
        assert library.numpy(found.displacement).dtype == floats
        assert library.numpy(found.valid).dtype == bool
        assert library.numpy(found.neighbor_type).tolist() == [[[0, 0, 1, 1, 1], [0, -1, 1, 1, -1]]]

    @pytest.mark.parametrize("seed", range(10))
    def test_is_the_split_of_the_neighbour_table(self, seed):
        rng = np.random.default_rng(seed)
        system = cluster(12, seed, nf=2, ntypes=3)
        nlist = rng.integers(-1, 12, (2, 7, 9))
        sel = (int(rng.integers(1, 6)), *(int(n) for n in rng.integers(0, 6, 2)))
        split = split_by_type(nlist, system.atype, sel)
        found = sorted_by_type(environment(system.coords, system.atype, nlist), sel)
        assert_same(found, environment(system.coords, system.atype, split))

    def test_narrow_integers_count_beyond_their_range(self):
        rng = np.random.default_rng(0)
        coord, atype = rng.uniform(size=(1, 100, 3)), rng.integers(0, 2, (1, 100)).astype(np.int8)
        nlist = np.argsort(rng.uniform(size=(1, 100, 100)), axis=-1)
        found = sorted_by_type(environment(coord, atype, nlist.astype(np.int8)), (80, 80))
        expected = environment(coord, atype, split_by_type(nlist, atype, (80, 80)))
        assert_same_bits(found.displacement, expected.displacement)

    @pytest.mark.parametrize(("nf", "nloc"), [(0, 2), (2, 0)])
    def test_nobody_there(self, library, nf, nloc):
        shapes = [((nf, 3, 3), float), ((nf, 3), np.int64), ((nf, nloc, 4), np.int64)]
        env = environment(*(library.array(np.zeros(shape, dtype)) for shape, dtype in shapes))
        found = library.numpy(sorted_by_type(env, (3, 6)).displacement)
        assert found.shape == (nf, nloc, 9, 3)
