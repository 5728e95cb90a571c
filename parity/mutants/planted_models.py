"""Mutants of whole models: mistakes that conversions and ports make after the descriptor."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from parity.models.case import FAMILY, ModelInputs
from parity.models.outputs import Outputs
from parity.models.own import numpy_outputs
from parity.mutants.mutant import Mutant

__all__ = ["MUTANTS"]


def _of_outputs(change: Callable[[Outputs, ModelInputs], Outputs]) -> Callable[[ModelInputs], Outputs]:
    return lambda inputs: change(numpy_outputs(inputs), inputs)


def _of_model(change: Callable[[dict[str, Any]], None]) -> Callable[[ModelInputs], Outputs]:
    """Return what evaluates the dictionary of a model after `change` to it."""

    def evaluate(inputs: ModelInputs) -> Outputs:
        data = copy.deepcopy(inputs.data or {})
        change(data)
        return numpy_outputs(msgspec.structs.replace(inputs, data=data))

    return evaluate


def _transposed(out: Outputs, inputs: ModelInputs) -> Outputs:
    del inputs
    return out | {name: np.swapaxes(out[name], -1, -2) for name in ("virial", "atom_virial")}


def _flipped(out: Outputs, inputs: ModelInputs) -> Outputs:
    return out | {"forces": np.where((inputs.atype == 0)[..., None], -out["forces"], out["forces"])}


def _owned_by_centre(out: Outputs, inputs: ModelInputs) -> Outputs:
    """Share the virial of each frame among its atoms, which leaves the sum as it is."""
    natoms = inputs.atype.shape[1]
    shares = np.broadcast_to(out["virial"][:, None] / natoms, out["atom_virial"].shape)
    return out | {"atom_virial": np.array(shares)}


def _biased_twice(data: dict[str, Any]) -> None:
    data["@variables"]["out_bias"] = 2.0 * data["@variables"]["out_bias"]


def _aparam_first(data: dict[str, Any]) -> None:
    """Exchange the rows of the first layer that frame and atomic parameters meet."""
    section = data["fitting"]
    nd, nf, na = (section[key] for key in ("dim_descrpt", "numb_fparam", "numb_aparam"))
    order = [*range(nd), *range(nd + na, nd + na + nf), *range(nd, nd + na)]
    for net in section["nets"]["networks"]:
        first = net["layers"][0]["@variables"]
        first["w"] = first["w"][[*order, *range(nd + nf + na, len(first["w"]))]]


def _one_weight(data: dict[str, Any]) -> None:
    for net in data["fitting"]["nets"]["networks"]:
        last = net["layers"][-1]["@variables"]
        last["w"] = last["w"].copy()
        last["w"][0] *= 1.0 + 1e-9


def _renamed(inputs: ModelInputs) -> Outputs:
    """Let the type map be reversed everywhere, and the weights stay where they are."""
    data = copy.deepcopy(inputs.data or {})
    names = list(data["type_map"])
    _rename(data, names[::-1])
    return numpy_outputs(msgspec.structs.replace(inputs, data=data, type_map=names))


def _rename(tree: Any, names: list[str]) -> None:
    """Write a type map into a dictionary, and into all in it that have one."""
    if isinstance(tree, dict) and tree.get("type_map"):
        tree["type_map"] = names
    for value in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(value, dict | list):
            _rename(value, names)


def _exclusion_lost(data: dict[str, Any]) -> None:
    data["pair_exclude_types"] = []


def _exclusion_inside(data: dict[str, Any]) -> None:
    """Let the descriptor exclude the pairs: its rows are zero, where those of empty slots are not."""
    data["descriptor"]["exclude_types"] = data["pair_exclude_types"]
    data["pair_exclude_types"] = []


def _new(name: str, sentence: str, step: str, evaluate: Any) -> Mutant:
    return Mutant(
        f"mutant-{name}", lambda: evaluate, models=True, sentence=sentence, step=step, families=(FAMILY,)
    )


VIRIAL = _new("virial", "the virial is transposed", "virial", _of_outputs(_transposed))
SIGN = _new("sign", "forces on atoms of one type have the other sign", "forces", _of_outputs(_flipped))
OWNER = _new(
    "owner", "the virial is shared equally by all atoms", "atom_virial", _of_outputs(_owned_by_centre)
)
BIAS = _new("bias", "`out_bias` is added twice", "atom_energy", _of_model(_biased_twice))
APARAM = _new("aparam", "`aparam` comes before `fparam`", "atom_energy", _of_model(_aparam_first))
WEIGHT = _new(
    "weight", "one weight of a fitting net is off by 1e-9 of itself", "atom_energy", _of_model(_one_weight)
)
TYPES = _new("types", "the type map is reversed, the weights are not", "atom_energy", _renamed)
PAIRS = _new("pairs", "the model excludes no pairs", "atom_energy", _of_model(_exclusion_lost))
INSIDE = _new(
    "inside", "the descriptor excludes the pairs of the model", "atom_energy", _of_model(_exclusion_inside)
)

MUTANTS = {name: value for name, value in list(globals().items()) if isinstance(value, Mutant)}
"""By the name of the attribute."""
