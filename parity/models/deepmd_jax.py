"""Whole models in DeePMD-kit's JAX backend: its lower interface, which exported models have, compiled."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parity.backends.backend import Backend
from parity.backends.own import JAX, SERIAL
from parity.models.case import ModelInputs
from parity.models.deepmd_dpmodel import arguments, data_of
from parity.models.outputs import Outputs, named

__all__ = ["BACKEND"]


def _start() -> Any:
    import deepmd.jax.model.model  # noqa: F401 (makes the classes known)

    def evaluate(inputs: ModelInputs) -> Outputs:
        data = data_of(inputs)
        found, mapping = _lower(_model(data), inputs)
        _fold(found, mapping, inputs.atype.shape[1])
        return named(found, data)

    return evaluate


def _model(data: dict[str, Any]) -> Any:
    from deepmd.jax.model.base_model import BaseModel

    return BaseModel.deserialize(copy.deepcopy(data))


def _lower(model: Any, inputs: ModelInputs) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Return what the lower interface gives for images and neighbours from DeePMD-kit's own builder."""
    import jax
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list

    coords, atype, cell, *parameters = arguments(inputs)
    coord_ext, atype_ext, mapping, nlist = extend_input_and_build_neighbor_list(
        coords, atype, model.get_rcut(), model.get_sel(), mixed_types=model.mixed_types(), box=cell
    )
    given = [
        x if x is None else jax.numpy.asarray(x) for x in (coord_ext, atype_ext, nlist, mapping, *parameters)
    ]

    def call(*arrays: Any) -> dict[str, Any]:
        found: dict[str, Any] = model.call_lower(*arrays, do_atomic_virial=True)
        return found

    try:
        found = jax.jit(call)(*given)
    except jax.errors.ConcretizationTypeError:
        # Its two-sided se_e2_a counts the atoms of each type in Python.
        found = call(*given)
    return {k: None if x is None else np.asarray(x) for k, x in found.items()}, np.asarray(mapping)


def _fold(found: dict[str, Any], mapping: NDArray[np.int64], natoms: int) -> None:
    """Add what images got to their owners, in place."""
    for theirs, name in (("extended_force", "force"), ("extended_virial", "atom_virial")):
        extended = np.asarray(found.pop(theirs, None))
        if extended.ndim:
            local = np.zeros((len(mapping), natoms, *extended.shape[2:]))
            np.add.at(local, (np.arange(len(mapping))[:, None], mapping), extended)
            found[name] = local


# Where nothing is optimized, its attention has forces that are not numbers, as soon as a list is full.
BACKEND = Backend(
    "deepmd-jax",
    _start,
    ("deepmd", "jax", "flax"),
    ("deepmd-kit", "jax", "flax"),
    variables=JAX | {"XLA_FLAGS": SERIAL},
    cost=2.0,
    compiles=True,
    models=True,
)
