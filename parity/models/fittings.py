"""Fitting nets as DeePMD-kit writes them, with random weights.

They are put together by hand, not by refdp's own writer: a mistake that its reader and its writer had in
common would not be seen otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Described", "fitting"]

VERSIONS = {"polar": 5, "property": 6}
DEFAULTS: dict[str, Any] = {
    "neuron": (5, 5),
    "resnet_dt": True,
    "activation_function": "tanh",
    "precision": "float64",
    "numb_fparam": 0,
    "numb_aparam": 0,
    "dim_case_embd": 0,
    "default_fparam": None,
    "use_aparam_as_mask": False,
    "atom_ener": None,
}
Rng = np.random.Generator


class Described(NamedTuple):
    """What a fitting net must know of a descriptor.

    Attributes
    ----------
    dim, rows
        Width of the descriptor, rows of its rotation matrix.
    mixed
        Whether one net serves all types.
    type_map
        Their names.
    """

    dim: int
    rows: int
    mixed: bool
    type_map: tuple[str, ...]

    @property
    def ntypes(self) -> int:
        """Number of types."""
        return len(self.type_map)


def fitting(
    config: Mapping[str, Any], described: Described, excluded: Sequence[int], rng: Rng
) -> dict[str, Any]:
    """Return the dictionary of a fitting net.

    Parameters
    ----------
    config
        The `fitting_net` section of an input file.
    described
        What the descriptor gives.
    excluded
        Types whose atoms have no share.
    rng
        Where the numbers come from.
    """
    kind, options = config.get("type", "ener"), DEFAULTS | dict(config)
    ntypes, mixed = described.ntypes, described.mixed
    width, special = _special(kind, options, described.rows, ntypes, rng)
    dim_in = described.dim + options["numb_fparam"] + options["dim_case_embd"]
    dim_in += 0 if options["use_aparam_as_mask"] else options["numb_aparam"]
    nets = [_net(dim_in, width, options, rng) for _ in range(1 if mixed else ntypes)]
    variables = _variables(options, ntypes, width, rng) | special.pop("@variables", {})
    head = {"@class": "Fitting", "@version": VERSIONS.get(kind, 4)}
    return head | {
        "var_name": special.pop("var_name", {"ener": "energy"}.get(kind, kind)),
        "ntypes": ntypes,
        "dim_descrpt": described.dim,
        "neuron": list(options["neuron"]),
        "resnet_dt": options["resnet_dt"],
        **{name: options[name] for name in ("numb_fparam", "numb_aparam", "dim_case_embd", "default_fparam")},
        "rcond": None,
        "activation_function": options["activation_function"],
        "precision": options["precision"],
        "mixed_types": mixed,
        "exclude_types": list(excluded),
        "nets": _collection(nets, ntypes, mixed),
        "@variables": variables,
        "type_map": list(described.type_map),
        "tot_ener_zero": False,
        "trainable": [True] * (len(options["neuron"]) + 1),
        "layer_name": None,
        "use_aparam_as_mask": options["use_aparam_as_mask"],
        "spin": None,
        "type": kind,
        **special,
    }


def _special(
    kind: str, options: Mapping[str, Any], rows: int, ntypes: int, rng: Rng
) -> tuple[int, dict[str, Any]]:
    """Return the width of the net, and the keys that only one kind of fitting net has."""
    invariant = {"atom_ener": options["atom_ener"]}
    if kind == "dipole":
        return rows, {"embedding_width": rows, "r_differentiable": True, "c_differentiable": True}
    if kind == "polar":
        return _polar(options, rows, ntypes, rng)
    if kind == "property":
        keys = ("task_dim", "intensive", "distinguish_types")
        chosen = {"task_dim": 1, "intensive": False, "distinguish_types": True} | dict(options)
        named = {"var_name": options.get("property_name", "property"), "dim_out": chosen["task_dim"]}
        return chosen["task_dim"], named | invariant | {key: chosen[key] for key in keys}
    width = options.get("numb_dos", 3) if kind == "dos" else 1
    return width, {"dim_out": width} | invariant


def _polar(options: Mapping[str, Any], rows: int, ntypes: int, rng: Rng) -> tuple[int, dict[str, Any]]:
    fit_diag, shift_diag = options.get("fit_diag", True), options.get("shift_diag", True)
    special = {
        "embedding_width": rows,
        "fit_diag": fit_diag,
        "shift_diag": shift_diag,
        "@variables": {
            "scale": rng.uniform(0.5, 2.0, size=(ntypes, 1)),
            "constant_matrix": rng.normal(size=ntypes),
        },
    }
    return (rows if fit_diag else rows * rows), special


def _variables(options: Mapping[str, Any], ntypes: int, width: int, rng: Rng) -> dict[str, Any]:
    """Return biases and the statistics of the parameters, all unlike 0 and 1."""
    stored: dict[str, Any] = {"bias_atom_e": rng.normal(size=(ntypes, width))}
    stored["case_embd"] = _one_hot(options["dim_case_embd"])
    for name in ("fparam", "aparam"):
        count = options[f"numb_{name}"]
        stored[f"{name}_avg"] = rng.normal(size=count) if count else None
        stored[f"{name}_inv_std"] = rng.uniform(0.5, 2.0, size=count) if count else None
    return stored


def _one_hot(count: int) -> NDArray[np.float64] | None:
    return np.eye(count)[-1] if count else None


def _net(dim_in: int, width: int, options: Mapping[str, Any], rng: Rng) -> dict[str, Any]:
    widths = [dim_in, *options["neuron"]]
    layers = [_hidden(n_in, n_out, options, rng) for n_in, n_out in pairwise(widths)]
    return {
        "@class": "FittingNetwork",
        "@version": 1,
        "in_dim": dim_in,
        "out_dim": width,
        "neuron": list(options["neuron"]),
        "activation_function": options["activation_function"],
        "resnet_dt": options["resnet_dt"],
        "precision": options["precision"],
        "bias_out": True,
        "layers": [*layers, _layer(_drawn(widths[-1], width, options, rng), "none", options, resnet=False)],
    }


def _hidden(n_in: int, n_out: int, options: Mapping[str, Any], rng: Rng) -> dict[str, Any]:
    drawn = _drawn(n_in, n_out, options, rng)
    if options["resnet_dt"] and n_out in (n_in, 2 * n_in):
        # Initial ones are all close to 0.1.
        drawn["idt"] = rng.uniform(0.5, 1.5, size=n_out).astype(options["precision"])
    return _layer(drawn, options["activation_function"], options, resnet=True)


def _drawn(n_in: int, n_out: int, options: Mapping[str, Any], rng: Rng) -> dict[str, Any]:
    w = rng.normal(scale=1.0 / np.sqrt(n_in), size=(n_in, n_out))
    b = rng.normal(scale=0.5, size=n_out)
    return {"w": w.astype(options["precision"]), "b": b.astype(options["precision"]), "idt": None}


def _layer(
    variables: dict[str, Any], activation: str, options: Mapping[str, Any], *, resnet: bool
) -> dict[str, Any]:
    return {
        "@class": "Layer",
        "@version": 2,
        "bias": True,
        "use_timestep": variables["idt"] is not None,
        "activation_function": activation,
        "resnet": resnet,
        "precision": options["precision"],
        "trainable": True,
        "@variables": variables,
    }


def _collection(nets: list[dict[str, Any]], ntypes: int, mixed: bool) -> dict[str, Any]:
    return {
        "@class": "NetworkCollection",
        "@version": 1,
        "ndim": 0 if mixed else 1,
        "ntypes": ntypes,
        "network_type": "fitting_network",
        "networks": nets,
    }
