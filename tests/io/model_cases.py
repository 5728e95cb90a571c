"""Small models, one of each kind of descriptor, with an energy net behind it."""

from __future__ import annotations

from typing import Any

from refdp.models.config import model_from_config

__all__ = ["DESCRIPTORS", "config", "model"]

CUTOFF = {"rcut": 4.0, "rcut_smth": 1.0, "neuron": [2, 4], "seed": 1}
TWO_BODY = CUTOFF | {"type": "se_e2_a", "sel": [3, 2], "axis_neuron": 2}
RADIAL = CUTOFF | {"type": "se_e2_r", "sel": [3, 2], "precision": "float32", "type_one_side": True}
DESCRIPTORS: dict[str, dict[str, Any]] = {
    "se_e2_a": TWO_BODY | {"type_one_side": True, "resnet_dt": True},
    "se_e2_a two-sided": TWO_BODY | {"type_one_side": False, "exclude_types": [[0, 1]]},
    "se_e2_r": RADIAL,
    "se_e3": CUTOFF | {"type": "se_e3", "sel": [3, 2]},
    "se_atten": CUTOFF | {"type": "se_atten", "sel": 5, "axis_neuron": 2, "attn": 4, "attn_layer": 1},
    "hybrid": {"type": "hybrid", "list": [TWO_BODY | {"type_one_side": True}, RADIAL]},
}
"""Sections of an input file."""


def config(name: str = "se_e2_a") -> dict[str, Any]:
    """Return a `model` section."""
    fitting = {"neuron": [3, 3], "seed": 2, "numb_fparam": 1}
    return {"type_map": ["O", "H"], "descriptor": DESCRIPTORS[name], "fitting_net": fitting}


def model(name: str = "se_e2_a") -> Any:
    """Return a model with random weights."""
    return model_from_config({"model": config(name)})
