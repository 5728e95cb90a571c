"""Our own code on everybody's arrays: NumPy, array-api-strict, torch, JAX eager and compiled."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import array_api_compat.numpy as xp
import numpy as np

from parity.backends.backend import OUTPUTS, Backend, Evaluate, Outputs
from parity.case import Inputs
from refdp.errors import UnsupportedError
from refdp.io.serialized import deserialize
from refdp.namespaces import dtype_of, map_arrays

__all__ = ["BACKENDS", "HASTY", "JAX", "SERIAL", "run"]

Convert = Callable[[Any], Any]


def run(inputs: Inputs, precision: str, to: Convert, back: Convert = np.asarray, jit: Any = None) -> Outputs:
    """Return the outputs of our descriptor on one library's arrays.

    Parameters
    ----------
    inputs
        The case.
    precision
        `float32` converts the descriptor and its coordinates first.
    to, back
        From NumPy arrays to those of the library, and back.
    jit
        A compiler for the call, such as `jax.jit`.
    """
    descriptor = deserialize(inputs.data)
    coord_ext, *tables = inputs.call
    if precision == "float32":
        descriptor, coord_ext = descriptor.to(xp, "float32"), coord_ext.astype(np.float32)
    call = descriptor.call if jit is None else _compiled(inputs.case.name, descriptor, to, jit)
    out = call(*(to(x) for x in (coord_ext, *tables)))
    found = {name: None if x is None else back(x) for name, x in zip(OUTPUTS, out, strict=True)}
    if jit is None:
        return found
    return {name: None if x is None else x.astype(coord_ext.dtype) for name, x in found.items()}


def _compiled(case: str, descriptor: Any, to: Convert, jit: Any) -> Any:
    """Return the compiled `call`, in the descriptor's own precision from coordinates to results.

    So a float32 descriptor is compiled once for both backends of a process. Its weights are arguments, since
    constants would be folded first.
    """
    weights: list[Any] = []
    map_arrays(descriptor, lambda x: weights.append(to(x)) or x)  # type: ignore[func-returns-value]

    def call(weights: list[Any], *arguments: Any) -> Any:
        each = iter(weights)
        return map_arrays(descriptor, lambda _: next(each)).call(*arguments)

    dtype = np.dtype(dtype_of(xp, descriptor.precision))
    program = _PROGRAMS.setdefault((case, dtype.name), jit(call))
    return lambda coord_ext, *tables: program(weights, to(np.asarray(coord_ext, dtype)), *tables)


_PROGRAMS: dict[tuple[str, str], Any] = {}


def _numpy(precision: str) -> Evaluate:
    return lambda inputs: run(inputs, precision, lambda x: x)


def _strict(precision: str) -> Evaluate:
    import array_api_strict as strict

    strict.set_array_api_strict_flags(
        boolean_indexing=False, data_dependent_shapes=False, enabled_extensions=()
    )
    return lambda inputs: run(inputs, precision, strict.asarray)


def _torch(precision: str, device: str) -> Evaluate:
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        message = "torch finds no CUDA device"
        raise UnsupportedError(message)
    torch.set_num_threads(1)
    to = partial(torch.asarray, device=device)
    return lambda inputs: run(
        inputs, precision, lambda x: to(np.array(x)), lambda x: x.detach().cpu().numpy()
    )


def _jax(precision: str, jit: bool) -> Evaluate:
    import jax

    return lambda inputs: run(inputs, precision, jax.numpy.asarray, jit=jax.jit if jit else None)


def _no_cuda() -> str:
    """Look for the driver instead of importing torch, which takes seconds."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return "no CUDA device"
    return ""


# Compiling is most of the time: op by op, thousands of small programs. Left out are optimizations of the
# machine code; those of the formula, by which compiled code differs from eager, stay.
HASTY = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
HASTY += " --xla_cpu_use_fusion_emitters=false"


# Splitting a program for threads that are not there takes time.
SERIAL = "--xla_cpu_parallel_codegen_split_count=1"

# Both precisions share a process, and with it what was compiled.
JAX = {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"}


class _Kind(NamedTuple):
    """One way to run our code, in either precision."""

    name: str
    start: Callable[..., Evaluate]
    package: str
    cost: float = 0.1
    variables: Mapping[str, str] = MappingProxyType({})
    traceable: bool = True
    compiles: bool = False
    check: Callable[[], str] = lambda: ""


_KINDS = (
    _Kind("numpy", _numpy, "numpy"),
    _Kind("strict", _strict, "array-api-strict"),
    _Kind("torch", partial(_torch, device="cpu"), "torch"),
    _Kind("torch-cuda", partial(_torch, device="cuda"), "torch", check=_no_cuda),
    _Kind("jax", partial(_jax, jit=False), "jax", 0.8, JAX | {"XLA_FLAGS": HASTY}, compiles=True),
    _Kind(
        "jax-jit",
        partial(_jax, jit=True),
        "jax",
        0.7,
        JAX | {"XLA_FLAGS": SERIAL},
        traceable=False,
        compiles=True,
    ),
)


def _backend(kind: _Kind, precision: str) -> Backend:
    return Backend(
        name=f"{kind.name}-{precision.replace('float', 'f')}",
        start=partial(kind.start, precision),
        modules=(kind.package.replace("-", "_"),),
        packages=(kind.package,),
        precision=precision,
        variables=kind.variables,
        cost=kind.cost,
        traceable=kind.traceable,
        compiles=kind.compiles,
        check=kind.check,
    )


BACKENDS = tuple(_backend(kind, precision) for kind in _KINDS for precision in ("float64", "float32"))
