"""DeePMD-kit's NumPy backend, which it calls dpmodel."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from parity.backends.backend import OUTPUTS, Backend, Evaluate, Outputs
from parity.backends.deepmd import descriptor_class, list_layout
from parity.case import Inputs

__all__ = ["BACKEND", "CLASSES", "named", "tables"]

CLASSES = {
    "dpa1": ("deepmd.dpmodel.descriptor.dpa1", "DescrptDPA1"),
    "hybrid": ("deepmd.dpmodel.descriptor.hybrid", "DescrptHybrid"),
    "se_atten_v2": ("deepmd.dpmodel.descriptor.se_atten_v2", "DescrptSeAttenV2"),
    "se_e2_a": ("deepmd.dpmodel.descriptor.se_e2_a", "DescrptSeA"),
    "se_e3": ("deepmd.dpmodel.descriptor.se_t", "DescrptSeT"),
    "se_e3_tebd": ("deepmd.dpmodel.descriptor.se_t_tebd", "DescrptSeTTebd"),
    "se_r": ("deepmd.dpmodel.descriptor.se_r", "DescrptSeR"),
}


def tables(inputs: Inputs) -> tuple[Any, ...]:
    """Return coordinates, types, neighbour table and mapping, from DeePMD-kit's builder where asked for."""
    if not inputs.case.own_table:
        return inputs.call
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list

    cell = None if inputs.cell is None else inputs.cell.reshape(-1, 9)
    rcut, sel, mixed = list_layout(inputs)
    coord_ext, atype_ext, mapping, nlist = extend_input_and_build_neighbor_list(
        inputs.coords, inputs.atype, rcut, sel, mixed_types=mixed, box=cell
    )
    return coord_ext, atype_ext, nlist, mapping


def _start() -> Evaluate:
    def evaluate(inputs: Inputs) -> Outputs:
        descriptor = descriptor_class(inputs, CLASSES).deserialize(copy.deepcopy(inputs.data))
        return named(descriptor.call(*tables(inputs)), inputs)

    return evaluate


def named(out: Any, inputs: Inputs) -> Outputs:
    """Return what `call` gives as NumPy arrays by name.

    The switch of se_e3_tebd comes with frames and atoms on one axis: they are told apart again.
    """
    found = {name: None if x is None else np.asarray(x) for name, x in zip(OUTPUTS, out, strict=True)}
    sw = found["sw"]
    if inputs.data["type"] == "se_e3_tebd" and sw is not None:
        found["sw"] = sw.reshape(*inputs.nlist.shape[:2], *sw.shape[1:])
    return found


BACKEND = Backend("deepmd-dpmodel", _start, ("deepmd",), ("deepmd-kit", "numpy"))
