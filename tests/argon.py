"""What the tests of the calculator and of `refdp evaluate` share: small models with random weights."""

from __future__ import annotations

from typing import Any

import numpy as np

import refdp

__all__ = ["RCUT", "argon", "small_model", "small_section"]

RCUT = 6.0


def lennard_jones(points: int = 401) -> Any:
    """Return rows of a table file; the energy is switched off towards the cutoff, smoothly."""
    r = np.linspace(2.0, RCUT, points)
    u = np.clip((r - 4.5) / (RCUT - 4.5), 0.0, 1.0)
    x = (3.4 / r) ** 6
    return np.column_stack([r, 0.0416 * (x * x - x) * (u**3 * (-6 * u**2 + 15 * u - 10) + 1)])


def small_model(type_map: Any = ("O", "H"), seed: int = 1, **fitting: Any) -> Any:
    """Return a small model; other options go to the fitting net."""
    return refdp.model_from_config(small_section(**fitting), type_map=type_map, seed=seed)


def small_section(**fitting: Any) -> dict[str, Any]:
    """Return the section of a small model of two types, without their names."""
    descriptor = {"type": "se_e2_a", "rcut": 4.0, "rcut_smth": 1.0, "sel": [16, 32], "type_one_side": True}
    descriptor |= {"neuron": [2, 4], "axis_neuron": 2}
    return {"descriptor": descriptor, "fitting_net": {"neuron": [6], **fitting}}


def argon(folder: Any) -> Any:
    """Return a model of argon: the table, which keeps atoms apart, and a net that knows of angles."""
    np.savetxt(folder / "argon.table", lennard_jones())
    descriptor = {"type": "se_atten", "rcut": RCUT, "rcut_smth": 1.0, "sel": 24, "attn_layer": 0}
    descriptor |= {"neuron": [2, 4], "axis_neuron": 2, "tebd_dim": 2}
    table = {"type": "pairtab", "tab_file": str(folder / "argon.table"), "rcut": RCUT, "sel": 24}
    net = {"descriptor": descriptor, "fitting_net": {"neuron": [8]}}
    section = {"type": "linear_ener", "type_map": ["Ar"], "models": [table, net], "weights": [1.0, 200.0]}
    return refdp.model_from_config(section, seed=2)
