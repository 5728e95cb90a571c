"""The padded neighbour table `nlist`: a fixed number of slots an atom, in one of two layouts."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from refdp.errors import SelOverflowWarning, unexpected
from refdp.neighbors.images import Extended, check_rcut
from refdp.neighbors.search import neighborhoods

__all__ = ["check_sel", "count_by_type", "neighbor_list", "split_by_type"]


def neighbor_list(
    extended: Extended, nloc: int, rcut: float, sel: int | Sequence[int], *, mixed_types: bool = False
) -> NDArray[np.int64]:
    """Return the extended numbers of the neighbours of each local atom, `(nf, nloc, sum(sel))`, -1 if empty.

    The `sum(sel)` nearest neighbours are taken first, whatever their types; without `mixed_types` they are
    then sorted into one block a type, of which those beyond `sel[type]` are lost. So a crowd of one type can
    push neighbours of another out of slots that stay empty. This is what trained models depend on.

    Parameters
    ----------
    extended
        Atoms and images, from `extend` (pruned or not) with the same or a larger cutoff.
    nloc
        How many of the extended atoms are local.
    rcut
        Cutoff radius in angstrom; an atom exactly there takes a slot.
    sel
        Slots for neighbours of each type; one number for all is allowed where types are mixed.
    mixed_types
        One block with all types, sorted by distance, instead of a block a type.

    Raises
    ------
    InputError
        If `rcut` or `sel` cannot be used, or has no entry for a type that occurs.

    Warns
    -----
    SelOverflowWarning
        If a neighbour within the cutoff got no slot; counted, once a call.
    """
    rcut, slots = check_rcut(rcut), check_sel(sel)
    ntypes = int(extended.atype_ext.max(initial=-1)) + 1
    if not mixed_types and ntypes > len(slots):
        raise unexpected("sel", list(slots), f"an entry for each of {ntypes} types")
    nf = extended.coord_ext.shape[0]
    table = np.full((nf, nloc, sum(slots)), -1, dtype=np.int64)
    need = np.zeros((nf, nloc, ntypes), dtype=np.int64)
    for frame, (coord, atype) in enumerate(zip(extended.coord_ext, extended.atype_ext, strict=True)):
        for centre, index, _ in neighborhoods(coord, atype, nloc, rcut, sum(slots)):
            kept = index[:, : sum(slots)]
            blocks = kept if mixed_types else _blocks(kept, atype, slots)
            table[frame, centre, : blocks.shape[1]] = blocks
            need[frame, centre] = count_by_type(index, atype, ntypes)
    _warn_of_overflow(table, extended.atype_ext, need, slots, rcut)
    return table


def split_by_type(
    nlist: NDArray[np.int64], atype_ext: NDArray[np.int64], sel: Sequence[int]
) -> NDArray[np.int64]:
    """Sort a list with types mixed into one block a type: `(nf, nloc, w)` to `(nf, nloc, sum(sel))`.

    Neighbours of a type keep their order; those beyond `sel[type]` are lost.
    """
    split = np.empty((*nlist.shape[:2], sum(sel)), dtype=np.int64)
    for frame, (rows, atype) in enumerate(zip(nlist, atype_ext, strict=True)):
        split[frame] = _blocks(rows, atype, sel)
    return split


def _blocks(rows: NDArray[np.int64], atype: NDArray[np.int64], sel: Sequence[int]) -> NDArray[np.int64]:
    """See `split_by_type`; rows `(n, w)` of one frame."""
    blocks = np.full((rows.shape[0], sum(sel)), -1, dtype=np.int64)
    # The appended type is what index -1 finds.
    types = np.append(atype, -1)[rows]
    offset = 0
    for kind, slots in enumerate(sel):
        chosen = types == kind
        rank = np.cumsum(chosen, axis=-1) - 1
        row, column = np.nonzero(chosen & (rank < slots))
        blocks[row, offset + rank[row, column]] = rows[row, column]
        offset += slots
    return blocks


def count_by_type(index: NDArray[np.int64], atype: NDArray[np.int64], ntypes: int) -> NDArray[np.int64]:
    """Count the neighbours of each type, `(n, ntypes)`, in rows `(n, w)` of extended numbers of one frame."""
    rows, columns = np.nonzero(index >= 0)
    flat = rows * ntypes + atype[index[rows, columns]]
    return np.bincount(flat, minlength=index.shape[0] * ntypes).reshape(index.shape[0], ntypes)


def check_sel(sel: int | Sequence[int]) -> tuple[int, ...]:
    """Return `sel` as a tuple of non-negative integers, or raise `InputError`."""
    given = list(sel) if isinstance(sel, Iterable) else [sel]
    integers = [n for n in given if isinstance(n, int | np.integer) and not isinstance(n, bool) and n >= 0]
    if len(integers) != len(given):
        raise unexpected("sel", sel, "non-negative integers, the neighbours of each type to make room for")
    return tuple(int(n) for n in integers)


def _warn_of_overflow(
    table: NDArray[np.int64],
    atype_ext: NDArray[np.int64],
    need: NDArray[np.int64],
    sel: tuple[int, ...],
    rcut: float,
) -> None:
    nf, nloc, ntypes = need.shape
    if need.sum() == np.count_nonzero(table >= 0):
        return
    kept = [count_by_type(rows, atype, ntypes) for rows, atype in zip(table, atype_ext, strict=True)]
    lost = need - np.stack(kept)
    atoms, most = np.count_nonzero(lost.any(axis=-1)), need.sum(axis=-1).max()
    each = [
        f"type {kind}: {lost[..., kind].sum()} dropped, up to {need[..., kind].max()} needed"
        for kind in range(ntypes)
        if lost[..., kind].any()
    ]
    message = (
        f"`sel` {list(sel)} is too small: {lost.sum()} of {need.sum()} neighbours within {rcut} angstrom are "
        f"dropped, at {atoms} of {nf * nloc} atoms ({'; '.join(each)}; at most {most} in all)"
    )
    warnings.warn(message, SelOverflowWarning, stacklevel=3)
