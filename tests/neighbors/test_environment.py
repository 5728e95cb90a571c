"""Environments by hand: gathering, empty slots, virtual atoms, other centres."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.neighbors.environment import environment
from tests.helpers import assert_same_bits

COORD = np.array(
    [[[0.0, 0, 0], [1, 2, 4], [8, 0, 0], [0, 0, 16]], [[1.0, 1, 1], [0, 0, 0], [0, 3, 0], [2, 2, 2]]]
)
ATYPE = np.array([[0, 1, -1, 1], [1, 0, 1, -3]])
NLIST = np.array([[[1, -1, 3], [0, 2, -5]], [[1, 2, 3], [-1, -1, -1]]])
MAPPING = np.array([[0, 1, 0, 1], [0, 1, 1, 0]])


def gather(library=None, integers=np.int64, floats=np.float64, mapping=MAPPING, **options):
    make = library.array if library else np.asarray
    arrays = [make(COORD.astype(floats)), *(make(x.astype(integers)) for x in (ATYPE, NLIST))]
    return environment(*arrays, None if mapping is None else make(mapping.astype(integers)), **options)


class TestEnvironment:
    def test_displacement_is_neighbor_minus_center(self, library):
        found = library.numpy(gather(library).displacement)
        expected = np.zeros((2, 2, 3, 3))
        expected[0, 0, 0], expected[0, 0, 2] = [1, 2, 4], [0, 0, 16]
        expected[0, 1, 0] = [-1, -2, -4]
        expected[1, 0, 0], expected[1, 0, 1] = [-1, -1, -1], [-1, 2, -1]
        np.testing.assert_array_equal(found, expected)

    def test_empty_slots_and_virtual_neighbors_are_not_valid(self, library):
        valid = library.numpy(gather(library).valid)
        assert valid.tolist() == [
            [[True, False, True], [True, False, False]],
            [[True, True, False], [False] * 3],
        ]

    def test_types(self, library):
        env = gather(library)
        assert library.numpy(env.center_type).tolist() == [[0, 1], [1, 0]]
        assert library.numpy(env.neighbor_type).tolist() == [
            [[1, -1, 1], [0, -1, -1]],
            [[0, 1, -1], [-1, -1, -1]],
        ]

    def test_owners(self, library):
        assert library.numpy(gather(library).owner).tolist() == [
            [[1, 0, 1], [0, 0, 0]],
            [[1, 1, 0], [0, 0, 0]],
        ]

    def test_without_a_mapping_each_atom_is_its_own_owner(self, library):
        owner = library.numpy(gather(library, mapping=None).owner)
        assert owner.tolist() == [[[1, 0, 3], [0, 0, 0]], [[1, 2, 0], [0, 0, 0]]]

    @pytest.mark.parametrize("integers", [np.int32, np.int64])
    @pytest.mark.parametrize("floats", [np.float32, np.float64])
    def test_keeps_the_precision_of_coordinates(self, library, integers, floats):
        env = gather(library, integers, floats)
        assert library.numpy(env.displacement).dtype == floats
        assert library.numpy(env.valid).dtype == bool

    def test_frames_do_not_mix(self):
        both = gather()
        for f in range(2):
            alone = environment(*(x[f : f + 1] for x in (COORD, ATYPE, NLIST, MAPPING)))
            assert_same_bits(both.displacement[f : f + 1], alone.displacement)
            assert_same_bits(both.owner[f : f + 1], alone.owner)

    def test_chosen_centers(self):
        chosen = environment(COORD, ATYPE, NLIST[:, ::-1], MAPPING, np.array([1, 0]))
        straight = gather()
        assert_same_bits(chosen.displacement, straight.displacement[:, ::-1])
        assert_same_bits(chosen.center_type, straight.center_type[:, ::-1])

    @pytest.mark.parametrize(("nf", "nloc", "nall"), [(0, 2, 4), (2, 0, 4), (1, 0, 0)])
    def test_nothing_to_gather(self, library, nf, nloc, nall):
        shapes = [((nf, nall, 3), float), ((nf, nall), np.int64), ((nf, nloc, 3), np.int64)]
        env = environment(*(library.array(np.zeros(shape, dtype)) for shape, dtype in shapes))
        assert library.numpy(env.displacement).shape == (nf, nloc, 3, 3)

    def test_no_slots(self):
        assert environment(COORD, ATYPE, NLIST[..., :0]).displacement.shape == (2, 2, 0, 3)

    def test_strides_do_not_matter(self):
        turned = environment(
            np.asfortranarray(COORD), np.asfortranarray(ATYPE), np.asfortranarray(NLIST), MAPPING
        )
        assert_same_bits(turned.displacement, gather().displacement)

    @pytest.mark.parametrize("integers", [np.int8, np.int16, np.int32])
    def test_narrow_integers_count_beyond_their_range(self, integers):
        rng = np.random.default_rng(0)
        coord, atype = rng.uniform(size=(400, 100, 3)), np.zeros((400, 100), dtype=integers)
        nlist = np.full((400, 1, 2), 50, dtype=integers)
        found = environment(coord, atype, nlist).displacement
        assert_same_bits(found[:, 0, 0], coord[:, 50] - coord[:, 0])
