"""Everybody in the benchmark of models computes the same forces."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from parity.contestants import OURS, SEARCH
from parity.model_contestants import MODEL_ENTRIES
from refdp.namespaces import to_numpy

NEEDS = {
    "torch eager": "torch",
    "jax.jit": "jax",
    "DeePMD-kit PyTorch": "deepmd",
    "DeePMD-kit PyTorch, table given": "deepmd",
}


@pytest.fixture(scope="module")
def task():
    """A model and a small frame with a cell."""
    system = refdp.examples.crystal().frame(0)
    section = {"type": "se_e2_a", "rcut": 4.0, "sel": [20, 20], "neuron": [2, 4], "axis_neuron": 2}
    config = {
        "type_map": list(system.type_map),
        "descriptor": section | {"type_one_side": True},
        "fitting_net": {"neuron": [5, 5]},
    }
    return refdp.model_from_config(config, seed=1), system


class TestModelEntries:
    @pytest.mark.parametrize("name", [name for name, _ in MODEL_ENTRIES if name != SEARCH])
    def test_the_forces_are_ours(self, task, name):
        pytest.importorskip(NEEDS.get(name, "refdp"))
        expected = refdp.evaluate(*task).forces
        result = to_numpy(dict(MODEL_ENTRIES)[name](*task).run())
        assert result.shape == expected.shape
        assert np.abs(result - expected).max() < 1e-13 * np.abs(expected).max() > 0.0

    def test_ours_comes_first(self):
        assert MODEL_ENTRIES[0][0] == OURS
