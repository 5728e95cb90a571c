"""What the tests of models share: sections of every kind, random numbers in them, small systems, a table."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import refdp
from refdp.errors import SelOverflowWarning
from refdp.models.base import Conditions
from refdp.neighbors import extend, neighbor_list
from refdp.neighbors.environment import environment

__all__ = [
    "CELL",
    "DESCRIPTORS",
    "FITTINGS",
    "NAMES",
    "ROWS",
    "STRIPPED",
    "arguments",
    "atomic",
    "atoms",
    "linear",
    "model",
    "pair_table",
    "randomized",
    "standard",
    "surroundings",
    "write_table",
    "zbl",
]

NAMES = ["O", "H"]
CELL = np.diag([5.0, 5.5, 6.0]) + 0.3 * np.tril(np.ones((3, 3)), -1)
COMMON = {"rcut": 3.5, "rcut_smth": 1.0, "neuron": [2, 4], "seed": 1}
BY_TYPE = COMMON | {"sel": [14, 14]}
MIXED = COMMON | {"sel": 20, "axis_neuron": 2, "tebd_dim": 3}
TWO_SIDED = BY_TYPE | {"type": "se_e2_a", "axis_neuron": 2, "type_one_side": False}
RADIAL = BY_TYPE | {"type": "se_e2_r", "type_one_side": True}
STRIPPED = MIXED | {"type": "se_atten", "attn_layer": 0, "tebd_input_mode": "strip"}
DESCRIPTORS: dict[str, dict[str, Any]] = {
    "one-sided": BY_TYPE | {"type": "se_e2_a", "axis_neuron": 2, "type_one_side": True},
    "two-sided": TWO_SIDED,
    "se_e2_r": RADIAL,
    "se_e3": BY_TYPE | {"type": "se_e3", "sel": [6, 6]},
    "se_atten": MIXED | {"type": "se_atten", "attn": 4, "attn_layer": 1},
    "stripped": STRIPPED,
    "se_atten_v2": MIXED | {"type": "se_atten_v2", "attn": 4, "attn_layer": 1},
    "se_e3_tebd": COMMON | {"type": "se_e3_tebd", "sel": 8, "tebd_dim": 3},
    "hybrid": {"type": "hybrid", "list": [TWO_SIDED, RADIAL | {"sel": [9, 9], "rcut": 2.5}]},
    "hybrid, mixed": {"type": "hybrid", "list": [TWO_SIDED, STRIPPED]},
}
"""Sections of descriptors of two types."""

PROPERTY = {"type": "property", "neuron": [5], "task_dim": 2, "property_name": "gap"}
FITTINGS: dict[str, dict[str, Any]] = {
    "ener": {"type": "ener", "neuron": [5, 5], "numb_fparam": 2, "numb_aparam": 1},
    "dipole": {"type": "dipole", "neuron": [5]},
    "polar": {"type": "polar", "neuron": [5]},
    "polar, full": {"type": "polar", "neuron": [5], "fit_diag": False},
    "dos": {"type": "dos", "neuron": [5], "numb_dos": 3},
    "property": PROPERTY,
    "property, one bias": PROPERTY | {"distinguish_types": False, "intensive": True},
}
"""Sections of fitting nets."""

# Repulsive, a column for each pair of types.
GRID = np.linspace(0.05, 3.5, 70)
ROWS = np.column_stack([GRID, *(5.0 * np.exp(-k * GRID) / GRID for k in (1, 2, 3))])


def write_table(folder: Path, rows: Any = ROWS) -> str:
    """Write a table file and return its name."""
    path = folder / "table.txt"
    np.savetxt(path, rows, fmt="%.17g")
    return str(path)


def standard(descriptor: str = "one-sided", fitting: str = "ener", **options: Any) -> dict[str, Any]:
    """Return the section of a descriptor and a fitting net."""
    net = FITTINGS[fitting] | {"seed": 2}
    return {"type_map": NAMES, "descriptor": DESCRIPTORS[descriptor], "fitting_net": net} | options


def pair_table(table: str, **options: Any) -> dict[str, Any]:
    """Return the section of a pair table."""
    return {"type": "pairtab", "tab_file": table, "rcut": 3.0, "sel": 18, "type_map": NAMES} | options


def zbl(table: str, **options: Any) -> dict[str, Any]:
    """Return the section of a net with a table for short distances."""
    section = standard("stripped", fitting_net={"neuron": [5, 5], "seed": 2})
    return section | {"use_srtab": table, "sw_rmin": 0.8, "sw_rmax": 1.6} | options


def linear(table: str, **options: Any) -> dict[str, Any]:
    """Return the section of a weighted sum of a net, which sees farther and more, and a table."""
    members = [standard("stripped", fitting_net={"neuron": [5, 5], "seed": 2}), pair_table(table)]
    return {"type": "linear_ener", "type_map": NAMES, "models": members} | options


def model(section: dict[str, Any], seed: int | None = 0) -> Any:
    """Return the model of a section, with random numbers in place of biases and statistics."""
    made = refdp.model_from_config(section)
    return made if seed is None else refdp.deserialize(randomized(made.serialize(), seed))


def randomized(data: dict[str, Any], seed: int = 0) -> dict[str, Any]:
    """Return the dictionary of a model with random biases, widths and statistics, its members' too."""
    rng = np.random.default_rng(seed)
    data = copy.deepcopy(data)
    _randomize(data, rng)
    return data


def _randomize(data: dict[str, Any], rng: Any) -> None:
    for part in data.get("models", []):
        _randomize(part, rng)
    if "descriptor" in data:
        _statistics(data["descriptor"], rng)
        found = data["fitting"]["@variables"]
        found |= {key: rng.normal(size=x.shape) for key, x in found.items() if x is not None}
    found, shape = data["@variables"], data["@variables"]["out_bias"].shape
    found |= {"out_bias": rng.normal(size=shape), "out_std": rng.uniform(0.5, 2.0, shape)}


def _statistics(data: dict[str, Any], rng: Any) -> None:
    for part in data.get("list", []):
        _statistics(part, rng)
    if found := data.get("@variables"):
        shape = found["davg"].shape
        found |= {"davg": rng.uniform(-0.2, 0.4, shape), "dstd": rng.uniform(0.3, 0.8, shape)}


def atoms(seed: int = 0, *, cell: bool = False, nf: int = 2, natoms: int = 9) -> refdp.System:
    """Return atoms of two types, some virtual, as near as half an angstrom, in a cell or in none."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(4)] * 3), axis=-1).reshape(-1, 3)
    frames = [1.2 * rng.permutation(grid)[:natoms] + rng.uniform(-0.35, 0.35, (natoms, 3)) for _ in range(nf)]
    types = rng.integers(0, 2, (nf, natoms))
    types[:, 2] = -1
    types[0, 0] = -1
    return refdp.System(np.array(frames), types, CELL if cell else None, type_map=NAMES)


def arguments(made: Any, system: refdp.System) -> tuple[Any, Any, Any, Any]:
    """Return `coord_ext, atype_ext, nlist, mapping` of a system, as the model wants them."""
    extended = extend(system, made.rcut)
    # Too few slots are part of what is compared.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        nlist = neighbor_list(extended, system.natoms, made.rcut, made.sel, mixed_types=made.mixed_types)
    return extended.coord_ext, extended.atype_ext, nlist, extended.mapping


def surroundings(made: Any, system: refdp.System) -> Any:
    """Return the environments of a system, as the model wants them."""
    return environment(*arguments(made, system))


def atomic(made: Any, system: refdp.System, **conditions: Any) -> Any:
    """Return the share of each atom."""
    return made.call(*arguments(made, system), Conditions(**conditions))
