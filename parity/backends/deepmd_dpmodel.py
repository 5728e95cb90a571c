"""DeePMD-kit's NumPy backend, which it calls dpmodel."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from parity.backends.backend import OUTPUTS, Backend, Evaluate, Outputs
from parity.backends.deepmd import descriptor_class
from parity.case import Inputs

__all__ = ["BACKEND", "CLASSES", "tables"]

CLASSES = {
    "se_e2_a": ("deepmd.dpmodel.descriptor.se_e2_a", "DescrptSeA"),
    "se_r": ("deepmd.dpmodel.descriptor.se_r", "DescrptSeR"),
}


def tables(inputs: Inputs) -> tuple[Any, ...]:
    """Return coordinates, types, neighbour table and mapping, from DeePMD-kit's builder where asked for."""
    if not inputs.case.own_table:
        return inputs.call
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list

    cell = None if inputs.cell is None else inputs.cell.reshape(-1, 9)
    sel, rcut = list(inputs.data["sel"]), inputs.data["rcut"]
    coord_ext, atype_ext, mapping, nlist = extend_input_and_build_neighbor_list(
        inputs.coords, inputs.atype, rcut, sel, mixed_types=False, box=cell
    )
    return coord_ext, atype_ext, nlist, mapping


def _start() -> Evaluate:
    def evaluate(inputs: Inputs) -> Outputs:
        descriptor = descriptor_class(inputs, CLASSES).deserialize(copy.deepcopy(inputs.data))
        out = descriptor.call(*tables(inputs))
        return {name: None if x is None else np.asarray(x) for name, x in zip(OUTPUTS, out, strict=True)}

    return evaluate


BACKEND = Backend("deepmd-dpmodel", _start, ("deepmd",), ("deepmd-kit", "numpy"))
