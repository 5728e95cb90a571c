"""DeePMD-kit's JAX backend."""

from __future__ import annotations

import copy

from parity.backends.backend import Backend, Evaluate, Outputs
from parity.backends.deepmd import descriptor_class
from parity.backends.deepmd_dpmodel import named, tables
from parity.backends.own import HASTY, JAX
from parity.case import Inputs
from refdp.errors import UnsupportedError

__all__ = ["BACKEND"]

CLASSES = {
    "dpa1": ("deepmd.jax.descriptor.dpa1", "DescrptDPA1"),
    "hybrid": ("deepmd.jax.descriptor.hybrid", "DescrptHybrid"),
    "se_atten_v2": ("deepmd.jax.descriptor.se_atten_v2", "DescrptSeAttenV2"),
    "se_e2_a": ("deepmd.jax.descriptor.se_e2_a", "DescrptSeA"),
    "se_e3": ("deepmd.jax.descriptor.se_t", "DescrptSeT"),
    "se_e3_tebd": ("deepmd.jax.descriptor.se_t_tebd", "DescrptSeTTebd"),
    "se_r": ("deepmd.jax.descriptor.se_e2_r", "DescrptSeR"),
}


def _start() -> Evaluate:
    import jax

    def evaluate(inputs: Inputs) -> Outputs:
        descriptor = descriptor_class(inputs, CLASSES).deserialize(copy.deepcopy(inputs.data))
        arrays = [jax.numpy.asarray(x) for x in tables(inputs)]
        try:
            out = jax.jit(descriptor.call)(*arrays)
        except jax.errors.ConcretizationTypeError as error:
            # Its two-sided se_e2_a counts the atoms of each type in Python.
            message = "cannot be compiled by jax.jit, as it is when models run"
            raise UnsupportedError(message) from error
        return named(out, inputs)

    return evaluate


BACKEND = Backend(
    "deepmd-jax",
    _start,
    ("deepmd", "jax", "flax"),
    ("deepmd-kit", "jax", "flax"),
    variables=JAX | {"XLA_FLAGS": HASTY},
    cost=0.8,
    compiles=True,
)
