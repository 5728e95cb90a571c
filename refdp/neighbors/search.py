"""Neighbour search: who is within the cutoff of whom, nearest first, exact at the cutoff and at ties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["Neighborhoods", "nearest", "neighborhoods"]

# Pairs held at a time: 4 MB an array, whatever the number of atoms.
_PAIRS = 2**19
# The tree rounds on its own; ask for a little more than the cutoff, then decide exactly.
_MARGIN = 1e-9


class Neighborhoods(NamedTuple):
    """All neighbours of some centres of one frame, nearest first.

    Attributes
    ----------
    centre
        The centres, shape `(n,)`.
    neighbor
        Extended numbers of their neighbours, sorted by (distance, number), -1 behind the last, `(n, w)`.
    distance
        Distances in angstrom, infinite behind the last, `(n, w)`.
    """

    centre: NDArray[np.int64]
    neighbor: NDArray[np.int64]
    distance: NDArray[np.float64]


def nearest(
    coord: NDArray[np.float64], atype: NDArray[np.int64], nloc: int, rcut: float, width: int
) -> NDArray[np.int64]:
    """Return the `width` nearest neighbours within `rcut` of each local atom of one frame, `(nloc, width)`.

    Parameters
    ----------
    coord
        Extended positions in angstrom, shape `(nall, 3)`, finite.
    atype
        Extended types, shape `(nall,)`; negative ones are neither centres nor neighbours.
    nloc
        How many of the extended atoms, the first, are centres.
    rcut
        Cutoff radius in angstrom; an atom exactly there is a neighbour.
    width
        How many to keep; free slots hold -1.
    """
    table = np.full((nloc, width), -1, dtype=np.int64)
    for centre, index, _ in neighborhoods(coord, atype, nloc, rcut, width):
        kept = index[:, :width]
        table[centre, : kept.shape[1]] = kept
    return table


def neighborhoods(
    coord: NDArray[np.float64], atype: NDArray[np.int64], nloc: int, rcut: float, width: int
) -> Iterator[Neighborhoods]:
    """Yield all neighbours within `rcut` (inclusive) of all real local atoms, some centres at a time.

    An atom is not its own neighbour, its images are, and so is another atom at the same place. `width` is the
    number expected; more are found all the same. Other arguments as in `nearest`.
    """
    from scipy.spatial import cKDTree

    real = np.flatnonzero(atype >= 0)
    centres = real[real < nloc]
    if centres.size:
        tree = cKDTree(coord[real], balanced_tree=False)
        # One slot for the centre itself, one to see whether there would be more.
        yield from _search(tree, coord, real, centres, rcut, width + 2)


def _search(
    tree: cKDTree,
    coord: NDArray[np.float64],
    real: NDArray[np.int64],
    centres: NDArray[np.int64],
    rcut: float,
    k: int,
) -> Iterator[Neighborhoods]:
    """Ask for the `k` nearest in blocks, and again for twice as many where `k` were not all of them."""
    k = min(k, real.size)
    bound = rcut * (1.0 + _MARGIN)
    block = max(1, _PAIRS // k)
    for start in range(0, centres.size, block):
        some = centres[start : start + block]
        _, found = tree.query(coord[some], k=range(1, k + 1), distance_upper_bound=bound, workers=-1)
        # Which of several equally distant atoms come last is the tree's choice: never trust a full row.
        full = (found[:, -1] < real.size) & (k < real.size)
        yield _ordered(coord, some[~full], np.append(real, -1)[found[~full]], rcut)
        if full.any():
            yield from _search(tree, coord, real, some[full], rcut, 2 * k)


def _ordered(
    coord: NDArray[np.float64], centre: NDArray[np.int64], index: NDArray[np.int64], rcut: float
) -> Neighborhoods:
    """Recompute distances, drop what is not within the cutoff and sort the rows by (distance, number)."""
    square = np.zeros(index.shape)
    for axis in coord.T:
        difference = axis[index] - axis[centre][:, None]
        square += difference * difference
    distance = np.sqrt(square)
    valid = (index >= 0) & (distance <= rcut)
    # The centre, which is always found, sorts before everything and is cut off below.
    distance = np.where(index == centre[:, None], -1.0, np.where(valid, distance, np.inf))
    index = np.where(valid, index, -1)
    rising = (distance[:, 1:] > distance[:, :-1]) | np.isinf(distance[:, 1:])
    tied = np.flatnonzero(~rising.all(axis=1))
    order = np.lexsort((index[tied], distance[tied]), axis=-1)
    distance[tied] = np.take_along_axis(distance[tied], order, axis=-1)
    index[tied] = np.take_along_axis(index[tied], order, axis=-1)
    return Neighborhoods(centre, index[:, 1:], distance[:, 1:])
