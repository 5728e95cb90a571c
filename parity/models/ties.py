"""Neighbours at one distance of which `sel` has room for some: which are kept is anybody's choice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refdp.neighbors.images import extend
from refdp.neighbors.search import neighborhoods
from refdp.system import System

__all__ = ["Tie", "ties"]

# In angstrom: far more than wrapping changes a distance by, far less than atoms move.
SAME = 1e-9


class Tie(NamedTuple):
    """A place where an order is anybody's choice.

    Attributes
    ----------
    frame, atom
        Numbers of the frame and of the centre.
    distance
        Of the neighbours that compete for the last slot, in angstrom.
    """

    frame: int
    atom: int
    distance: float


def ties(data: Mapping[str, Any], system: System) -> list[Tie]:
    """Return the first tie of each frame that has one.

    Parameters
    ----------
    data
        A serialized model.
    system
        Atoms, types numbered as the model does.
    """
    found: dict[int, Tie] = {}
    for rcut, sel in _lists(data):
        for tie in _of(system, rcut, sel):
            found.setdefault(tie.frame, tie)
    return [found[frame] for frame in sorted(found)]


def _lists(tree: Any) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield the cutoff and the slots of everything that has neighbours."""
    if isinstance(tree, Mapping):
        if "rcut" in tree and "sel" in tree and math.isfinite(tree["rcut"]):
            yield float(tree["rcut"]), tuple(int(n) for n in np.ravel(tree["sel"]))
        tree = list(tree.values())
    if isinstance(tree, list):
        for value in tree:
            yield from _lists(value)


def _of(system: System, rcut: float, sel: Sequence[int]) -> Iterator[Tie]:
    extended = extend(system, rcut, prune=True)
    for frame, (coord, atype) in enumerate(zip(extended.coord_ext, extended.atype_ext, strict=True)):
        for centres, neighbor, distance in neighborhoods(coord, atype, system.natoms, rcut, sum(sel)):
            for atom, owners, r in zip(centres, neighbor, distance, strict=True):
                near = np.isfinite(r)
                if tied := _tied(r[near], atype[owners[near]], sel):
                    yield Tie(frame, int(atom), tied)
                    break


def _tied(r: NDArray[np.float64], types: NDArray[np.int64], sel: Sequence[int]) -> float:
    """Return the distance at which some are kept and some not, zero where there is none."""
    rows = [(r, sum(sel))]
    if len(sel) > 1:
        rows += [(r[types == a], count) for a, count in enumerate(sel)]
    for near, count in rows:
        if 0 < count < len(near) and near[count] - near[count - 1] <= SAME:
            return float(near[count])
    return 0.0
