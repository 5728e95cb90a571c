"""The pair mask against its definition."""

from __future__ import annotations

from itertools import product

import numpy as np

from refdp.equations.exclusion import pair_mask

CENTER = np.array([[0, 1, 2, -1], [2, 0, 0, 1]])
NEIGHBOR = np.random.default_rng(3).integers(-1, 3, (2, 4, 6))


class TestPairMask:
    def test_by_hand(self, library):
        mask = pair_mask(library.array([[0, 1]]), library.array([[[0, 1, -1], [0, 1, -1]]]), [(0, 1)])
        np.testing.assert_array_equal(library.numpy(mask), [[[True, False, True], [False, True, True]]])

    def test_definition(self, library):
        pairs = [(0, 1), (2, 2)]
        mask = library.numpy(pair_mask(library.array(CENTER), library.array(NEIGHBOR), pairs))
        for f, i, j in product(range(2), range(4), range(6)):
            a, b = CENTER[f, i], NEIGHBOR[f, i, j]
            assert mask[f, i, j] == ((a, b) not in pairs and (b, a) not in pairs)

    def test_order_and_repetition_of_pairs_do_not_matter(self):
        one = pair_mask(CENTER, NEIGHBOR, [(0, 1), (1, 2)])
        other = pair_mask(CENTER, NEIGHBOR, [(2, 1), (1, 0), (0, 1)])
        np.testing.assert_array_equal(one, other)

    def test_no_pairs_exclude_nothing(self, library):
        mask = library.numpy(pair_mask(library.array(CENTER), library.array(NEIGHBOR), []))
        assert mask.dtype == bool
        assert mask.all()

    def test_empty_slots_and_virtual_centers_are_never_excluded(self):
        pairs = list(product(range(3), repeat=2))
        mask = pair_mask(CENTER, NEIGHBOR, pairs)
        np.testing.assert_array_equal(mask, (NEIGHBOR < 0) | (CENTER < 0)[..., None])

    def test_no_slots_no_atoms(self, library):
        for shape in [(1, 2, 0), (1, 0, 3), (0, 2, 3)]:
            centers, neighbors = np.zeros(shape[:2], np.int64), np.zeros(shape, np.int64)
            assert (
                library.numpy(pair_mask(library.array(centers), library.array(neighbors), [(0, 0)])).shape
                == shape
            )
