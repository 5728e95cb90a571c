"""The levels of se_e2_a and se_e2_r, on seven systems."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from parity.cases.levels.levels import ACTIVATIONS, CUTOFF, SWITCHES, Levels, allowed, common, switched
from parity.cases.pairwise import Row

__all__ = ["ANGULAR", "AXIS", "NEURON", "RADIAL"]

# By what layers add to their output: nothing; their input (the first, scalar, one already); it twice.
NEURON = {"plain": (3, 7), "equal": (1, 5, 5), "double": (2, 4)}
AXIS: dict[str, dict[str, int]] = {"default": {}, "two": {"axis_neuron": 2}, "three": {"axis_neuron": 3}}
SYSTEMS = ("water", "molecule", "crystal", "isolated", "pair", "virtual", "crowded")


def _radial(row: Row, number: int) -> dict[str, Any]:
    return common(row, number) | {"neuron": list(NEURON[row["neuron"]])}


def _angular(row: Row, number: int) -> dict[str, Any]:
    return _radial(row, number) | AXIS[row["axis_neuron"]] | switched(row, "type_one_side")


RADIAL = Levels(
    {"activation_function": tuple(ACTIVATIONS), "system": SYSTEMS, "neuron": tuple(NEURON)} | CUTOFF,
    _radial,
    allowed,
    # They meet in a few cases only: all pairs of them would double the grid.
    frozenset(("activation_function", "system")),
    thin=False,
)
ANGULAR = replace(
    RADIAL,
    factors={**RADIAL.factors, "axis_neuron": tuple(AXIS), "type_one_side": SWITCHES},
    config=_angular,
)
