"""Whole models in DeePMD-kit's NumPy backend, which gives no derivatives."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

import numpy as np

from parity.backends.backend import Backend
from parity.models.case import ModelInputs
from parity.models.outputs import DERIVED, Outputs, named

__all__ = ["BACKEND", "arguments", "data_of"]


def data_of(inputs: ModelInputs) -> dict[str, Any]:
    """Return the dictionary of the model, read from its file by DeePMD-kit itself where it is in one."""
    if inputs.file is None:
        return copy.deepcopy(inputs.data or {})
    return copy.deepcopy(_read(inputs.file))


@lru_cache(1)
def _read(file: str) -> dict[str, Any]:
    from deepmd.dpmodel.utils.serialization import load_dp_model

    data: dict[str, Any] = load_dp_model(file)["model"]
    return data


def arguments(inputs: ModelInputs) -> list[Any]:
    """Return coordinates, types, cell, `fparam` and `aparam` as DeePMD-kit's models take them."""
    cell = None if inputs.cell is None else inputs.cell.reshape(-1, 9)
    return [inputs.coords, inputs.atype, cell, inputs.fparam, inputs.aparam]


def _start() -> Any:
    import deepmd.dpmodel.model.model  # noqa: F401 (makes the classes known)
    from deepmd.dpmodel.model.base_model import BaseModel

    def evaluate(inputs: ModelInputs) -> Outputs:
        data = data_of(inputs)
        with np.errstate(all="ignore"):
            found = BaseModel.deserialize(copy.deepcopy(data)).call(*arguments(inputs))
        return named(found, data)

    return evaluate


BACKEND = Backend("deepmd-dpmodel", _start, ("deepmd",), ("deepmd-kit", "numpy"), models=True, lacks=DERIVED)
