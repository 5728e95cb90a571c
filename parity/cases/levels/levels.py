"""What a family of cases is: the levels of each option, and how a row of them becomes a configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from parity.cases.pairwise import Allowed, Row
from parity.systems import SETTINGS

__all__ = [
    "ACTIVATIONS",
    "CUTOFF",
    "NEURON",
    "SWITCHES",
    "TEBD_DIM",
    "Levels",
    "allowed",
    "common",
    "nets",
    "switched",
    "widths",
]

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
SWITCHES = ("no", "yes")
# By what layers add to their output: nothing; their input, from the second layer on or from the first one; it
# twice. The net of types in `strip` mode has another input, so its first layer may add nothing.
NEURON = {"plain": (3, 7), "equal": (7, 7), "double": (4, 8), "first": (0, 7)}
# Three types: the type embedding adds its input, it twice, nothing.
TEBD_DIM = {"equal": 3, "double": 6, "plain": 4}
# What descriptors with a cutoff have beside activation, system and width of their nets.
CUTOFF = {
    "cutoffs": ("wide", "narrow", "long"),
    "exclude_types": ("none", "same", "different"),
    "statistics": ("data", "random"),
    "precision": ("float64", "float32"),
    "env_protection": SWITCHES,
    "set_davg_zero": SWITCHES,
    "resnet_dt": SWITCHES,
}


@dataclass(frozen=True)
class Levels:
    """The grid of a family.

    Attributes
    ----------
    factors
        The levels of each option.
    config
        From a row, and its number, to the configuration.
    allowed
        Whether a row, or a part of one, makes sense.
    apart
        Options whose pairs with one another need not occur.
    thin
        Whether backends that compile, a second or more for each case, evaluate a few rows only: those in
        which together every level occurs.
    seed
        Of the first row: one with which no unit that matters is always off.
    """

    factors: Mapping[str, tuple[str, ...]]
    config: Callable[[Row, int], dict[str, Any]]
    allowed: Allowed
    apart: frozenset[str]
    thin: bool = True
    seed: int = 100


def allowed(row: Mapping[str, str]) -> bool:
    """Tell whether a combination of the options that most have, or a part of one, makes sense."""
    # A time step belongs to a skip connection, of which a plain net has none.
    if row.get("neuron") == "plain" and row.get("resnet_dt") == "yes":
        return False
    return "system" not in row or row.get("exclude_types", "none") in SETTINGS[row["system"]].excluded


def common(row: Row, number: int) -> dict[str, Any]:
    """Return the options that all descriptors with a cutoff have, but `neuron`."""
    setting = SETTINGS[row["system"]]
    rcut, rcut_smth = setting.cutoffs[row["cutoffs"]]
    return nets(row, number) | {
        "rcut": rcut,
        "rcut_smth": rcut_smth,
        "env_protection": 0.1 if row["env_protection"] == "yes" else 0.0,
        "set_davg_zero": row["set_davg_zero"] == "yes",
    }


def nets(row: Row, number: int) -> dict[str, Any]:
    """Return the options that all descriptors have, but `neuron`."""
    setting = SETTINGS[row["system"]]
    spellings = ACTIVATIONS[row["activation_function"]]
    return {
        "sel": list(setting.sel),
        "activation_function": spellings[number % len(spellings)],
        "resnet_dt": row["resnet_dt"] == "yes",
        "exclude_types": [list(pair) for pair in setting.excluded[row["exclude_types"]]],
        "precision": row["precision"],
    }


def switched(row: Row, *names: str) -> dict[str, bool]:
    """Return options that are on or off."""
    return {name: row[name] == "yes" for name in names}


def widths(row: Row, types: int) -> list[int]:
    """Return the widths of nets that see types as well: `types` vectors of them in `concat` mode.

    Their first layer may be as wide as what it sees; where that is one number, it is twice as wide.
    """
    concat = row.get("tebd_input_mode") == "concat"
    n_in = 1 + types * TEBD_DIM[row["tebd_dim"]] if concat else 2
    return [width or n_in for width in NEURON[row["neuron"]]]
