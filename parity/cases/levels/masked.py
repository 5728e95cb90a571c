"""The levels of se_a_mask: small systems, with virtual atoms and without."""

from __future__ import annotations

from typing import Any

from parity.cases.levels.levels import ACTIVATIONS, CUTOFF, SWITCHES, Levels, allowed, nets, switched
from parity.cases.levels.two_body import AXIS, NEURON
from parity.cases.pairwise import Row

__all__ = ["SE_A_MASK"]


def _config(row: Row, number: int) -> dict[str, Any]:
    config = nets(row, number) | {"neuron": list(NEURON[row["neuron"]])}
    return config | AXIS[row["axis_neuron"]] | switched(row, "type_one_side")


SE_A_MASK = Levels(
    {
        "activation_function": tuple(ACTIVATIONS),
        "system": ("cluster", "masked"),
        "neuron": tuple(NEURON),
        "axis_neuron": tuple(AXIS),
        "type_one_side": SWITCHES,
    }
    | {name: CUTOFF[name] for name in ("exclude_types", "precision", "resnet_dt")},
    _config,
    allowed,
    frozenset(("activation_function", "system")),
)
