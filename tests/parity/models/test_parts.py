from __future__ import annotations

from pathlib import Path

import numpy as np

from parity.models.own import model_of
from parity.models.parts import MOST_ATOMS, cut
from refdp.io.dataset.frames import Frames
from refdp.system import System
from tests.parity.models.few import inputs_of

CELL = np.diag([6.0, 6.5, 7.0])
LEFT = CELL[[1, 0, 2]]


def _cut(cells, natoms=2, types=None):
    coords = np.zeros((len(cells), natoms, 3))
    types = [0, 1] * (natoms // 2) if types is None else types
    frames = Frames(System(coords, types, np.asarray(cells), type_map=["H", "C"]))
    return cut(Path("model.dp"), model_of(inputs_of("free")), [frames])


class TestCut:
    def test_cells_of_one_handedness_stay_together(self):
        parts = _cut([CELL, CELL, LEFT, CELL])
        assert [part.frames.index.tolist() for part in parts] == [[0, 1], [2], [3]]
        assert [part.name for part in parts] == ["000000", "000001", "000002"]

    def test_no_part_has_many_atoms(self):
        parts = _cut([CELL] * 5, natoms=MOST_ATOMS // 2)
        assert [len(part.frames) for part in parts] == [2, 2, 1]
        assert max(part.natoms for part in parts) == MOST_ATOMS
        assert [len(part.frames) for part in _cut([CELL] * 2, natoms=2 * MOST_ATOMS)] == [1, 1]

    def test_types_are_those_of_the_model(self):
        part = _cut([CELL])[0]
        assert part.inputs.atype.tolist() == [[1, 2]]
        assert part.inputs.type_map == ["O", "H", "C"]
        assert part.species.tolist() == [["H", "C"]]

    def test_frames_of_virtual_atoms_are_left_out(self):
        assert _cut([CELL], types=[-1, -1]) == []
        assert _cut([CELL], types=[-1, 1])[0].species.tolist() == [["", "C"]]


class TestPart:
    def test_of_another_file(self):
        other = _cut([CELL])[0].of(Path("/folder/other.pth"), "other-")
        assert (other.case.name, other.file) == ("other-000000", "/folder/other.pth")
        assert other.atype.tolist() == [[1, 2]]
