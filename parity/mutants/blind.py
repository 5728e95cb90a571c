"""Cases made blind on purpose: nothing that is wrong could be seen in them."""

from __future__ import annotations

from parity.case import Case
from parity.models.case import ModelCase

__all__ = ["MUTE_MODEL", "ONE_ATOM", "ZERO_WEIGHTS"]

_CONFIG = {
    "rcut": 3.0,
    "rcut_smth": 0.5,
    "sel": [3, 3],
    "neuron": [4, 8],
    "axis_neuron": 4,
    "resnet_dt": False,
}

ONE_ATOM = Case(
    name="one-atom", family="se_e2_a", system="atom", config=_CONFIG, note="an atom alone in the world"
)
ZERO_WEIGHTS = Case(
    name="zero-weights",
    family="se_e2_a",
    system="pair",
    config=_CONFIG | {"neuron": [3, 7], "sel": [3, 3], "rcut": 3.6},
    weights="zero",
    note="nets that give zero whatever they see",
)
MUTE_MODEL = ModelCase(
    name="mute-model",
    system="cluster",
    config={
        "descriptor": {
            "type": "se_e2_r",
            "rcut": 3.1,
            "rcut_smth": 0.5,
            "sel": [4, 4, 4],
            "neuron": [2, 4],
        }
    },
    weights="zero",
    note="a fitting net that gives the same whatever it sees",
)
