"""One quantity of one set: checked against the frames and atoms when opened, and in numbers when read."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.io.dataset.labels import canonical, fixed_shape, frame_shape
from refdp.io.dataset.store import Table, problem

__all__ = ["Column", "column", "frames_of"]

INTEGERS = ("numb_copy", "real_atom_types")
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Column:
    """The numbers of one quantity in one set.

    Attributes
    ----------
    name
        Of the quantity.
    table
        Where its numbers are.
    shape
        Of one frame's numbers.
    lone
        Whether the table is one frame, without an axis of frames.
    """

    name: str
    table: Table
    shape: tuple[int, ...]
    lone: bool

    def read(self, where: slice) -> NDArray[Any]:
        """Return some frames, `(nf, *shape)`, float64, or int64 where integers are kept.

        Raises
        ------
        InputError
            A number is not finite; the message names the file and the frame in it.
        """
        stored = self.table.read(... if self.lone else where)
        rows = stored.reshape(1 if self.lone else len(stored), *self.shape)
        rows = rows[where] if self.lone else rows
        if self.name in INTEGERS:
            self._refuse(rows, where, abs(rows) > LARGEST, f"numbers up to {LARGEST}")
            return rows.astype(np.int64)
        with np.errstate(over="ignore"):  # of formats wider than float64
            numbers = rows.astype(np.float64)
        self._refuse(rows, where, ~np.isfinite(numbers), "finite numbers")
        return numbers

    def _refuse(self, rows: NDArray[Any], where: slice, bad: NDArray[np.bool_], expected: str) -> None:
        if not bad.any():
            return
        frame, *rest = np.argwhere(bad)[0].tolist()
        atom = f", atom {rest[0]}" if self.name in ("coord", "force") else ""
        got = f"{rows[frame, *rest]} in frame {(where.start or 0) + frame * (where.step or 1)}{atom}"
        raise problem(self.table.name, expected, got)


def frames_of(coord: Table, natoms: int) -> int:
    """Return how many frames the coordinates of a set have; an array without an axis of frames is one.

    Raises
    ------
    InputError
        There are not three numbers for each atom.
    """
    shape = coord.shape
    if len(shape) == 1 and shape[0] == 3 * natoms:
        return 1
    if len(shape) < 2 or prod(shape[1:]) != 3 * natoms:
        expected = f"the shape (nf, {3 * natoms}), three numbers for each of {natoms} atoms"
        raise problem(coord.name, expected, str(shape))
    return shape[0]


def column(file: str, table: Table, nf: int, natoms: int) -> Column:
    """Return what a file of a set holds.

    Parameters
    ----------
    file
        Its name in the set, with or without `.npy`.
    table
        Its array.
    nf
        Number of frames of the set.
    natoms
        Number of atoms of a frame.

    Raises
    ------
    InputError
        It has no real numbers, other frames, or numbers that do not go with the atoms.
    """
    name = canonical(file.removesuffix(".npy"))
    _check_kind(name, table)
    layout = _layout(name, table, nf, natoms)
    if layout is None:
        fixed = fixed_shape(name, natoms)
        wanted = "any" if fixed is None else prod(fixed)
        expected = f"the shape ({nf}, {wanted}), for {nf} frames of {natoms} atoms"
        raise problem(table.name, expected, str(table.shape))
    shape, lone = layout
    return Column(name, table, shape, lone)


def _check_kind(name: str, table: Table) -> None:
    kinds = "iu" if name in INTEGERS else "biuf"
    if table.dtype.kind not in kinds:
        expected = "integers" if name in INTEGERS else "real numbers"
        raise problem(table.name, f"an npy file of {expected}", f"one of {table.dtype}")


def _layout(name: str, table: Table, nf: int, natoms: int) -> tuple[tuple[int, ...], bool] | None:
    """Return the shape of a frame's numbers, and whether the table is one frame without an axis of frames."""
    readings = [(prod(table.shape[1:]), False)] if table.shape[:1] == (nf,) else []
    readings += [(prod(table.shape), True)] if nf == 1 and len(table.shape) < 2 else []
    for width, lone in readings:
        shape = frame_shape(name, natoms, width)
        if shape is not None:
            return shape, lone
    return None
