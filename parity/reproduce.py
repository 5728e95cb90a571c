"""The defects that `parity.known` knows, each reproduced in a few lines with nothing but DeePMD-kit.

Every function returns the figure of the defect, which is zero in an implementation without it.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

__all__ = [
    "both_kinds",
    "equal_distances",
    "left_handed_cell",
    "left_handed_cell_fails",
    "negative_types",
    "no_slots",
    "no_slots_three_body",
    "one_side_ignored",
    "serialize_zeroes",
    "serialize_zeroes_three_body",
    "several_numbers",
    "softplus_beyond_20",
    "two_sided_not_compiled",
    "virtual_statistics",
    "virtual_two_sided",
    "zero_length",
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


def no_slots_three_body() -> float:
    """Return 1 where the three-body descriptor cannot do with a type without slots."""
    from deepmd.dpmodel.descriptor.se_t import DescrptSeT

    descriptor = DescrptSeT(4.0, 0.5, [0, 4], neuron=[4, 8], seed=1)
    return _raises(
        ZeroDivisionError, lambda: descriptor.call(*_tables(descriptor, COORD[:, 1:3], ATYPE[:, 1:3]))
    )


def serialize_zeroes_three_body() -> float:
    """Return by how much the output of a three-body descriptor changes when it is serialized."""
    from deepmd.dpmodel.descriptor.se_t import DescrptSeT

    descriptor = DescrptSeT(4.0, 0.5, [4, 4], neuron=[4, 8], exclude_types=[(1, 1)], seed=1)
    tables = _tables(descriptor, COORD[:, :3], ATYPE[:, :3])
    before = descriptor.call(*tables)[0]
    descriptor.serialize()
    return float(np.max(np.abs(descriptor.call(*tables)[0] - before)))


def negative_types() -> float:
    """Return 1 where se_atten cannot be called with a virtual atom in PyTorch."""
    import torch

    descriptor = _attention()
    other = _pytorch("dpa1", "DescrptDPA1").deserialize(descriptor.serialize())
    coord, atype, nlist, mapping = (torch.asarray(x) for x in _tables(descriptor, COORD, ATYPE, mixed=True))
    return _raises(IndexError, lambda: other(coord, atype, nlist, mapping=mapping))


def zero_length() -> float:
    """Count the NaNs in se_atten where queries, keys and values are zero."""
    descriptor = _attention()
    data = descriptor.serialize()
    for layer in data["attention_layers"]["attention_layers"]:
        for name in ("w", "b"):
            layer["attention_layer"]["in_proj"]["@variables"][name][...] = 0.0
    tables = _tables(descriptor, COORD[:, :3], ATYPE[:, :3], mixed=True)
    with warnings.catch_warnings(action="ignore"):
        return float(np.count_nonzero(np.isnan(type(descriptor).deserialize(data).call(*tables)[0])))


def several_numbers() -> float:
    """Return 1 where a hybrid fails because a child that mixes types has a `sel` of several numbers."""
    from deepmd.dpmodel.descriptor.hybrid import DescrptHybrid

    def call() -> None:
        hybrid = DescrptHybrid([_attention(sel=[4, 4]), _attention(sel=[4, 4])])
        hybrid.call(*_tables(hybrid, COORD[:, :3], ATYPE[:, :3], mixed=True))

    return _raises(ValueError, call)


def both_kinds() -> float:
    """Return 1 where a hybrid of se_atten and se_e2_a cannot be evaluated by JAX."""
    import jax
    from deepmd.dpmodel.descriptor.hybrid import DescrptHybrid
    from deepmd.dpmodel.descriptor.se_e2_a import DescrptSeA
    from deepmd.jax.descriptor.hybrid import DescrptHybrid as OfJax

    angular = DescrptSeA(4.0, 0.5, [4, 4], neuron=[4, 8], axis_neuron=4, seed=1)
    hybrid = DescrptHybrid([_attention(), angular])
    tables = _tables(hybrid, COORD[:, :3], ATYPE[:, :3], mixed=True)
    other = OfJax.deserialize(hybrid.serialize())
    return _raises(ValueError, lambda: other.call(*(jax.numpy.asarray(x) for x in tables)))


def _attention(sel: Any = 8) -> Any:
    from deepmd.dpmodel.descriptor.dpa1 import DescrptDPA1

    return DescrptDPA1(4.0, 0.5, sel, 2, neuron=[4, 8], axis_neuron=4, attn=4, attn_layer=1, seed=1)


def _raises(error: type[Exception], call: Any) -> float:
    try:
        call()
    except error:
        return 1.0
    return 0.0


def _tables(descriptor: Any, coord: Any, atype: Any, *, mixed: bool = False) -> tuple[Any, ...]:
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list as build

    coord_ext, atype_ext, mapping, nlist = build(
        coord, atype, descriptor.get_rcut(), descriptor.get_sel(), mixed_types=mixed
    )
    return coord_ext, atype_ext, nlist, mapping


def _pytorch(module: str, name: str) -> Any:
    from parity.backends.deepmd_pytorch import pytorch_class

    return pytorch_class(module, name)
