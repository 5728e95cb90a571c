from __future__ import annotations

import numpy as np
import pytest

from parity.models.label_errors import label_errors
from refdp.io.dataset.frames import Frames
from refdp.system import System


def _part(types, **labels):
    nf = len(next(iter(labels.values())))
    coords = np.tile(np.arange(3.0 * len(types)).reshape(-1, 3), (nf, 1, 1))
    return Frames(System(coords, types), labels)


class TestLabelErrors:
    def test_energy_and_virial_are_per_atom(self):
        part = _part([0, 0, -1], energy=np.zeros(2), virial=np.zeros((2, 9)))
        value = {"energy": np.asarray([2.0, 4.0]), "virial": np.full((2, 3, 3), 6.0)}
        assert label_errors([value], [part]) == {
            "energy": pytest.approx(np.sqrt((1.0 + 4.0) / 2.0)),
            "virial": pytest.approx(3.0),
        }

    def test_forces_of_real_atoms_only(self):
        part = _part([0, -1], force=np.zeros((1, 6)))
        value = {"forces": np.asarray([[[1.0, 2.0, 2.0], [50.0, 50.0, 50.0]]])}
        assert label_errors([value], [part]) == {"forces": pytest.approx(np.sqrt(3.0))}

    def test_parts_of_different_size(self):
        parts = [_part([0], energy=np.zeros(1)), _part([0, 0], energy=np.zeros(2))]
        values = [{"energy": np.asarray([3.0])}, {"energy": np.asarray([0.0, 0.0])}]
        assert label_errors(values, parts) == {"energy": pytest.approx(np.sqrt(3.0))}

    def test_no_labels(self):
        part = Frames(System([[0.0, 0.0, 0.0]], [0]))
        assert label_errors([{"energy": np.zeros(1)}], [part]) == {}
