"""DeePMD-kit's PyTorch backend."""

from __future__ import annotations

import copy
import importlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from parity.backends.backend import OUTPUTS, Backend, Evaluate, Outputs
from parity.backends.deepmd import descriptor_class, list_layout
from parity.case import Inputs

__all__ = ["BACKEND", "prepare", "pytorch_class"]

CLASSES = {
    "dpa1": ("deepmd.pt.model.descriptor.dpa1", "DescrptDPA1"),
    "hybrid": ("deepmd.pt.model.descriptor.hybrid", "DescrptHybrid"),
    "se_atten_v2": ("deepmd.pt.model.descriptor.se_atten_v2", "DescrptSeAttenV2"),
    "se_e2_a": ("deepmd.pt.model.descriptor.se_a", "DescrptSeA"),
    "se_e3": ("deepmd.pt.model.descriptor.se_t", "DescrptSeT"),
    "se_e3_tebd": ("deepmd.pt.model.descriptor.se_t_tebd", "DescrptSeTTebd"),
    "se_r": ("deepmd.pt.model.descriptor.se_r", "DescrptSeR"),
}
# Those that mix types: their switch lacks the last axis of length one that all others have.
MIXED = ("dpa1", "se_atten_v2", "se_e3_tebd")


def prepare() -> None:
    """Make `deepmd.pt` importable whatever torch it was built with; its compiled operators are not needed."""
    import deepmd.env

    deepmd.env.GLOBAL_CONFIG["cibuildwheel"] = "0"
    with tempfile.TemporaryDirectory() as empty:
        deepmd.env.SHARED_LIB_DIR = Path(empty)
        import deepmd.pt


def pytorch_class(module: str, name: str) -> Any:
    """Return a descriptor class of DeePMD-kit's PyTorch part, on the processor."""
    os.environ["DEVICE"] = "cpu"
    prepare()
    return getattr(importlib.import_module(f"deepmd.pt.model.descriptor.{module}"), name)


def _start() -> Evaluate:
    import torch

    prepare()
    torch.set_num_threads(1)

    def evaluate(inputs: Inputs) -> Outputs:
        descriptor = descriptor_class(inputs, CLASSES).deserialize(copy.deepcopy(inputs.data)).to("cpu")
        coord_ext, atype_ext, nlist, mapping = _tables(inputs)
        with torch.no_grad():
            out = descriptor.forward(coord_ext, atype_ext, nlist, mapping=mapping)
        return _named(out, inputs)

    return evaluate


def _named(out: Any, inputs: Inputs) -> Outputs:
    """Return what `forward` gives as NumPy arrays by name, in the shapes of the other parts of DeePMD-kit.

    Those with attention also give features of pairs, `g2` and `h2`, which the other parts do not.
    """
    found = {name: None if x is None else x.numpy() for name, x in zip(OUTPUTS, out, strict=True)}
    if inputs.data["type"] not in MIXED:
        return found
    sw = found["sw"]
    return found | {"g2": None, "h2": None, "sw": None if sw is None else sw[..., None]}


def _tables(inputs: Inputs) -> tuple[Any, ...]:
    import torch

    def tensor(x: Any) -> Any:
        return torch.asarray(np.array(x), device="cpu")

    if not inputs.case.own_table:
        return tuple(tensor(x) for x in inputs.call)
    from deepmd.pt.utils.nlist import extend_input_and_build_neighbor_list

    cell = None if inputs.cell is None else tensor(inputs.cell.reshape(-1, 9))
    rcut, sel, mixed = list_layout(inputs)
    coord_ext, atype_ext, mapping, nlist = extend_input_and_build_neighbor_list(
        tensor(inputs.coords), tensor(inputs.atype), rcut, sel, mixed_types=mixed, box=cell
    )
    return coord_ext, atype_ext, nlist, mapping


BACKEND = Backend(
    "deepmd-pytorch", _start, ("deepmd", "torch"), ("deepmd-kit", "torch"), variables={"DEVICE": "cpu"}
)
