"""Tests of refdp.neighbors.everyone."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.neighbors.everyone import everyone
from refdp.system import System


def by_definition(atype, sel):
    """Every other real atom, in the order of the frame, in blocks by type, in plain Python."""
    table = []
    for i, kind in enumerate(atype):
        row = []
        for b, n in enumerate(sel):
            block = [j if j != i else -1 for j, other in enumerate(atype) if other == b and kind >= 0]
            row += block + [-1] * (n - len(block))
        table.append(row)
    return table


class TestEveryone:
    @pytest.mark.parametrize("sel", [[4, 3], [3, 9], [7, 7]])
    @pytest.mark.parametrize("seed", range(4))
    def test_is_the_definition(self, seed, sel):
        rng = np.random.default_rng(seed)
        # Of types 0 and 1 three each at most.
        types = np.array([rng.permutation([0, 0, 0, 1, 1, 1, -1, -4]) for _ in range(3)])
        mask = rng.random((3, 8)) < 0.8
        system = System(rng.normal(size=(3, 8, 3)), types, mask=mask)
        extended, table = everyone(system, sel)
        assert table.dtype == np.int64
        assert table.tolist() == [by_definition(row, sel) for row in system.atype]
        assert extended.coord_ext is system.coords
        assert extended.atype_ext.tolist() == system.atype.tolist()
        assert extended.mapping.tolist() == [list(range(8))] * 3

    def test_by_hand(self):
        system = System(np.eye(5, 3), [1, 0, 1, 0, 1], mask=[1, 1, 0, 1, 1])
        _, table = everyone(system, [3, 2])
        assert table[0].tolist() == [
            [1, 3, -1, -1, 4],
            [-1, 3, -1, 0, 4],
            [-1, -1, -1, -1, -1],
            [1, -1, -1, 0, 4],
            [1, 3, -1, 0, -1],
        ]

    def test_virtual_atoms_shift_numbers_and_nothing_else(self):
        with_one = System(np.eye(4, 3), [0, -1, 1, 0])
        without = System(np.eye(3), [0, 1, 0])
        there, here = (everyone(s, [3, 1])[1][0] for s in (with_one, without))
        assert there[[0, 2, 3]].tolist() == np.where(here > 0, here + 1, here).tolist()

    @pytest.mark.parametrize(("nf", "natoms"), [(0, 3), (2, 0), (0, 0)])
    def test_nothing(self, nf, natoms):
        _, table = everyone(System(np.zeros((nf, natoms, 3)), np.zeros((nf, natoms), int)), [2, 1] * 2)
        assert table.shape == (nf, natoms, 6)

    @pytest.mark.parametrize(
        ("types", "said"),
        [
            ([0, 0, 0, 1], r"the 3 real atoms of type 0, A, in frame 0, got \[2, 2\]"),
            ([2, 0, 0, 1], r"the 1 real atoms of type 2, C, in frame 0, got \[2, 2\]"),
        ],
    )
    def test_no_room(self, types, said):
        with pytest.raises(InputError, match=f"`sel`: expected room for {said}"):
            everyone(System(np.eye(4, 3), types, type_map=["A", "B", "C"]), [2, 2])

    def test_room_is_counted_by_frame_and_without_masked_atoms(self):
        system = System(np.zeros((2, 3, 3)), [[0, 0, 1], [1, 0, 1]], mask=[[1, 1, 1], [1, 1, 0]])
        assert everyone(system, [2, 1])[1].shape == (2, 3, 3)
        with pytest.raises(InputError, match=r"2 real atoms of type 0, in frame 0"):
            everyone(system, [1, 2])

    def test_a_cell(self):
        with pytest.raises(InputError, match="`cell`: expected no cell"):
            everyone(System(np.zeros((1, 3)), [0], np.eye(3)), [1])
