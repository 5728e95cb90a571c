"""Models in files of other kinds, `.pth`, `.pb` and so on, through DeePMD-kit's common interface."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from parity.backends.backend import Backend
from parity.backends.deepmd_pytorch import prepare
from parity.models.case import ModelInputs
from parity.models.outputs import Outputs
from refdp.species import renumber
from refdp.system import System

__all__ = ["BACKEND", "PLACE", "engine_of"]

PLACE = "parity.models.deepmd_infer:BACKEND"
ENGINES = {
    ".pth": "deepmd-pytorch",
    ".pt": "deepmd-pytorch",
    ".pb": "deepmd-tensorflow",
    ".savedmodel": "deepmd-jax",
    ".jax": "deepmd-jax",
    ".hlo": "deepmd-jax",
    ".dp": "deepmd-dpmodel",
    ".yaml": "deepmd-dpmodel",
}


def engine_of(file: Path) -> str:
    """Return the name of what evaluates a file, by its suffix: its known defects are those of the file."""
    return ENGINES.get(file.suffix.lower(), "deepmd")


def _start() -> Any:
    prepare()

    def evaluate(inputs: ModelInputs) -> Outputs:
        model = _model(inputs.file or "")
        atype = _numbered(inputs, model.get_type_map()).atype
        frames = [_frame(model, inputs, atype, k) for k in range(len(inputs.coords))]
        return {name: np.stack([frame[name] for frame in frames]) for name in frames[0]}

    return evaluate


def _numbered(inputs: ModelInputs, names: list[str]) -> System:
    """Return the system in the numbers of the file's own types."""
    system = System(inputs.coords, inputs.atype, inputs.cell, type_map=inputs.type_map)
    return renumber(system, tuple(names) or None)


def _frame(model: Any, inputs: ModelInputs, atype: Any, k: int) -> Outputs:
    """Return the numbers of one frame: those of others may have other types."""
    cell = None if inputs.cell is None else inputs.cell[k].reshape(1, 9)
    fparam, aparam = (None if x is None else x[k : k + 1] for x in (inputs.fparam, inputs.aparam))
    # Dipoles and polarizabilities have their total, and derivatives, in a function of its own.
    function = getattr(model, "eval_full", model.eval)
    given = {"fparam": fparam, "aparam": aparam}
    found = function(inputs.coords[k].reshape(1, -1), cell, atype[k], atomic=True, **given)
    return _named(type(model).__name__, model, [np.asarray(x)[0] for x in found])


def _named(kind: str, model: Any, found: list[Any]) -> Outputs:
    if kind == "DeepPot":
        return _energies(found)
    if kind in ("DeepDOS", "DeepProperty"):
        name = "dos" if kind == "DeepDOS" else model.get_var_name()
        return {f"atom_{name}": found[1], name: found[0]}
    if kind not in ("DeepDipole", "DeepPolar"):
        message = f"models that DeePMD-kit reads as {kind} are not compared"
        raise NotImplementedError(message)
    name = kind.removeprefix("Deep").lower()
    return _tensors(name, found)


def _energies(found: list[Any]) -> Outputs:
    energy, force, virial, atom_energy, atom_virial = found[:5]
    return {
        "atom_energy": atom_energy[..., 0],
        "energy": energy[0],
        "forces": force,
        "virial": virial.reshape(3, 3),
        "atom_virial": atom_virial.reshape(-1, 3, 3),
    }


def _tensors(name: str, found: list[Any]) -> Outputs:
    """Return the total, the shares and, of a dipole, derivatives.

    The shapes of these say that the component comes before the atom, but the numbers are in the other order
    (DeePMD-kit 3.2.0, `.pth`).
    """
    total, force, virial, share, atom_virial = found
    if name == "polar":
        return {"atom_polar": share.reshape(-1, 3, 3), "polar": total.reshape(3, 3)}
    return {
        "atom_dipole": share,
        "dipole": total,
        "forces": force.reshape(-1, 3, 3),
        "virial": virial.reshape(-1, 3, 3),
        "atom_virial": atom_virial.reshape(-1, 3, 3, 3),
    }


@lru_cache(1)
def _model(file: str) -> Any:
    from deepmd.infer import DeepPotential

    return DeepPotential(file)


BACKEND = Backend(
    "deepmd", _start, ("deepmd",), ("deepmd-kit",), variables={"DEVICE": "cpu"}, cost=1.0, models=True
)
