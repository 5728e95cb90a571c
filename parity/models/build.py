"""From a case to its arrays: the dictionary of the model, put together as DeePMD-kit writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parity.case import Case
from parity.models.case import ModelCase, ModelInputs
from parity.models.fittings import Described, fitting
from parity.models.tables import pair_table
from parity.systems import load
from parity.weights import descriptor_of
from refdp.system import System

__all__ = ["build", "parameters"]

WIDTHS = {"dipole": 3, "polar": 9}
Rng = np.random.Generator


def build(case: ModelCase) -> ModelInputs:
    """Return the dictionary and the arrays of a case."""
    system = load(case.system)
    data = _Builder(case, system).model(case.config, (case.seed,), bias=True)
    if case.weights == "zero":
        _mute(data)
    given = case.parameters == "given"
    return ModelInputs(
        case=case,
        data=data,
        coords=system.coords,
        atype=system.atype,
        cell=system.cell,
        fparam=parameters(data, "fparam", (system.nf,), case.seed) if given else None,
        aparam=parameters(data, "aparam", (system.nf, system.natoms), case.seed),
    )


def parameters(
    data: Mapping[str, Any], name: str, shape: tuple[int, ...], seed: int
) -> NDArray[np.float64] | None:
    """Return random parameters of each frame or atom, None where the model wants none."""
    sections = [data, *data.get("models", ())]
    count = max(each.get("fitting", {}).get(f"numb_{name}", 0) for each in sections)
    if not count:
        return None
    return np.random.default_rng([seed, len(shape)]).normal(size=(*shape, count))


class _Builder:
    """Dictionaries of the model of a case and of its members, for one system."""

    def __init__(self, case: ModelCase, system: System) -> None:
        self.case, self.system = case, system
        self.type_map = system.type_map or ()

    def model(self, config: Mapping[str, Any], seed: tuple[int, ...], *, bias: bool) -> dict[str, Any]:
        """Return the dictionary of one model, or of one member; `bias` tells whether it has biases."""
        rng = np.random.default_rng([*seed, 11])
        make = {"zbl": self._zbl, "linear_ener": self._linear, "pairtab": self._table}
        kind = config.get("type", "standard")
        body = make.get(kind, self._standard)(config, seed, rng)
        return self._head(config, _width(config), rng, bias) | body

    def _head(self, config: Mapping[str, Any], width: int, rng: Rng, bias: bool) -> dict[str, Any]:
        shape = (1, len(self.type_map), width)
        out_bias, out_std = rng.normal(size=shape), rng.uniform(0.5, 2.0, size=shape)
        neutral = {"out_bias": np.zeros(shape), "out_std": np.ones(shape)}
        return {
            "type_map": list(self.type_map),
            "atom_exclude_types": list(config.get("atom_exclude_types", [])),
            "pair_exclude_types": list(config.get("pair_exclude_types", [])),
            "rcond": None,
            "preset_out_bias": None,
            "@variables": {"out_bias": out_bias, "out_std": out_std} if bias else neutral,
        }

    def _standard(self, config: Mapping[str, Any], seed: tuple[int, ...], rng: Rng) -> dict[str, Any]:
        section = config["descriptor"]
        family = section["type"]
        own = {key: value for key, value in section.items() if key != "type"}
        # The statistics of a descriptor's own cases: random, in every slot and column.
        case = Case(
            name="",
            family=family,
            system="",
            config=own,
            statistics="random",
            seed=sum(seed) + 100 * len(seed),
        )
        descriptor = descriptor_of(case, self.system)
        described = Described(descriptor.dim_out, _rows(section), descriptor.mixed_types, self.type_map)
        excluded = config.get("atom_exclude_types", [])
        return {
            "@class": "Model",
            "type": "standard",
            "@version": 2,
            "descriptor": descriptor.serialize(),
            "fitting": fitting(config.get("fitting_net", {}), described, excluded, rng),
        }

    def _members(self, sections: Any, seed: tuple[int, ...]) -> list[dict[str, Any]]:
        bias = self.case.member_bias
        return [self.model(each, (*seed, k), bias=bias) for k, each in enumerate(sections)]

    def _linear(self, config: Mapping[str, Any], seed: tuple[int, ...], rng: Rng) -> dict[str, Any]:
        del rng
        head = {"@class": "Model", "@version": 3, "type": "linear"}
        weights = config.get("weights", "mean")
        return head | {"models": self._members(config["models"], seed), "weights": weights}

    def _zbl(self, config: Mapping[str, Any], seed: tuple[int, ...], rng: Rng) -> dict[str, Any]:
        del rng
        switch = {key: config[key] for key in ("sw_rmin", "sw_rmax")}
        head = {"@class": "Model", "@version": 2, "type": "zbl", "weights": "mean"} | switch
        head["smin_alpha"] = config.get("smin_alpha", 0.1)
        return head | {"models": self._members(config["models"], seed)}

    def _table(self, config: Mapping[str, Any], seed: tuple[int, ...], rng: Rng) -> dict[str, Any]:
        del seed
        return pair_table(config["rcut"], config["sel"], self.type_map, rng)


def _width(config: Mapping[str, Any]) -> int:
    """Return how many numbers of an atom have a bias."""
    section = config.get("fitting_net", {})
    kind = section.get("type", "ener")
    if kind == "dos":
        return int(section.get("numb_dos", 3))
    return int(section.get("task_dim", 1)) if kind == "property" else WIDTHS.get(kind, 1)


def _rows(section: Mapping[str, Any]) -> int:
    """Return how many rows the rotation matrix has: the width of the embedding net."""
    if "list" in section:
        return sum(map(_rows, section["list"]))
    return int(section.get("neuron", (25, 50, 100))[-1])


def _mute(data: dict[str, Any]) -> None:
    """Set the weights of the last layer of each fitting net to zero, in place: all atoms are alike."""
    for net in data["fitting"]["nets"]["networks"]:
        last = net["layers"][-1]["@variables"]
        last["w"] = np.zeros_like(last["w"])
