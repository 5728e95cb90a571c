"""DeePMD-kit's JAX backend."""

from __future__ import annotations

import copy

import numpy as np

from parity.backends.backend import OUTPUTS, Backend, Evaluate, Outputs
from parity.backends.deepmd import descriptor_class
from parity.backends.deepmd_dpmodel import tables
from parity.backends.own import HASTY, JAX
from parity.case import Inputs
from refdp.errors import UnsupportedError

__all__ = ["BACKEND"]

CLASSES = {
    "se_e2_a": ("deepmd.jax.descriptor.se_e2_a", "DescrptSeA"),
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
        return {name: None if x is None else np.asarray(x) for name, x in zip(OUTPUTS, out, strict=True)}

    return evaluate


BACKEND = Backend(
    "deepmd-jax",
    _start,
    ("deepmd", "jax", "flax"),
    ("deepmd-kit", "jax", "flax"),
    variables=JAX | {"XLA_FLAGS": HASTY},
    cost=0.8,
)
