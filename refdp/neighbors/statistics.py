"""Neighbour statistics: how many neighbours of each type there are, and which `sel` makes room for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refdp.errors import unexpected
from refdp.neighbors.images import check_rcut, extend
from refdp.neighbors.search import neighborhoods
from refdp.neighbors.table import count_by_type
from refdp.system import System

__all__ = ["NeighborStatistics", "neighbor_statistics", "suggested_slots"]

# DeePMD-kit's default of `sel: "auto"`, which is `"auto:1.1"`.
_HEADROOM = 1.1


@dataclass(frozen=True)
class NeighborStatistics:
    """Counts of neighbours nearer than the cutoff, over all real atoms of all frames.

    Attributes
    ----------
    rcut
        Cutoff radius in angstrom. As in DeePMD-kit's statistics an atom exactly there is not counted.
    types
        The name of each type, or its number where the system has no type map.
    natoms
        How many real atoms were centres, all frames together.
    most, mean, least
        Neighbours of each type that one centre has: the largest, the mean and the smallest number.
    most_in_all
        The largest number of neighbours, all types together, that one centre has.
    sel
        The suggested `sel`, DeePMD-kit's rule: 10 % above `most`, rounded up to a multiple of 4; 0 for a type
        that is nobody's neighbour (see `unseen`).
    min_distance
        The smallest distance in angstrom between two neighbours, `None` if there are none.
    lonely
        How many centres have no neighbour.
    pairs
        How many neighbours there are in all, each pair seen from both sides.
    at_cutoff
        How many further neighbours lie exactly at `rcut`; they count for nothing but take slots.
    """

    rcut: float
    types: tuple[str, ...]
    natoms: int
    most: tuple[int, ...]
    mean: tuple[float, ...]
    least: tuple[int, ...]
    most_in_all: int
    sel: tuple[int, ...]
    min_distance: float | None
    lonely: int
    pairs: int
    at_cutoff: int

    @property
    def unseen(self) -> tuple[str, ...]:
        """The types that are nobody's neighbour here; their suggested `sel` of 0 is rarely what one wants."""
        return tuple(name for name, most in zip(self.types, self.most, strict=True) if most == 0)


def neighbor_statistics(system: System, rcut: float, ntypes: int | None = None) -> NeighborStatistics:
    """Count the neighbours of every atom, to choose `sel` by.

    Parameters
    ----------
    system
        The atoms, with or without a cell.
    rcut
        Cutoff radius in angstrom.
    ntypes
        How many types to list; those of the type map, or those that occur, by default.

    Raises
    ------
    InputError
        If `rcut` is not positive or `ntypes` leaves out a type that occurs.
    """
    rcut = check_rcut(rcut)
    occurring = int(system.atype.max(initial=-1)) + 1
    names = system.type_map or ()
    ntypes = max(len(names), occurring) if ntypes is None else ntypes
    if ntypes < occurring:
        raise unexpected("ntypes", ntypes, f"at least {occurring}, the number of types that occur")
    found = list(_counted(system, rcut, ntypes))
    counts = np.concatenate([np.zeros((0, ntypes), dtype=np.int64), *(count for count, _, _ in found)])
    most = counts.max(axis=0, initial=0)
    smallest = min((distance for _, distance, _ in found), default=np.inf)
    return NeighborStatistics(
        rcut=rcut,
        types=tuple(names[kind] if kind < len(names) else str(kind) for kind in range(ntypes)),
        natoms=counts.shape[0],
        most=tuple(most.tolist()),
        mean=tuple((counts.sum(axis=0) / max(counts.shape[0], 1)).tolist()),
        least=tuple(counts.min(axis=0).tolist() if counts.size else most.tolist()),
        most_in_all=int(counts.sum(axis=1).max(initial=0)),
        sel=tuple(suggested_slots(int(count)) for count in most),
        min_distance=float(smallest) if np.isfinite(smallest) else None,
        lonely=int(np.count_nonzero(counts.sum(axis=1) == 0)),
        pairs=int(counts.sum()),
        at_cutoff=sum(edge for _, _, edge in found),
    )


def suggested_slots(count: int, headroom: float = _HEADROOM) -> int:
    """Return DeePMD-kit's `sel` for a type of which one atom has at most `count` neighbours."""
    return 4 * ((int(count * headroom) + 3) // 4)


def _counted(system: System, rcut: float, ntypes: int) -> Iterator[tuple[NDArray[np.int64], float, int]]:
    """Yield, some centres at a time: neighbours of each type, the smallest distance, those at the cutoff."""
    extended = extend(system, rcut, prune=True)
    for coord, atype in zip(extended.coord_ext, extended.atype_ext, strict=True):
        # The width is a guess: liquid water within 6 angstrom.
        for _, index, distance in neighborhoods(coord, atype, system.natoms, rcut, 96):
            inside = np.where(distance < rcut, index, -1)
            at_cutoff = int(np.count_nonzero(distance == rcut))
            smallest = float(distance.min(initial=np.inf, where=inside >= 0))
            yield count_by_type(inside, atype, ntypes), smallest, at_cutoff
