"""Whole models in DeePMD-kit's PyTorch backend."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from parity.backends.backend import Backend
from parity.backends.deepmd_pytorch import prepare
from parity.models.case import ModelInputs
from parity.models.deepmd_dpmodel import arguments, data_of
from parity.models.outputs import Outputs, kind_of, named

__all__ = ["BACKEND"]


def _start() -> Any:
    import torch

    prepare()
    torch.set_num_threads(1)

    def evaluate(inputs: ModelInputs) -> Outputs:
        data = data_of(inputs)
        coords, atype, *rest = (_tensor(x) for x in arguments(inputs))
        # Those that have no derivatives know no such argument.
        derived = {"do_atomic_virial": True} if kind_of(data).name in ("energy", "dipole") else {}
        found = _model(data).forward(coords.requires_grad_(), atype, *rest, **derived)
        return named({k: None if x is None else x.detach().numpy() for k, x in found.items()}, data)

    return evaluate


def _model(data: dict[str, Any]) -> Any:
    """Return the model; its general reader knows linear models by another name than the one written."""
    from deepmd.pt.model.model import BaseModel, LinearEnergyModel

    reader = LinearEnergyModel if data["type"] == "linear" else BaseModel
    return reader.deserialize(copy.deepcopy(data)).to("cpu").eval()


def _tensor(x: Any) -> Any:
    import torch

    return None if x is None else torch.asarray(np.array(x), device="cpu")


BACKEND = Backend(
    "deepmd-pytorch",
    _start,
    ("deepmd", "torch"),
    ("deepmd-kit", "torch"),
    variables={"DEVICE": "cpu"},
    models=True,
)
