from __future__ import annotations

import numpy as np
import pytest

from parity.models.ties import ties
from refdp.system import System

CROSS = np.asarray([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]])


def _ties(sel, coords=CROSS, rcut=1.2, types=(0, 0, 0, 1, 1)):
    data = {"models": [{"descriptor": {"rcut": rcut, "sel": sel}}, {"rcut": np.inf, "sel": [1]}]}
    return [tuple(tie) for tie in ties(data, System(coords[None], np.asarray(types)))]


class TestTies:
    @pytest.mark.parametrize(("sel", "found"), [(3, 1), (4, 0), (5, 0), ([1, 2], 1), ([2, 2], 0), ([4], 0)])
    def test_more_at_one_distance_than_slots(self, sel, found):
        assert _ties(sel) == [(0, 0, 1.0)] * found

    def test_a_cut_between_two_distances_is_none(self):
        apart = CROSS.copy()
        apart[4] *= 1.0 + 1e-6
        assert _ties(3, apart) == []

    def test_of_several_frames_the_first_of_each(self):
        coords = np.stack([CROSS * 2.0, CROSS])
        system = System(coords, np.zeros(5, dtype=int))
        assert [tuple(tie) for tie in ties({"rcut": 1.2, "sel": 1}, system)] == [(1, 0, 1.0)]
