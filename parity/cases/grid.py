"""The grid: the options of se_e2_a and se_e2_r, every pair of values, on seven systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from parity.case import Case
from parity.cases.pairwise import Row, cover
from parity.systems import SETTINGS
from refdp.descriptors import descriptor_class

__all__ = ["APART", "allowed", "case_of", "factors", "grid", "options_under_test"]

ACTIVATIONS = {
    "tanh": ("tanh",),
    "relu": ("relu",),
    "relu6": ("relu6",),
    "gelu": ("gelu", "gelu_tf"),
    "softplus": ("softplus",),
    "sigmoid": ("sigmoid",),
    "silu": ("silu",),
    "silut": ("silut:1.25", "silut", "custom_silu:0.75", "custom_silu"),
    "none": ("none", "linear"),
}
# By what layers add to their output: nothing; their input (the first, scalar, one already); it twice.
NEURON = {"plain": (3, 7), "equal": (1, 5, 5), "double": (2, 4)}
SWITCHES = ("no", "yes")
# Activation and system meet in a few cases only: all pairs of them would double the grid.
APART = frozenset(("activation_function", "system"))


def factors(family: str) -> dict[str, tuple[str, ...]]:
    """Return the levels of each option for a family."""
    levels = {
        "activation_function": tuple(ACTIVATIONS),
        "system": tuple(SETTINGS),
        "neuron": tuple(NEURON),
        "cutoffs": ("wide", "narrow", "long"),
        "exclude_types": ("none", "same", "different"),
        "statistics": ("data", "random"),
        "precision": ("float64", "float32"),
        "env_protection": SWITCHES,
        "set_davg_zero": SWITCHES,
        "resnet_dt": SWITCHES,
    }
    if family == "se_e2_a":
        levels |= {"axis_neuron": ("default", "two", "three"), "type_one_side": SWITCHES}
    return levels


def allowed(row: Mapping[str, str]) -> bool:
    """Tell whether a combination, or a part of one, is possible: see `SETTINGS`."""
    # A time step belongs to a skip connection, of which a plain net has none.
    if row.get("neuron") == "plain" and row.get("resnet_dt") == "yes":
        return False
    return "system" not in row or row.get("exclude_types", "none") in SETTINGS[row["system"]].excluded


def grid(family: str) -> list[Case]:
    """Return the cases of a family."""
    rows = cover(factors(family), allowed, APART)
    return [case_of(family, row, k) for k, row in enumerate(rows)]


def case_of(family: str, row: Row, number: int) -> Case:
    """Return the case that a row of the design stands for."""
    setting = SETTINGS[row["system"]]
    rcut, rcut_smth = setting.cutoffs[row["cutoffs"]]
    spellings = ACTIVATIONS[row["activation_function"]]
    neuron = NEURON[row["neuron"]]
    config: dict[str, Any] = {
        "rcut": rcut,
        "rcut_smth": rcut_smth,
        "sel": list(setting.sel),
        "neuron": list(neuron),
        "activation_function": spellings[number % len(spellings)],
        "resnet_dt": row["resnet_dt"] == "yes",
        "exclude_types": [list(pair) for pair in setting.excluded[row["exclude_types"]]],
        "env_protection": 0.1 if row["env_protection"] == "yes" else 0.0,
        "set_davg_zero": row["set_davg_zero"] == "yes",
        "precision": row["precision"],
    }
    if family == "se_e2_a":
        config["axis_neuron"] = {"default": 4, "two": 2, "three": 3}[row["axis_neuron"]]
        config["type_one_side"] = row["type_one_side"] == "yes"
    return Case(
        name=f"{family}-{number:02d}-{row['system']}",
        family=family,
        system=row["system"],
        config=config,
        statistics="data" if row["statistics"] == "data" else "random",
        seed=100 + number,
        under_test=options_under_test(family, config),
        overflowing=setting.overflowing and row["cutoffs"] == "long",
    )


def options_under_test(family: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options that are away from their defaults; `sel` has none that needs no data."""
    default = msgspec.structs.asdict(descriptor_class(family).options_type())
    default |= {"precision": "float64", "exclude_types": [], "neuron": list(default["neuron"])}
    return tuple(key for key, value in config.items() if key != "sel" and value != default[key])
