"""The levels of se_e3 and se_e3_tebd, on two small systems."""

from __future__ import annotations

from collections.abc import Mapping
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
from parity.cases.levels.two_body import NEURON as SCALAR
from parity.cases.pairwise import Row

__all__ = ["SE_E3", "SE_E3_TEBD"]

SYSTEMS = {"system": ("mixture", "cluster")}


def _allowed(row: Mapping[str, str]) -> bool:
    # Data give angular columns no mean, and the radial one is not used: only random means can be left out.
    return (row.get("set_davg_zero"), row.get("statistics")) != ("yes", "data") and allowed(row)


def _allowed_tebd(row: Mapping[str, str]) -> bool:
    if (row.get("set_davg_zero"), row.get("statistics")) == ("no", "data"):
        return False
    # Nothing fades where types are no factor.
    return (row.get("smooth"), row.get("tebd_input_mode")) != ("no", "concat") and allowed(row)


def _config(row: Row, number: int) -> dict[str, Any]:
    return common(row, number) | {"neuron": list(SCALAR[row["neuron"]])}


def _config_tebd(row: Row, number: int) -> dict[str, Any]:
    config = common(row, number) | {"tebd_input_mode": row["tebd_input_mode"]}
    config |= switched(row, "smooth", "concat_output_tebd", "use_tebd_bias", "use_econf_tebd")
    return config | {"tebd_dim": TEBD_DIM[row["tebd_dim"]], "neuron": widths(row, 2)}


SE_E3 = Levels(
    {"activation_function": tuple(ACTIVATIONS), "neuron": tuple(SCALAR)} | SYSTEMS | CUTOFF,
    _config,
    _allowed,
    frozenset(("activation_function", "system")),
)
SE_E3_TEBD = Levels(
    {
        "activation_function": tuple(ACTIVATIONS),
        "neuron": tuple(NEURON),
        "tebd_dim": tuple(TEBD_DIM),
        "tebd_input_mode": ("concat", "strip"),
        "smooth": SWITCHES,
        "concat_output_tebd": SWITCHES,
        "use_tebd_bias": SWITCHES,
        "use_econf_tebd": SWITCHES,
    }
    | SYSTEMS
    | CUTOFF,
    _config_tebd,
    _allowed_tebd,
    frozenset(("activation_function", "neuron", "system")),
)
