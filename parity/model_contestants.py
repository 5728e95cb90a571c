"""Who takes part in the benchmark of whole models: the forces on the same atoms, by refdp and by others."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from parity.contestants import JAX, OURS, SEARCH, TORCH, Contestant
from refdp.blocks import find_neighbors
from refdp.evaluation import evaluate
from refdp.models.base import Model
from refdp.system import System

__all__ = ["MODEL_ENTRIES"]


def _refdp(model: Model, system: System) -> Contestant:
    about = "energy, forces, virials; neighbour search included; autograd on NumPy, a thread for each core"
    return Contestant(OURS, about, lambda: evaluate(model, system, progress=False).forces)


def _search(model: Model, system: System) -> Contestant:
    about = "images and neighbour table only"
    return Contestant(SEARCH, about, lambda: find_neighbors(model, system).nlist)


def _torch(model: Model, system: System) -> Contestant:
    import torch
    from array_api_compat import torch as xp

    moved = model.to(xp)
    extended, nlist = find_neighbors(model, system)
    atype, table, mapping = (torch.tensor(x) for x in (extended.atype_ext, nlist, extended.mapping))

    def run() -> Any:
        coord = torch.tensor(extended.coord_ext, requires_grad=True)
        energies: Any = moved.call(coord, atype, table, mapping)
        (gradient,) = torch.autograd.grad(energies.sum(), coord)
        return torch.zeros(system.coords.shape, dtype=coord.dtype).index_add(1, mapping[0], -gradient)

    about = (
        f"our code on torch, eager, its own differentiation; table given; {torch.get_num_threads()} threads"
    )
    return Contestant(TORCH, about, run)


def _jax(model: Model, system: System) -> Contestant:
    import jax
    import jax.numpy as xp

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    moved = model.to(xp)
    extended, nlist = find_neighbors(model, system)
    coord, atype, table, mapping = (xp.asarray(x) for x in (extended[0], extended[1], nlist, extended[2]))

    def forces(coord: Any, atype: Any, table: Any, mapping: Any) -> Any:
        gradient = jax.grad(lambda x: xp.sum(moved.call(x, atype, table, mapping)))(coord)  # type: ignore[arg-type]
        return xp.zeros(system.coords.shape).at[:, mapping[0]].add(-gradient)

    compiled = jax.jit(forces).lower(coord, atype, table, mapping).compile()
    about = "our code in jax.jit, its own differentiation, compiled before; table given; its own threads"
    arrays = coord, atype, table, mapping
    return Contestant(JAX, about, lambda: compiled(*arrays).block_until_ready())


def _deepmd_pytorch(model: Model, system: System) -> Contestant:
    theirs, arrays = _in_pytorch(model), _tensors(system)

    def run() -> Any:
        return theirs(*arrays)["force"].detach()

    about = f"energy, forces, virial; neighbour search included; {_threads()} threads"
    return Contestant(PYTORCH, about, run)


def _deepmd_pytorch_lower(model: Model, system: System) -> Contestant:
    import torch

    theirs = _in_pytorch(model)
    extended, nlist = find_neighbors(model, system)
    coord, atype, table, mapping = (
        torch.tensor(x) for x in (extended.coord_ext, extended.atype_ext, nlist, extended.mapping)
    )

    def run() -> Any:
        found = theirs.forward_lower(coord, atype, table, mapping)["extended_force"].detach()
        return torch.zeros(system.coords.shape, dtype=coord.dtype).index_add(1, mapping[0], found)

    about = f"energy, forces, virial; our pruned table given; {_threads()} threads"
    return Contestant(PYTORCH_LOWER, about, run)


def _in_pytorch(model: Model) -> Any:
    os.environ["DEVICE"] = "cpu"
    from parity.backends.deepmd_pytorch import prepare

    prepare()
    from deepmd.pt.model.model import BaseModel

    return BaseModel.deserialize(copy.deepcopy(model.serialize())).to("cpu").eval()


def _tensors(system: System) -> tuple[Any, Any, Any]:
    import torch

    box = None if system.cell is None else torch.tensor(system.cell.reshape(system.nf, 9))
    return torch.tensor(np.array(system.coords)), torch.tensor(system.atype), box


def _threads() -> int:
    import torch

    return torch.get_num_threads()


PYTORCH = "DeePMD-kit PyTorch"
PYTORCH_LOWER = "DeePMD-kit PyTorch, table given"

MODEL_ENTRIES: tuple[tuple[str, Callable[[Model, System], Contestant]], ...] = (
    (OURS, _refdp),
    (SEARCH, _search),
    (TORCH, _torch),
    (JAX, _jax),
    (PYTORCH, _deepmd_pytorch),
    (PYTORCH_LOWER, _deepmd_pytorch_lower),
)
