"""Tiny cases of each family that DeePMD-kit has beside se_e2_a and se_e2_r."""

from __future__ import annotations

from functools import cache

from parity.case import Case, Inputs, build

__all__ = ["NAMES", "inputs_of"]

_NETS = {"rcut": 3.1, "rcut_smth": 0.5, "neuron": [2, 4], "exclude_types": [[0, 0]]}
_TYPES = _NETS | {"sel": [8], "tebd_dim": 3, "set_davg_zero": False}
_ATTENTION = _TYPES | {"neuron": [5], "attn": 4, "attn_layer": 1, "axis_neuron": 2}
_CONFIGS = {
    "se_atten": _ATTENTION,
    "se_atten_v2": _ATTENTION,
    "se_e3": _NETS | {"sel": [4, 4, 4]},
    "se_e3_tebd": _TYPES,
    "hybrid": {"list": [_ATTENTION | {"type": "se_atten"}, _TYPES | {"type": "se_e3_tebd", "sel": [6]}]},
}
NAMES = tuple(_CONFIGS)


@cache
def inputs_of(family: str) -> Inputs:
    """Return the arrays of the case of a family."""
    case = Case(
        name=family, family=family, system="mixture", config=_CONFIGS[family], statistics="random", seed=2
    )
    return build(case)
