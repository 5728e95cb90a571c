"""The levels of hybrid: sets of children that differ in cutoff, slots and excluded pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parity.cases.levels.levels import CUTOFF, Levels
from parity.cases.pairwise import Row
from parity.systems import SETTINGS

__all__ = ["HYBRID"]

# What a child is beside its cutoff, slots, excluded pairs and precision.
CHILDREN: dict[str, dict[str, Any]] = {
    "angular": {"type": "se_e2_a", "neuron": [2, 4], "axis_neuron": 2, "type_one_side": True},
    "two-sided": {"type": "se_e2_a", "neuron": [3, 6], "axis_neuron": 3},
    "radial": {"type": "se_e2_r", "neuron": [2, 4]},
    "three-body": {"type": "se_e3", "neuron": [2, 4]},
    "attention": {
        "type": "se_atten",
        "neuron": [6, 6],
        "attn": 4,
        "attn_layer": 1,
        "tebd_dim": 3,
        "set_davg_zero": False,
    },
    "strip": {"type": "se_atten_v2", "neuron": [2, 6], "attn_layer": 0, "tebd_dim": 4},
    "three-body-types": {"type": "se_e3_tebd", "neuron": [4, 4], "tebd_dim": 4},
}
MIXED = ("attention", "strip", "three-body-types")
SETS = {
    "two-body": ("angular", "radial"),
    "sides": ("two-sided", "angular"),
    "separate": ("radial", "three-body", "two-sided"),
    "mixed": ("attention", "strip"),
    "both": ("strip", "angular"),
    "all-kinds": ("radial", "three-body-types", "angular"),
    "nested": (("angular", "radial"), "attention"),
}
# By which child, if any, has the shorter cutoff, or less slots.
WHICH = {"neither": (0, 0), "first": (1, 0), "last": (0, 1)}


def _config(row: Row, number: int) -> dict[str, Any]:
    del number
    members = SETS[row["children"]]
    return {"list": [_child(name, row, _place(k, len(members))) for k, name in enumerate(members)]}


def _place(k: int, count: int) -> int:
    """Return 0 for the first child, 1 for the last one, -1 for those between."""
    return 0 if k == 0 else 1 if k == count - 1 else -1


def _child(name: str | tuple[str, ...], row: Row, place: int) -> dict[str, Any]:
    if not isinstance(name, str):
        members = [_child(each, row, _place(k, len(name))) for k, each in enumerate(name)]
        return {"type": "hybrid", "list": members}
    setting = SETTINGS[row["system"]]
    rcut, _ = setting.cutoffs[row["reach"]]
    shorter, fewer, excluding = (_chosen(row[what], place) for what in ("rcut", "sel", "exclude_types"))
    pairs = setting.excluded["same" if excluding else "none"]
    sel = [slots - 1 if fewer else slots for slots in setting.sel]
    return CHILDREN[name] | {
        "rcut": rcut - 0.5 if shorter else rcut,
        "rcut_smth": 1.4 if place == 0 else 1.1,
        # One number where types are mixed: DeePMD-kit's hybrids fail with several.
        "sel": [sum(sel)] if name in MIXED else sel,
        "exclude_types": [list(pair) for pair in pairs],
        "precision": row["precision"],
    }


def _chosen(level: str, place: int) -> bool:
    return bool(WHICH[level][place]) if place >= 0 else False


def _allowed(row: Mapping[str, str]) -> bool:
    del row
    return True


HYBRID = Levels(
    {
        "children": tuple(SETS),
        "rcut": tuple(WHICH),
        "sel": tuple(WHICH),
        "exclude_types": tuple(WHICH),
        "reach": ("wide", "long"),
        "system": ("mixture", "cluster"),
        "precision": CUTOFF["precision"],
    },
    _config,
    _allowed,
    frozenset(),
)
