"""Whole models of se_a_mask against energies and forces of DeePMD-kit's TensorFlow backend."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.evaluation import evaluate
from refdp.models.options import ModelOptions
from refdp.models.standard import StandardModel
from tests.helpers import assert_within
from tests.masks import GOLDEN, golden
from tests.models.test_fitting_against_tensorflow import read

FILES = [path for path in GOLDEN if "force" in np.load(path)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestGolden:
    def test_energies_and_forces(self, path):
        descriptor, system, arrays = golden(path)
        fitting, _ = read(path)
        ntypes = descriptor.ntypes
        made = StandardModel(
            ModelOptions(), np.zeros((1, ntypes, 1)), np.ones((1, ntypes, 1)), descriptor, fitting
        )
        e = evaluate(made, system)
        # Masked atoms have constant energies, and they count.
        for found, name in ((e.atomic, "atom_energy"), (e.total, "energy"), (e.forces, "force")):
            assert_within(found, arrays[name], 1e-13 * np.abs(arrays[name]).max())
        some = arrays["aparam"].astype(bool)
        np.testing.assert_array_equal(e.forces[~some], 0.0)
        assert np.abs(e.atomic[~some]).min(initial=1.0) > 0.0
