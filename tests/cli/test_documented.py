"""`refdp describe` on every descriptor section of DeePMD-kit's documentation, in a whole input file."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.io.dataset import load_system, save_system

CUTOFF = {"rcut_smth": 0.5, "rcut": 6.0, "resnet_dt": False, "seed": 1}
TWO_BODY = {
    "type": "se_e2_a",
    "sel": [46, 92],
    "neuron": [25, 50, 100],
    "type_one_side": True,
    "axis_neuron": 16,
}
RADIAL = {"type": "se_e2_r", "sel": [46, 92], "neuron": [5, 10, 20]}
ATTENTION = {"sel": 120, "neuron": [25, 50, 100], "axis_neuron": 16, "attn": 128, "attn_mask": False}
SECTIONS = {
    "se_e2_a": CUTOFF | TWO_BODY,
    "se_e2_r": CUTOFF | RADIAL,
    "se_e3": CUTOFF | {"type": "se_e3", "sel": [40, 80], "neuron": [2, 4, 8]},
    "se_atten": CUTOFF | ATTENTION | {"type": "se_atten", "attn_layer": 2, "attn_dotr": True},
    "se_atten_v2": CUTOFF | ATTENTION | {"type": "se_atten_v2", "attn_layer": 0, "attn_dotr": True},
    "se_e3_tebd": CUTOFF | {"type": "se_e3_tebd", "sel": 40, "rcut": 4.0, "neuron": [2, 4, 8], "tebd_dim": 8},
    "hybrid": {"type": "hybrid", "list": [CUTOFF | TWO_BODY, CUTOFF | RADIAL]},
}
WIDTHS = {
    "se_e2_a": 1600,
    "se_e2_r": 20,
    "se_e3": 8,
    "se_atten": 1608,
    "se_atten_v2": 1608,
    "se_e3_tebd": 16,
    "hybrid": 1620,
}
FITTING = {"neuron": [240, 240, 240], "resnet_dt": True, "seed": 1}


def written(folder, descriptor, type_map, **fitting):
    """A whole input file, and where to put the result."""
    config = {
        "_comment": "that is all",
        "model": {"type_map": type_map, "descriptor": descriptor, "fitting_net": FITTING | fitting},
        "learning_rate": {"type": "exp"},
        "loss": {"type": "ener", "start_pref_pf": 1.0, "limit_pref_pf": 1.0},
        "training": {"numb_steps": 100},
    }
    (folder / "input.json").write_text(json.dumps(config))
    return folder / "input.json", folder / "out.npz"


@pytest.mark.parametrize("name", SECTIONS)
def test_water(name, refdp_command, tmp_path):
    config, output = written(tmp_path, SECTIONS[name], ["O", "H"])
    water, folder = refdp.examples.water().frame(0), tmp_path / "water"
    few = refdp.System(water.coords[:, :24], water.types[:, :24], water.cell, type_map=["O", "H"])
    save_system(folder, few)
    result = refdp_command("describe", config, folder, "-o", output)
    assert result.exit_code == 0, result.stderr
    with np.load(output) as found:
        rows, text = found["descriptor"], str(found["config"])
    assert rows.shape == (1, 24, WIDTHS[name])
    again = refdp.from_config(json.loads(text), type_map=["O", "H"])
    assert np.array_equal(refdp.describe(again, load_system(folder)), rows)


def test_mask(refdp_command, tmp_path):
    section = {"type": "se_a_mask", "sel": [3, 2, 4], "neuron": [25, 50, 100], "axis_neuron": 16, "seed": 1}
    config, output = written(tmp_path, section, ["C", "N", "O"], numb_aparam=1, use_aparam_as_mask=True)
    rng = np.random.default_rng(0)
    coords, mask = rng.uniform(0.0, 6.0, (2, 9, 3)), rng.integers(0, 2, (2, 9))
    system = refdp.System(coords, np.repeat([0, 1, 2], [3, 2, 4]), mask=mask, type_map=["C", "N", "O"])
    save_system(tmp_path / "data", system)
    np.save(tmp_path / "data" / "set.000" / "atom_pref.npy", mask)
    result = refdp_command("describe", config, tmp_path / "data", "-o", output)
    assert result.exit_code == 0, result.stderr
    with np.load(output) as found:
        rows = found["descriptor"]
    assert rows.shape == (2, 9, 1600)
    assert np.array_equal(rows, refdp.describe(refdp.from_config(json.loads(config.read_text())), system))
    assert np.array_equal(np.any(rows != 0.0, axis=-1), mask == 1)
