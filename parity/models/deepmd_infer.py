"""Models in files of other kinds, `.pth`, `.pb` and so on, through DeePMD-kit's common interface."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from parity.backends.backend import Backend
from parity.backends.deepmd_pytorch import prepare
from parity.models.case import ModelInputs
from parity.models.outputs import Outputs

__all__ = ["BACKEND", "PLACE"]

PLACE = "parity.models.deepmd_infer:BACKEND"


def _start() -> Any:
    prepare()

    def evaluate(inputs: ModelInputs) -> Outputs:
        frames = [_frame(inputs, k) for k in range(len(inputs.coords))]
        return {name: np.stack([frame[name] for frame in frames]) for name in frames[0]}

    return evaluate


def _frame(inputs: ModelInputs, k: int) -> Outputs:
    """Return the numbers of one frame: those of others may have other types."""
    cell = None if inputs.cell is None else inputs.cell[k].reshape(1, 9)
    fparam, aparam = (None if x is None else x[k : k + 1] for x in (inputs.fparam, inputs.aparam))
    found = _model(inputs.file or "").eval(
        inputs.coords[k].reshape(1, -1), cell, inputs.atype[k], atomic=True, fparam=fparam, aparam=aparam
    )
    energy, force, virial, atom_energy, atom_virial = (np.asarray(x)[0] for x in found[:5])
    return {
        "atom_energy": atom_energy[..., 0],
        "energy": energy[0],
        "forces": force,
        "virial": virial.reshape(3, 3),
        "atom_virial": atom_virial.reshape(-1, 3, 3),
    }


@lru_cache(1)
def _model(file: str) -> Any:
    from deepmd.infer import DeepPot

    return DeepPot(file)


BACKEND = Backend(
    "deepmd", _start, ("deepmd",), ("deepmd-kit",), variables={"DEVICE": "cpu"}, cost=1.0, models=True
)
