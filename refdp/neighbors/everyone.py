"""Neighbours without a cutoff: every real atom of a frame sees every other one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, unexpected
from refdp.neighbors.images import Extended
from refdp.neighbors.table import check_sel, split_by_type
from refdp.system import System

__all__ = ["everyone"]


def everyone(system: System, sel: Sequence[int]) -> tuple[Extended, NDArray[np.int64]]:
    r"""Return the atoms and, for each, the numbers of all other real ones, `(nf, natoms, sum(sel))`.

    Slot :math:`o_b + k` of every centre holds the :math:`k`-th real atom of type :math:`b` of the frame, in
    the order in which they stand there, and -1 where there is none or it is the centre itself. So where
    virtual atoms stand, and how many, changes nothing. Equation {eq}`eq-everyone` of the book.

    Parameters
    ----------
    system
        The atoms, without a cell. Any order and number of virtual atoms will do.
    sel
        Places for atoms of each type.

    Raises
    ------
    InputError
        There is a cell, or a frame has more real atoms of a type than places.
    """
    slots = check_sel(sel)
    if system.cell is not None:
        what = "no cell (in a data set: the empty file `nopbc`), as everybody sees everybody and no images"
        raise unexpected("cell", system.cell[:1].tolist(), what)
    _check_room(system, slots)
    atype, numbers = system.atype, np.arange(system.natoms, dtype=np.int64)
    all_of_frame = np.broadcast_to(numbers, (system.nf, 1, system.natoms))
    row = split_by_type(all_of_frame, atype, slots)
    seen = (atype >= 0)[..., None] & (row != numbers[:, None])
    mapping = np.tile(numbers, (system.nf, 1))
    return Extended(system.coords, atype, mapping), np.where(seen, row, -1)


def _check_room(system: System, slots: tuple[int, ...]) -> None:
    atype, names = system.atype, system.type_map
    for kind in range(int(atype.max(initial=-1)) + 1):
        count = (atype == kind).sum(axis=1)
        room = slots[kind] if kind < len(slots) else 0
        if count.max() > room:
            frame = int(count.argmax())
            name = f"type {kind}" if names is None else f"type {kind}, {names[kind]}"
            message = (
                f"`sel`: expected room for the {count[frame]} real atoms of {name}, in frame {frame}, "
                f"got {list(slots)}"
            )
            raise InputError(message)
