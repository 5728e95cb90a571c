"""Descriptors of whole systems: blocks of atoms that stay in the cache, a thread for each core."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypedDict, Unpack, overload

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp.descriptors.base import Descriptor
from refdp.errors import InputError, inside, positive, unexpected
from refdp.expansion import expand_descriptor
from refdp.namespaces import dtype_of
from refdp.neighbors.environment import Environment, environment
from refdp.neighbors.everyone import everyone
from refdp.neighbors.images import Extended, extend
from refdp.neighbors.table import neighbor_list
from refdp.progress import follow
from refdp.species import match_types
from refdp.system import System
from refdp.trace import listening

__all__ = [
    "Block",
    "How",
    "Neighborhood",
    "blocks",
    "check_apart",
    "describe",
    "environments",
    "find_neighbors",
    "match_types",
]

LARGEST_BLOCK = 64
CACHE = 2**20  # numbers that a block may hold at a time
EXPAND_FROM = 100


class Neighborhood(NamedTuple):
    """A system as descriptors see it: extended atoms and their neighbour table."""

    extended: Extended
    nlist: NDArray[np.int64]

    def environment(self, frame: int | None = None, centers: NDArray[np.int64] | None = None) -> Environment:
        """Return the environments of all atoms, or those of some `centers` of one frame."""
        if frame is None:
            return environment(
                self.extended.coord_ext, self.extended.atype_ext, self.nlist, self.extended.mapping
            )
        coord, atype, mapping = (x[frame : frame + 1] for x in self.extended)
        return environment(coord, atype, self.nlist[frame : frame + 1, centers], mapping, centers)


class Block(NamedTuple):
    """Some centres of one type in one frame."""

    frame: int
    centers: NDArray[np.int64]
    center_type: int


class How(TypedDict, total=False):
    """Options of `describe`."""

    threads: int | None
    block: int | None
    progress: bool | None
    expand: bool | None


@overload
def describe(descriptor: Descriptor, system: System, **how: Unpack[How]) -> NDArray[np.float64]: ...
@overload
def describe(
    descriptor: Descriptor, system: Sequence[System], **how: Unpack[How]
) -> list[NDArray[np.float64]]: ...
def describe(
    descriptor: Descriptor,
    system: System | Sequence[System],
    *,
    threads: int | None = None,
    block: int | None = None,
    progress: bool | None = None,
    expand: bool | None = None,
) -> NDArray[np.float64] | list[NDArray[np.float64]]:
    """Return the descriptor of every atom, `(nf, natoms, dim)`; zero for virtual atoms.

    Parameters
    ----------
    descriptor
        Any descriptor of this package.
    system
        The atoms. Where both have a type map, species are matched by name. A list of systems, which may have
        different numbers of atoms, gives a list of results.
    threads
        How many; one for each core by default. The number changes no bit of the result.
    block
        Atoms to a block; by default as many as stay in the cache. Changes the result within the error
        budget at most.
    progress
        Whether to show a progress bar; by default in a terminal, after a second.
    expand
        Whether to replace embedding nets by expansions that are equal to rounding (`refdp.expansion`); by
        default for frames of more than `EXPAND_FROM` atoms, where it saves most of the work.

    Raises
    ------
    InputError
        The system has a type that the descriptor does not know, or two real atoms at one place; for a
        descriptor without a cutoff also: it has a cell, or more atoms of a type than `sel` has room for.

    Notes
    -----
    While `refdp.trace.record` listens, all atoms are one block, so that each step is recorded once.
    """
    from threadpoolctl import threadpool_limits

    if not isinstance(descriptor, Descriptor):
        raise unexpected("descriptor", descriptor, "a descriptor, from `from_config` or `deserialize`")
    if isinstance(system, Sequence) and all(isinstance(each, System) for each in system):
        how: How = {"threads": threads, "block": block, "progress": progress, "expand": expand}
        return [_one_of(descriptor, each, k, how) for k, each in enumerate(system)]
    if not isinstance(system, System):
        raise unexpected("system", system, "a `System`, or a list of them")
    block = _fitting(descriptor) if block is None else positive("block", block)
    threads = _thread_count(threads)
    descriptor = descriptor.to(xp)
    system = match_types(descriptor, system)
    neighborhood = find_neighbors(descriptor, system)
    out = np.zeros((system.nf, system.natoms, descriptor.dim_out))
    if listening():
        check_apart(env := neighborhood.environment(), descriptor)
        rows = descriptor.describe(env).descriptor
        return np.where((system.atype >= 0)[..., None], rows, out)
    pieces = list(blocks(system, block))
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        at_center = _specialized(descriptor, system, expand)

        def work(piece: Block) -> None:
            env = neighborhood.environment(piece.frame, piece.centers)
            check_apart(env, descriptor, piece)
            out[piece.frame, piece.centers] = at_center[piece.center_type](env)[0]

        for _ in follow(pool.map(work, pieces), len(pieces), "blocks", progress):
            pass
    return out


def _one_of(descriptor: Descriptor, system: System, k: int, how: How) -> NDArray[np.float64]:
    with inside(f"system[{k}]"):
        return describe(descriptor, system, **how)


def _specialized(
    descriptor: Descriptor, system: System, expand: bool | None
) -> dict[int, Callable[[Environment], NDArray[np.float64]]]:
    """Return the function from environments to rows for centres of each type that occurs."""
    if expand is None:
        expand = system.natoms > EXPAND_FROM
    present = np.unique(system.atype[system.atype >= 0])
    return {int(a): _at_center(descriptor, int(a), expand) for a in present}


def _at_center(descriptor: Descriptor, a: int, expand: bool) -> Callable[[Environment], NDArray[np.float64]]:
    plain = descriptor.for_center(a)
    expanded = expand_descriptor(descriptor, a) if expand else None

    def rows(env: Environment) -> NDArray[np.float64]:
        if expanded is None:
            return np.asarray(plain.describe(env).descriptor)
        found, inside = expanded.describe(env)
        return found if inside.all() else np.where(inside[..., None], found, plain.describe(env).descriptor)

    return rows


def environments(descriptor: Descriptor, system: System) -> Environment:
    """Return the environments of all atoms of a system, as the descriptor's cutoff and `sel` make them."""
    return find_neighbors(descriptor, match_types(descriptor, system)).environment()


def find_neighbors(descriptor: Descriptor, system: System) -> Neighborhood:
    """Return extended atoms and the neighbour table that the descriptor wants."""
    rcut, sel = descriptor.rcut, descriptor.sel
    if math.isinf(rcut):
        extended, nlist = everyone(system, sel)
    else:
        extended = extend(system, rcut, prune=True)
        nlist = neighbor_list(extended, system.natoms, rcut, sel, mixed_types=descriptor.mixed_types)
    # The precision of positions, not only of their differences, is that of the descriptor.
    rounded = extended.coord_ext.astype(dtype_of(xp, descriptor.precision), copy=False)
    return Neighborhood(extended._replace(coord_ext=rounded), nlist)


def check_apart(env: Environment, descriptor: Descriptor, piece: Block | None = None) -> None:
    """Raise InputError where two real atoms are at one place, unless `env_protection` allows it."""
    if descriptor.env_protection > 0.0:
        return
    d = np.asarray(env.displacement)
    # Squares that underflow have no root to divide by.
    close = d[..., 0] ** 2 + d[..., 1] ** 2 + d[..., 2] ** 2 < _tiny(d.dtype)
    together = np.argwhere(np.asarray(env.valid) & close)
    if together.size:
        frame, atom, slot = together[0]
        other = int(np.asarray(env.owner)[frame, atom, slot])
        where = (frame, atom) if piece is None else (piece.frame, int(piece.centers[atom]))
        # Without a cutoff there is no such option.
        way_out = math.isfinite(descriptor.rcut)
        message = (
            f"`coords`: expected real atoms at different places, got atoms {where[1]} and {other} of frame "
            f"{where[0]} at one{'; a positive `env_protection` allows it' if way_out else ''}"
        )
        raise InputError(message)


def _tiny(dtype: Any) -> float:
    # The exponents of bfloat16, which NumPy does not know, are those of float32.
    return float(np.finfo(np.float32 if dtype.name == "bfloat16" else dtype).tiny)


def blocks(system: System, size: int) -> Iterator[Block]:
    """Cut every frame into blocks of one centre type; virtual atoms are in none."""
    for frame, atype in enumerate(system.atype):
        for a in np.unique(atype[atype >= 0]):
            atoms = np.flatnonzero(atype == a)
            for start in range(0, atoms.size, size):
                yield Block(frame, atoms[start : start + size], int(a))


def _fitting(descriptor: Descriptor) -> int:
    return max(1, min(LARGEST_BLOCK, CACHE // descriptor.footprint))


def _thread_count(threads: int | None) -> int:
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return positive("threads", threads)
