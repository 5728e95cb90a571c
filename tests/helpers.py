"""What several test files need: assertions that name their bound, small systems, trees compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

import refdp

__all__ = [
    "EPS",
    "assert_same_bits",
    "assert_within",
    "call_arguments",
    "cluster",
    "descriptor",
    "differences",
    "relative_error",
    "with_random_statistics",
]

EPS = np.finfo(np.float64).eps


def assert_within(actual: Any, desired: Any, bound: Any) -> None:
    """Fail where `|actual - desired|` is beyond `bound`, an absolute number or an array of them, or NaN."""
    actual, desired = np.asarray(actual), np.asarray(desired)
    assert actual.shape == desired.shape, f"shape {actual.shape} is not {desired.shape}"
    error = np.abs(np.asarray(actual, np.float64) - np.asarray(desired, np.float64))
    bad = ~(error <= bound)
    if bad.any():
        worst = np.unravel_index(
            np.argmax(np.where(bad, np.nan_to_num(error, nan=np.inf), -1.0)), error.shape
        )
        limit = np.broadcast_to(bound, error.shape)[worst]
        message = (
            f"{bad.sum()} of {bad.size} differ; worst at {worst}: {actual[worst]!r} is not {desired[worst]!r}"
        )
        raise AssertionError(f"{message}, off by {error[worst]:.3e} where {limit:.3e} is allowed")


def assert_same_bits(actual: Any, desired: Any) -> None:
    """Fail where two NumPy arrays differ in shape, dtype or a single bit (the sign of zero apart)."""
    assert actual.dtype == desired.dtype, f"dtype {actual.dtype} is not {desired.dtype}"
    np.testing.assert_array_equal(actual, desired, strict=True)


def relative_error(actual: Any, desired: Any) -> float:
    """Return the largest error over the largest element."""
    return float(np.max(np.abs(actual - desired)) / np.max(np.abs(desired)))


def differences(a: Any, b: Any, path: str = "") -> list[str]:
    """List where two trees of dictionaries, lists and arrays differ: keys and their order, types, bits."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        kinds = [(type(x), getattr(x, "dtype", None), getattr(x, "shape", None)) for x in (a, b)]
        same = kinds[0] == kinds[1] and a.tobytes() == b.tobytes()
        return [] if same else [f"{path}: {kinds[0]} is not {kinds[1]}, or their bits differ"]
    if isinstance(a, dict) and isinstance(b, dict):
        if list(a) != list(b):
            return [f"{path}: keys {list(a)} are not {list(b)}"]
        return [d for key in a for d in differences(a[key], b[key], f"{path}.{key}")]
    # JSON knows no tuples: DeePMD-kit writes pairs of types as they were given.
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        if len(a) != len(b):
            return [f"{path}: length {len(a)} is not {len(b)}"]
        return [
            d for k, (x, y) in enumerate(zip(a, b, strict=True)) for d in differences(x, y, f"{path}[{k}]")
        ]
    return [] if type(a) is type(b) and a == b else [f"{path}: {a!r} is not {b!r}"]


def with_random_statistics(
    descriptor: Any, seed: int = 0, *, by_slot: bool = False, isotropic: bool = True
) -> Any:
    """Return the descriptor with `davg` and `dstd` unlike 0 and 1.

    Parameters
    ----------
    descriptor
        On NumPy.
    seed
        Of the random numbers.
    by_slot
        Whether each slot has its own, which data never give, or all slots of a type the same.
    isotropic
        Whether the angular columns have mean zero and one width, as data give.
    """
    rng = np.random.default_rng(seed)
    ntypes, nnei, ncol = descriptor.davg.shape
    shape = (ntypes, nnei if by_slot else 1, ncol)
    davg, dstd = rng.uniform(-0.2, 0.4, shape), rng.uniform(0.2, 0.7, shape)
    if isotropic:
        davg[..., 1:] = 0.0
        dstd[..., 2:] = dstd[..., 1:2]
    full = np.zeros((ntypes, nnei, ncol))
    dtype = descriptor.davg.dtype
    return replace(descriptor, davg=(davg + full).astype(dtype), dstd=(dstd + full).astype(dtype))


def call_arguments(descriptor: Any, system: refdp.System) -> tuple[Any, Any, Any, Any]:
    """Return `coord_ext, atype_ext, nlist, mapping` of a system, all images kept, as DeePMD-kit would."""
    from refdp.neighbors import extend, neighbor_list

    extended = extend(system, descriptor.rcut)
    nlist = neighbor_list(extended, system.natoms, descriptor.rcut, descriptor.sel)
    coord_ext, atype_ext, mapping = extended
    return coord_ext, atype_ext, nlist, mapping


def descriptor(name: str = "se_e2_a", *, statistics: bool = True, **options: Any) -> Any:
    """Return a small descriptor of two types with random weights and, by default, random statistics."""
    section: dict[str, Any] = {
        "type": name,
        "sel": [4, 3],
        "rcut": 4.0,
        "rcut_smth": 1.0,
        "neuron": [2, 4, 8],
    }
    if name == "se_e2_a":
        section["axis_neuron"] = 3
    made = refdp.from_config(section | {"seed": 11} | options)
    return with_random_statistics(made) if statistics else made


def cluster(natoms: int = 5, seed: int = 0, nf: int = 1, ntypes: int = 2) -> refdp.System:
    """Return atoms without a cell, no two nearer than an angstrom, the last one virtual."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(4)] * 3), axis=-1).reshape(-1, 3)
    frames = [1.4 * rng.permutation(grid)[:natoms] + rng.uniform(-0.15, 0.15, (natoms, 3)) for _ in range(nf)]
    types = rng.integers(0, ntypes, natoms)
    types[-1] = -1
    return refdp.System(np.reshape(frames, (nf, natoms, 3)), types)
