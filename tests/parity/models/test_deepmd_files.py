"""Models that DeePMD-kit itself made and wrote, read by refdp: the same numbers as in its PyTorch part."""

from __future__ import annotations

import copy

import msgspec
import numpy as np
import pytest

from parity.models.build import parameters
from parity.models.case import ModelCase, ModelInputs
from parity.models.deepmd_pytorch import BACKEND
from parity.models.truth import truth_of
from parity.models.verdict import compared
from parity.systems import load

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(BACKEND.missing()), reason=BACKEND.missing()),
    pytest.mark.filterwarnings("ignore"),
]
CUTOFF = {"rcut": 2.6, "rcut_smth": 0.5, "seed": 1}
ONE = CUTOFF | {"type": "se_e2_a", "sel": [4, 4, 4], "neuron": [2, 4], "axis_neuron": 2}
TYPES = CUTOFF | {"sel": 8, "tebd_dim": 4}
ATTENTION = TYPES | {"type": "se_atten", "neuron": [2, 4], "axis_neuron": 2, "attn": 4, "attn_layer": 2}
EACH = {"sel": [4, 4, 4], "neuron": [2, 4]}
MODELS = {
    "one-side": {"descriptor": ONE | {"type_one_side": True}},
    "two-side": {"descriptor": ONE | {"type_one_side": False}, "pair_exclude_types": [[0, 1]]},
    "radial": {"descriptor": CUTOFF | EACH | {"type": "se_e2_r"}, "atom_exclude_types": [2]},
    "three-body": {"descriptor": CUTOFF | EACH | {"type": "se_e3"}},
    "attention": {"descriptor": ATTENTION},
    "v2": {"descriptor": ATTENTION | {"type": "se_atten_v2"}, "pair_exclude_types": [[1, 1]]},
    "three-types": {"descriptor": TYPES | {"type": "se_e3_tebd", "neuron": [4, 4]}},
    "hybrid": {"descriptor": {"type": "hybrid", "list": [ONE, CUTOFF | EACH | {"type": "se_e2_r"}]}},
    "parameters": {
        "descriptor": ONE | {"exclude_types": [[0, 2]]},
        "fitting_net": {"numb_fparam": 2, "numb_aparam": 1, "default_fparam": [0.5, 1.5], "resnet_dt": False},
    },
}


def _written(name, path):
    """Write a model of DeePMD-kit as `.yaml`, its biases and statistics at random; return its dictionary."""
    from deepmd.dpmodel.model.model import get_model
    from deepmd.dpmodel.utils.serialization import save_dp_model

    config = {"type_map": ["O", "H", "C"], "fitting_net": {}} | copy.deepcopy(MODELS[name])
    config["fitting_net"] = {"neuron": [6, 6], "seed": 2} | config["fitting_net"]
    data = get_model(config).serialize()
    rng = np.random.default_rng(3)
    for place in ("davg", "out_bias", "bias_atom_e"):
        _randomize(data, place, rng)
    save_dp_model(str(path), {"model": data})
    return data


def _randomize(tree, name, rng):
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if key == name:
            tree[key] = 0.3 * rng.normal(size=value.shape)
        elif isinstance(value, dict | list):
            _randomize(value, name, rng)


@pytest.mark.parametrize("name", MODELS)
def test_energy_forces_and_virial_are_those_of_pytorch(name, tmp_path):
    data = _written(name, tmp_path / "model.yaml")
    system = load("tilted")
    inputs = ModelInputs(
        case=ModelCase(name=name, system="tilted", config={}),
        data=None,
        file=str(tmp_path / "model.yaml"),
        coords=system.coords,
        atype=system.atype,
        cell=system.cell,
        aparam=parameters(data, "aparam", (2, 6), 1),
    )
    theirs = BACKEND.start()(msgspec.structs.replace(inputs, data=data, file=None))
    comparison = compared(BACKEND, theirs, truth_of(inputs))
    assert comparison.reason == ""
    assert {"energy", "forces", "virial", "atom_virial"} < {report.name for report in comparison.reports}
    assert max(report.used_max for report in comparison.reports) > 0.0
