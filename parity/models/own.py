"""Whole models in our own code: NumPy with autograd, torch and JAX with their own derivatives.

The latter two differentiate with respect to positions, and to a strain of everything; NumPy with respect to
displacements, neighbour by neighbour.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from parity.backends.backend import Backend
from parity.backends.own import HASTY, JAX
from parity.models.case import ModelInputs
from parity.models.outputs import DERIVED, Outputs

__all__ = ["BACKENDS", "arrays_of", "model_of", "numpy_outputs", "parameters_of", "system_of"]

Derive = Callable[["_Function"], tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]


def model_of(inputs: ModelInputs) -> Any:
    """Return the model, read by refdp."""
    from refdp.io.serialized import deserialize

    return deserialize(inputs.data or {}) if inputs.file is None else _loaded(inputs.file)


@lru_cache(1)
def _loaded(file: str) -> Any:
    import refdp

    return refdp.load(file)


def system_of(model: Any, inputs: ModelInputs) -> Any:
    """Return the system, its types numbered as the model does."""
    from refdp.species import match_types
    from refdp.system import System

    return match_types(model, System(inputs.coords, inputs.atype, inputs.cell, type_map=inputs.type_map))


def parameters_of(model: Any, inputs: ModelInputs) -> tuple[Any, Any]:
    """Return frame and atomic parameters, None where they are no input of the net but only a mask."""
    return inputs.fparam, inputs.aparam if model.numb_aparam else None


def numpy_outputs(inputs: ModelInputs) -> Outputs:
    """Return what `refdp.evaluate` gives."""
    from refdp.evaluation import evaluate

    model = model_of(inputs)
    found = evaluate(model, system_of(model, inputs), *parameters_of(model, inputs), progress=False)
    return arrays_of(found)


def arrays_of(found: Any) -> Outputs:
    """Return what an evaluation holds, by the names that are compared."""
    name = found.quantity.name
    arrays = {f"atom_{name}": found.atomic, name: found.total}
    arrays |= {key: getattr(found, key) for key in DERIVED}
    return {key: value for key, value in arrays.items() if value is not None}


class _Function(NamedTuple):
    """The shares of all atoms as a function of positions and a strain, in one library.

    Attributes
    ----------
    call
        From `(nf, nall, 3)` positions and `(nf, 3, 3)` strains to the shares `(nf, natoms, *shape)`.
    coord_ext
        The positions, NumPy's.
    shape
        Of the quantity.
    """

    call: Callable[[Any, Any], Any]
    coord_ext: NDArray[Any]
    shape: tuple[int, ...]


def _outputs(inputs: ModelInputs, to: Callable[[Any], Any], derive: Derive) -> Outputs:
    from refdp.blocks import find_neighbors
    from refdp.models.base import Conditions

    model = model_of(inputs)
    system = system_of(model, inputs)
    extended, nlist = find_neighbors(model, system)
    tables = [to(x) for x in (extended.atype_ext, nlist, extended.mapping)]
    conditions = Conditions(*(None if x is None else to(x) for x in parameters_of(model, inputs)))

    def call(coord: Any, strain: Any) -> Any:
        return model.call(coord + coord @ strain, *tables, conditions=conditions)

    atomic, force, virial = derive(_Function(call, extended.coord_ext, model.quantity.shape))
    name, total = model.quantity.name, atomic.sum(axis=1)
    if model.quantity.intensive:
        counted = np.count_nonzero(model.counted(system.atype), axis=1)
        total = total / counted.reshape(-1, *(1 for _ in model.quantity.shape))
    out = {f"atom_{name}": atomic, name: total}
    if not model.quantity.differentiable:
        return out
    return out | {"forces": _folded(force, extended.mapping, system.natoms), "virial": virial}


def _folded(force: NDArray[Any], mapping: NDArray[np.int64], natoms: int) -> NDArray[np.float64]:
    """Add what images got, `(nf, nall, *shape, 3)`, to their owners."""
    local = np.zeros((len(mapping), natoms, *force.shape[2:]))
    np.add.at(local, (np.arange(len(mapping))[:, None], mapping), force)
    return local


def _start_numpy() -> Any:
    return numpy_outputs


def _start_torch() -> Any:
    import torch

    torch.set_num_threads(1)

    def derive(function: _Function) -> tuple[Any, Any, Any]:
        coord = torch.asarray(np.array(function.coord_ext)).requires_grad_()
        strain = torch.zeros((len(coord), 3, 3), dtype=coord.dtype, requires_grad=True)
        atomic = function.call(coord, strain)
        gradients = [
            torch.autograd.grad(
                atomic[(..., *index)].sum(), (coord, strain), retain_graph=True, materialize_grads=True
            )
            for index in np.ndindex(function.shape)
        ]
        return _signed(function, atomic.detach().numpy(), [[x.numpy() for x in pair] for pair in gradients])

    return lambda inputs: _outputs(inputs, lambda x: torch.asarray(np.array(x)), derive)


def _start_jax() -> Any:
    import jax

    def derive(function: _Function) -> tuple[Any, Any, Any]:
        coord = jax.numpy.asarray(function.coord_ext)
        strain = jax.numpy.zeros((len(coord), 3, 3), dtype=coord.dtype)

        def totals(coord: Any, strain: Any) -> tuple[Any, Any]:
            atomic = function.call(coord, strain)
            return atomic.sum(axis=(0, 1)).reshape(-1), atomic

        # Frames know nothing of each other: the gradient of their sum is that of each.
        jacobians, atomic = jax.jit(jax.jacrev(totals, (0, 1), has_aux=True))(coord, strain)
        pairs = list(zip(*(np.asarray(x) for x in jacobians), strict=True))
        return _signed(function, np.asarray(atomic), pairs)

    return lambda inputs: _outputs(inputs, jax.numpy.asarray, derive)


def _signed(function: _Function, atomic: Any, gradients: Any) -> tuple[Any, Any, Any]:
    """Return shares, forces on extended atoms and virial from the gradients of each component.

    The strain moves r to r + r e: its gradient is that of the virial with the two indices exchanged.
    """
    by_coord, by_strain = (
        -np.stack([np.asarray(pair[k], np.float64) for pair in gradients], axis=2 - k) for k in (0, 1)
    )
    force = by_coord.reshape(*by_coord.shape[:2], *function.shape, 3)
    virial = np.swapaxes(by_strain, -1, -2).reshape(len(by_strain), *function.shape, 3, 3)
    return atomic, force, virial


BACKENDS = (
    Backend("numpy-f64", _start_numpy, ("numpy", "autograd"), ("numpy", "autograd"), models=True),
    Backend("torch-f64", _start_torch, ("torch",), ("torch",), models=True, lacks=("atom_virial",)),
    Backend(
        "jax-f64",
        _start_jax,
        ("jax",),
        ("jax",),
        variables=JAX | {"XLA_FLAGS": HASTY},
        cost=2.0,
        compiles=True,
        models=True,
        lacks=("atom_virial",),
    ),
)
