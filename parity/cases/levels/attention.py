"""The levels of se_atten and se_atten_v2, on two small systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from parity.cases.levels.levels import (
    ACTIVATIONS,
    CUTOFF,
    NEURON,
    SWITCHES,
    TEBD_DIM,
    Levels,
    allowed,
    common,
    switched,
    widths,
)
from parity.cases.levels.two_body import AXIS
from parity.cases.pairwise import Row

__all__ = ["OURS", "SE_ATTEN", "SE_ATTEN_V2"]

SCALES: dict[str, dict[str, float]] = {
    "default": {},
    "factor": {"scaling_factor": 0.5},
    "temperature": {"temperature": 0.7},
}
FACTORS = {
    "activation_function": tuple(ACTIVATIONS),
    "neuron": tuple(NEURON),
    "lmax": ("1", "2", "3", "4"),
    "tebd_dim": tuple(TEBD_DIM),
    "axis_neuron": tuple(AXIS),
    "attn_layer": ("2", "1", "0"),
    "attn_dotr": SWITCHES,
    "normalize": SWITCHES,
    "scale": tuple(SCALES),
    "ln_eps": ("default", "larger"),
    "type_one_side": SWITCHES,
    "concat_output_tebd": SWITCHES,
    "use_tebd_bias": SWITCHES,
    "use_econf_tebd": SWITCHES,
    "system": ("mixture", "cluster"),
} | CUTOFF
FORM = {"tebd_input_mode": ("concat", "strip"), "smooth_type_embedding": SWITCHES}
DEFAULTS = {"attn_dotr": "yes", "normalize": "yes", "scale": "default", "ln_eps": "default"}


def _allowed(row: Mapping[str, str]) -> bool:
    if row.get("precision") == "float32" and _delicate(row):
        return False
    if row.get("attn_layer") == "0":
        # Without attention its options do nothing, nor does fading where types are no factor.
        if any(row.get(name, level) != level for name, level in DEFAULTS.items()):
            return False
        if (row.get("smooth_type_embedding"), row.get("tebd_input_mode")) == ("yes", "concat"):
            return False
    return allowed(row)


def _delicate(row: Mapping[str, str]) -> bool:
    """Tell what changes less than rounding to float32 may do through layer norms: nobody could be wrong."""
    if row.get("attn_layer") == "2":
        return True
    return any(row.get(name, "default") != "default" for name in ("scale", "ln_eps"))


def _config(row: Row, number: int) -> dict[str, Any]:
    config = common(row, number) | AXIS[row["axis_neuron"]]
    config |= switched(row, "type_one_side", "concat_output_tebd", "use_tebd_bias", "use_econf_tebd")
    config |= {"lmax": int(row["lmax"]), "tebd_dim": TEBD_DIM[row["tebd_dim"]]}
    config |= {"neuron": widths(row, 1 if row["type_one_side"] == "yes" else 2)}
    config |= {"attn_layer": int(row["attn_layer"]), "trainable_ln": number % 2 == 0}
    if row["attn_layer"] == "0":
        return config
    config |= {"attn": 5, "ln_eps": 1e-2 if row["ln_eps"] == "larger" else None}
    return config | switched(row, "attn_dotr", "normalize") | SCALES[row["scale"]]


def _with_form(row: Row, number: int) -> dict[str, Any]:
    form = {"tebd_input_mode": row["tebd_input_mode"]} | switched(row, "smooth_type_embedding")
    return _config(row, number) | form


# What nobody but refdp computes: the rest at one level each, chosen so that it does not hide anything.
REST = {name: levels[0] for name, levels in FACTORS.items()}
REST |= {"neuron": "equal", "statistics": "random", "attn_layer": "1", "exclude_types": "different"}


def _allowed_ours(row: Mapping[str, str]) -> bool:
    if row.get("smooth_type_embedding") == "no" and (
        row.get("smooth_form") == "tensorflow" or row.get("attn_mask") == "no"
    ):
        return False
    return (row.get("smooth_form"), row.get("attn_mask")) != ("switch", "no")


def _ours(row: Row, number: int) -> dict[str, Any]:
    own = switched(row, "attn_mask") | {"smooth_form": row["smooth_form"]}
    return _with_form(REST | row, number) | own


SE_ATTEN_V2 = Levels(
    FACTORS,
    _config,
    _allowed,
    # All pairs of the longest ones would double the grid: they belong to different parts of the formula.
    frozenset(("activation_function", "neuron", "lmax", "scale", "system")),
    seed=400,
)
SE_ATTEN = replace(SE_ATTEN_V2, factors=FACTORS | FORM, config=_with_form)
OURS = Levels(
    FORM
    | {"attn_mask": SWITCHES, "smooth_form": ("switch", "tensorflow")}
    | {name: FACTORS[name] for name in ("attn_dotr", "normalize", "system")},
    _ours,
    _allowed_ours,
    frozenset(("attn_dotr", "normalize", "system")),
    seed=400,
)
