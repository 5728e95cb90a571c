"""The defects that `parity.known` knows, each reproduced in a few lines with nothing but DeePMD-kit.

Every function returns the figure of the defect, which is zero in an implementation without it.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

__all__ = [
    "equal_distances",
    "left_handed_cell",
    "left_handed_cell_fails",
    "no_slots",
    "one_side_ignored",
    "serialize_zeroes",
    "softplus_beyond_20",
    "two_sided_not_compiled",
    "virtual_statistics",
    "virtual_two_sided",
]

# Four atoms, the last one virtual, all within 3 angstrom of each other.
COORD = np.array([[[0.0, 0.1, 0.2], [1.0, 0.3, 0.0], [0.4, 1.1, 0.9], [1.2, 1.3, 0.5]]])
ATYPE = np.array([[0, 1, 1, -1]])


def left_handed_cell() -> float:
    """Count the neighbours lost when two lattice vectors of a cell change places."""
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list as build

    cells = 4.0 * np.eye(3), 4.0 * np.eye(3)[[1, 0, 2]]
    coord, atype = np.array([[[0.5, 0.5, 0.5], [3.5, 3.0, 3.5]]]), np.array([[0, 0]])
    right, left = (build(coord, atype, 3.5, [8], box=cell.reshape(1, 9))[-1] for cell in cells)
    return float(np.count_nonzero(right >= 0) - np.count_nonzero(left >= 0))


def left_handed_cell_fails() -> float:
    """Return 1 where a left-handed cell, smaller than the cutoff, is an error."""
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list as build

    cell = 4.0 * np.eye(3)[[1, 0, 2]].reshape(1, 9)
    try:
        build(COORD, ATYPE, 4.5, [8], box=cell)
    except AssertionError:
        return 1.0
    return 0.0


def virtual_two_sided() -> float:
    """Return by how much the rows of real atoms change when a virtual atom is put beside them."""
    from deepmd.dpmodel.descriptor.se_e2_a import DescrptSeA

    descriptor = DescrptSeA(4.0, 0.5, [4, 4], neuron=[4, 8], axis_neuron=4, type_one_side=False, seed=1)
    alone = descriptor.call(*_tables(descriptor, COORD[:, :3], ATYPE[:, :3]))[0]
    beside = descriptor.call(*_tables(descriptor, COORD, ATYPE))[0]
    return float(np.max(np.abs(beside[:, :3] - alone)))


def virtual_statistics() -> float:
    """Return the descriptor of a virtual atom, which sees nothing and has no type, in PyTorch."""
    import torch
    from deepmd.dpmodel.descriptor.se_e2_a import DescrptSeA

    descriptor = DescrptSeA(4.0, 0.5, [4, 4], neuron=[4, 8], axis_neuron=4, seed=1)
    descriptor.davg[...] = 0.3
    other = _pytorch("se_a", "DescrptSeA").deserialize(descriptor.serialize())
    coord, atype, nlist, mapping = (torch.asarray(x) for x in _tables(descriptor, COORD, ATYPE))
    return float(other(coord, atype, nlist, mapping=mapping)[0][0, 3].detach().abs().max())


def serialize_zeroes() -> float:
    """Return by how much the output of a descriptor changes when it is serialized."""
    from deepmd.dpmodel.descriptor.se_e2_a import DescrptSeA

    descriptor = DescrptSeA(
        4.0, 0.5, [4, 4], neuron=[4, 8], axis_neuron=4, type_one_side=False, exclude_types=[(0, 1)], seed=1
    )
    descriptor.davg[...] = 0.3
    tables = _tables(descriptor, COORD[:, :3], ATYPE[:, :3])
    before = descriptor.call(*tables)[0]
    descriptor.serialize()
    return float(np.max(np.abs(descriptor.call(*tables)[0] - before)))


def softplus_beyond_20() -> float:
    """Return how far PyTorch's softplus is from log(1 + exp(x)) at 20.25."""
    import torch

    _pytorch("se_a", "DescrptSeA")
    from deepmd.pt.utils.utils import ActivationFn

    x = 20.25
    return abs(
        float(ActivationFn("softplus")(torch.tensor(x, dtype=torch.float64))) - (x + np.log1p(np.exp(-x)))
    )


def equal_distances() -> float:
    """Count the atoms of a cubic lattice whose list, cut among equally distant neighbours, has other ones."""
    import torch
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list as build

    _pytorch("se_a", "DescrptSeA")
    from deepmd.pt.utils.nlist import extend_input_and_build_neighbor_list as build_pytorch

    grid = np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).reshape(1, -1, 3)
    coord, atype, cell = 2.0 * grid + 0.5, np.zeros((1, 64), dtype=np.int64), 8.0 * np.eye(3).reshape(1, 9)
    ours = build(coord, atype, 3.0, [10], mixed_types=True, box=cell)[-1]
    tensors = [torch.asarray(x) for x in (coord, atype, cell)]
    theirs = build_pytorch(tensors[0], tensors[1], 3.0, [10], mixed_types=True, box=tensors[2])[-1].numpy()
    return float(np.count_nonzero(np.any(np.sort(ours) != np.sort(theirs), axis=-1)))


def no_slots() -> float:
    """Count the NaNs in the radial descriptor where a type has no slots."""
    from deepmd.dpmodel.descriptor.se_r import DescrptSeR

    descriptor = DescrptSeR(4.0, 0.5, [0, 4], neuron=[4, 8], seed=1)
    tables = _tables(descriptor, COORD[:, 1:3], ATYPE[:, 1:3])
    with warnings.catch_warnings(action="ignore"):
        return float(np.count_nonzero(np.isnan(descriptor.call(*tables)[0])))


def two_sided_not_compiled() -> float:
    """Return 1 where `jax.jit` refuses the two-sided angular descriptor."""
    import jax
    from deepmd.jax.descriptor.se_e2_a import DescrptSeA

    descriptor = DescrptSeA(4.0, 0.5, [4, 4], neuron=[4, 8], axis_neuron=4, type_one_side=False, seed=1)
    tables = [jax.numpy.asarray(x) for x in _tables(descriptor, COORD[:, :3], ATYPE[:, :3])]
    try:
        jax.jit(descriptor.call)(*tables)
    except jax.errors.ConcretizationTypeError:
        return 1.0
    return 0.0


def one_side_ignored() -> float:
    """Return how many nets a two-sided radial descriptor lacks in PyTorch."""
    two_sided = _pytorch("se_r", "DescrptSeR")(4.0, 0.5, [4, 4], neuron=[4, 8], type_one_side=False)
    return float(4 - len(two_sided.serialize()["embeddings"]["networks"]))


def _tables(descriptor: Any, coord: Any, atype: Any) -> tuple[Any, ...]:
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list as build

    coord_ext, atype_ext, mapping, nlist = build(coord, atype, descriptor.get_rcut(), descriptor.get_sel())
    return coord_ext, atype_ext, nlist, mapping


def _pytorch(module: str, name: str) -> Any:
    from parity.backends.deepmd_pytorch import pytorch_class

    return pytorch_class(module, name)
