"""One set of a system: frames whose quantities stand in files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refdp.io.dataset.columns import Column, column, frames_of
from refdp.io.dataset.labels import NOT_LABELS, SHAPES, canonical
from refdp.io.dataset.store import Store, problem

__all__ = ["FrameSet", "open_set"]

TYPES = "real_atom_types"


@dataclass(frozen=True, eq=False)
class FrameSet:
    """The frames of one set.

    Attributes
    ----------
    name
        Of the set, `set.000` for instance, with that of its system.
    nf
        Number of frames.
    columns
        What is there, by name: `coord`, and perhaps `box`, `real_atom_types` and labels.
    """

    name: str
    nf: int
    columns: Mapping[str, Column]

    @property
    def labels(self) -> dict[str, Column]:
        """What is there beyond coordinates, cells and types."""
        return {name: each for name, each in self.columns.items() if name not in NOT_LABELS}

    def cells(self, where: slice) -> NDArray[np.float64]:
        """Return the cells of some frames, `(nf, 3, 3)`; raise InputError where one is zero."""
        box = self.columns["box"]
        cells = box.read(where)
        zeros = np.flatnonzero(~cells.any(axis=(1, 2)))
        if zeros.size:
            frame = (where.start or 0) + int(zeros[0]) * (where.step or 1)
            expected = "cells, or beside `type.raw` the empty file `nopbc`"
            raise problem(box.table.name, expected, f"zeros in frame {frame}")
        return cells


def open_set(store: Store, name: str, natoms: int, periodic: bool) -> FrameSet:
    """Read the headers of all files of a set.

    Raises
    ------
    InputError
        `coord.npy` or, where the system is periodic, `box.npy` is missing; an array does not go with the
        frames and atoms, or stands there under both of its names.
    """
    coord = store.table(name, "coord.npy")
    nf = frames_of(coord, natoms)
    columns = {"coord": column("coord", coord, nf, natoms)}
    if periodic:
        columns["box"] = column("box", store.table(name, "box.npy"), nf, natoms)
    for file in store.files(name):
        quantity = canonical(file.removesuffix(".npy"))
        if quantity in ("coord", "box"):
            continue
        if quantity in columns:
            other = columns[quantity].table.name
            raise problem(store.place(name, file), "one file for one quantity", f"{other} as well")
        table = store.table(name, file)
        # Names and other texts that programs keep beside the labels are none of ours.
        if quantity in SHAPES or table.dtype.kind in "biuf":
            columns[quantity] = column(file, table, nf, natoms)
    return FrameSet(store.place(name), nf, columns)
