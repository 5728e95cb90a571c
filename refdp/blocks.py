"""A system as descriptors and models see it: neighbours, and blocks of atoms that stay in the cache."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp.errors import InputError, positive
from refdp.namespaces import dtype_of
from refdp.neighbors.environment import Environment, environment
from refdp.neighbors.everyone import everyone
from refdp.neighbors.images import Extended, extend
from refdp.neighbors.sight import Sight
from refdp.neighbors.table import neighbor_list
from refdp.species import match_types
from refdp.system import System

__all__ = [
    "Block",
    "Neighborhood",
    "block_size",
    "blocks",
    "check_apart",
    "environments",
    "find_neighbors",
    "thread_count",
]

LARGEST_BLOCK = 64
CACHE = 2**20  # numbers that a block may hold at a time


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


def environments(viewer: Sight, system: System) -> Environment:
    """Return the environments of all atoms of a system, as the descriptor's cutoff and `sel` make them."""
    return find_neighbors(viewer, match_types(viewer, system)).environment()


def find_neighbors(viewer: Sight, system: System) -> Neighborhood:
    """Return extended atoms and the neighbour table that the descriptor wants."""
    rcut, sel = viewer.rcut, viewer.sel
    if math.isinf(rcut):
        extended, nlist = everyone(system, sel)
    else:
        extended = extend(system, rcut, prune=True)
        nlist = neighbor_list(extended, system.natoms, rcut, sel, mixed_types=viewer.mixed_types)
    # The precision of positions, not only of their differences, is that of the viewer.
    rounded = extended.coord_ext.astype(dtype_of(xp, viewer.precision), copy=False)
    return Neighborhood(extended._replace(coord_ext=rounded), nlist)


def check_apart(env: Environment, viewer: Sight, piece: Block | None = None) -> None:
    """Raise InputError where two real atoms are at one place, unless `env_protection` allows it."""
    if viewer.env_protection > 0.0:
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
        way_out = math.isfinite(viewer.rcut)
        message = (
            f"`coords`: expected real atoms at different places, got atoms {where[1]} and {other} of frame "
            f"{where[0]} at one{'; a positive `env_protection` allows it' if way_out else ''}"
        )
        raise InputError(message)


def _tiny(dtype: Any) -> float:
    # The exponents of bfloat16, which NumPy does not know, are those of float32.
    return float(np.finfo(np.float32 if dtype.name == "bfloat16" else dtype).tiny)


def blocks(atype: NDArray[np.int64], size: int) -> Iterator[Block]:
    """Cut every frame of `(nf, natoms)` types into blocks of one type; negative ones are in none."""
    for frame, types in enumerate(atype):
        for a in np.unique(types[types >= 0]):
            atoms = np.flatnonzero(types == a)
            for start in range(0, atoms.size, size):
                yield Block(frame, atoms[start : start + size], int(a))


def block_size(viewer: Sight) -> int:
    """Return how many atoms to a block keep it in the cache."""
    return max(1, min(LARGEST_BLOCK, CACHE // viewer.footprint))


def thread_count(threads: int | None) -> int:
    """Return the number of threads: one for each core where None is given."""
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return positive("threads", threads)
