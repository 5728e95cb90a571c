"""Statistics of the environment matrix from data: the mean and width that standardize it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from array_api_compat import numpy as np_compat
from numpy.typing import NDArray

from refdp.blocks import check_apart, environments
from refdp.descriptors.hybrid import Hybrid
from refdp.descriptors.rows import exclude, raw_environment
from refdp.descriptors.single import StandardizedDescriptor
from refdp.equations.exclusion import pair_mask
from refdp.namespaces import array_namespace, device_of, to_numpy, transfer
from refdp.species import match_types
from refdp.system import System

__all__ = ["environment_statistics", "with_statistics"]

SMALLEST_WIDTH = 1e-2
WIDTH_OF_ABSENT_TYPE = 1e-1


def with_statistics(
    descriptor: Any, systems: System | Iterable[System], pair_exclude_types: Sequence[tuple[int, int]] = ()
) -> Any:
    """Return the descriptor with `davg` and `dstd` computed from data.

    With `set_davg_zero` the mean stays as it is; a descriptor that has neither is returned unchanged. Each
    child of a hybrid gets its own, from its own neighbour lists and not from its part of the hybrid's.

    Parameters
    ----------
    descriptor
        Any descriptor of this package.
    systems
        The data.
    pair_exclude_types
        Pairs that the model, not the descriptor, excludes: their slots are emptied.
    """
    if isinstance(descriptor, Hybrid):
        return _hybrid_with_statistics(descriptor, systems, pair_exclude_types)
    if not isinstance(descriptor, StandardizedDescriptor):
        return descriptor
    davg, dstd = environment_statistics(descriptor, systems, pair_exclude_types)
    davg = to_numpy(descriptor.davg) if descriptor.options.set_davg_zero else davg
    xp, device = array_namespace(descriptor.dstd), device_of(descriptor.dstd)
    arrays = (transfer(x, xp, descriptor.dstd.dtype, device) for x in (davg, dstd))
    return replace(descriptor, **dict(zip(("davg", "dstd"), arrays, strict=True)))


def _hybrid_with_statistics(
    hybrid: Hybrid, systems: System | Iterable[System], pair_exclude_types: Sequence[tuple[int, int]]
) -> Hybrid:
    given = (systems,) if isinstance(systems, System) else systems
    # By the hybrid's names: a child without names would take the numbers of a system as they are.
    matched = [match_types(hybrid, system) for system in given]
    children = (with_statistics(child, matched, pair_exclude_types) for child in hybrid.children)
    return replace(hybrid, children=tuple(children))


def environment_statistics(
    descriptor: Any, systems: System | Iterable[System], pair_exclude_types: Sequence[tuple[int, int]] = ()
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return mean and width of the environment matrix by type of the centre, `(ntypes, nnei, ncol)` each.

    Pooled over all systems, frames, centres and **all** slots, empty and excluded ones as zeros; the three
    angular columns are one pool whose mean is taken as zero. Equation {eq}`eq-statistics` of the book.
    """
    # In double precision whatever that of the descriptor, as sums over much data.
    descriptor = descriptor.to(np_compat, dtype="float64")
    ncol = descriptor.columns
    sums = np.zeros((descriptor.ntypes, 2, 3))
    for system in (systems,) if isinstance(systems, System) else systems:
        rows, center_type = _rows(descriptor, system, pair_exclude_types)
        for a in range(descriptor.ntypes):
            pool = rows[center_type == a]
            sums[a, 0] += _moments(pool[..., :1])
            sums[a, 1] += _moments(pool[..., 1:])
    davg = np.zeros((descriptor.ntypes, descriptor.nnei, ncol))
    dstd = np.ones_like(davg)
    for a in range(descriptor.ntypes):
        davg[a, :, 0], dstd[a, :, 0] = _mean_and_width(sums[a, 0])
        dstd[a, :, 1:] = _mean_and_width(sums[a, 1])[1]
    return davg, dstd


def _rows(
    descriptor: Any, system: System, pair_exclude_types: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    env = environments(descriptor, system)
    check_apart(env, descriptor)
    if pair_exclude_types:
        kept = pair_mask(env.center_type, env.neighbor_type, pair_exclude_types)
        env = replace(
            env,
            displacement=np.where(kept[..., None], env.displacement, 0.0),
            valid=env.valid & kept,
            neighbor_type=np.where(kept, env.neighbor_type, -1),
        )
    rows, _ = raw_environment(env, descriptor.options, radial=descriptor.columns == 1)
    rows = exclude(rows, env, descriptor.options.exclude_types)
    return np.asarray(rows), np.asarray(env.center_type)


def _moments(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([x.size, np.sum(x), np.sum(x * x)])


def _mean_and_width(moments: NDArray[np.float64]) -> tuple[float, float]:
    number, total, squares = moments
    if number == 0:
        return 0.0, WIDTH_OF_ABSENT_TYPE
    mean = total / number
    width = np.sqrt(max(squares / number - mean * mean, 0.0))
    return float(mean), float(max(width, SMALLEST_WIDTH))
