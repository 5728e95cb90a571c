"""What the tests of the losses share: random predictions and labels, for us and for DeePMD-kit."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from refdp.losses import EnergyLoss, EnergyLossOptions, Label, Prediction

__all__ = ["ALL_TERMS", "MASKS", "NATOMS", "NF", "PLAIN", "case", "deepmd_case", "energy_loss", "options"]

NF, NATOMS = 3, 5
PLAIN = {"start_pref_v": 0.3, "limit_pref_v": 0.2, "start_pref_ae": 0.1, "limit_pref_ae": 0.7}
ALL_TERMS = PLAIN | {
    "start_pref_pf": 3.0,
    "limit_pref_pf": 0.5,
    "start_pref_gf": 1.0,
    "limit_pref_gf": 0.5,
    "numb_generalized_coord": 2,
    "start_pref_h": 2.0,
    "limit_pref_h": 1.0,
}
UNEQUAL = np.array([[1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [0, 0, 0, 1, 0]], dtype=bool)
EMPTY = np.array([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [0, 1, 0, 1, 0]], dtype=bool)
MASKS = {"all": None, "unequal": UNEQUAL, "an empty frame": EMPTY}
NAMES = {
    "energy": "energy",
    "forces": "force",
    "virial": "virial",
    "atom_energy": "atom_ener",
    "hessian": "hessian",
    "atom_pref": "atom_pref",
    "atom_ener_coeff": "atom_ener_coeff",
    "drdq": "drdq",
}


def options(**section: Any) -> EnergyLossOptions:
    """Return options of the energy loss."""
    return msgspec.convert(section, EnergyLossOptions)


def energy_loss(rule: Any = "either", **section: Any) -> EnergyLoss:
    """Return an energy loss."""
    return EnergyLoss(options(**section), rule)


def case(seed: int = 0) -> tuple[Prediction, Label]:
    """Return random predictions and labels of everything, one force error and one force label zero."""
    rng = np.random.default_rng(seed)
    shapes = {
        "energy": (NF,),
        "forces": (NF, NATOMS, 3),
        "virial": (NF, 3, 3),
        "atom_energy": (NF, NATOMS),
        "hessian": (NF, 3 * NATOMS, 3 * NATOMS),
    }
    prediction = Prediction(**{name: rng.normal(size=shape) for name, shape in shapes.items()})
    label = Label(
        **{name: rng.normal(size=shape) for name, shape in shapes.items()},
        atom_pref=rng.uniform(size=(NF, NATOMS)),
        atom_ener_coeff=rng.uniform(size=(NF, NATOMS)),
        drdq=rng.normal(size=(NF, NATOMS, 3, 2)),
    )
    prediction.forces[0, 0] = label.forces[0, 0]
    label.forces[2, 3] = 0.0
    return prediction, label


def deepmd_case(prediction: Prediction, label: Label, mask: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the same as DeePMD-kit's dictionaries; what is missing is zero, and its flag too."""
    full = case()[1]
    given = {
        "energy": prediction.energy.reshape(NF, 1),
        "force": prediction.forces,
        "virial": prediction.virial.reshape(NF, 9),
        "atom_energy": prediction.atom_energy.reshape(NF, NATOMS, 1),
        "hessian": prediction.hessian.reshape(NF, -1),
    }
    if mask is not None:
        given["mask"] = mask.astype(float)
    wanted: dict[str, Any] = {}
    for ours, theirs in NAMES.items():
        x = getattr(label, ours)
        wanted[f"find_{theirs}"] = float(x is not None)
        absent = np.zeros_like(getattr(full, ours)) + (theirs in ("atom_pref", "atom_ener_coeff"))
        wanted[theirs] = _shaped(theirs, absent if x is None else x)
    return given, wanted


def _shaped(name: str, x: Any) -> Any:
    shape = {"energy": (NF, 1), "virial": (NF, 9), "atom_ener": (NF, NATOMS, 1)}.get(name)
    if name == "atom_pref":
        return np.repeat(x[..., None], 3, axis=-1)
    if name in ("hessian", "drdq"):
        shape = (NF, -1)
    return x if shape is None else x.reshape(shape)
