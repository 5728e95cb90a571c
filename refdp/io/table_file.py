"""Table files of pair energies: text, a column of distances and one for each pair of types."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.errors import unexpected
from refdp.models.pair_table import Table

__all__ = ["read_table", "table_of_rows"]

MOST_ROWS = 2**20


def read_table(path: str | os.PathLike[str], rcut: float) -> Table:
    """Return the table of a text file, continued to the cutoff where it ends before.

    Parameters
    ----------
    path
        First column: distances in angstrom on a uniform grid. Others: energies in eV of the pairs 0-0, 0-1,
        ..., 1-1, ...
    rcut
        Cutoff in angstrom.

    Raises
    ------
    InputError
        There is no such file, or it holds something else.
    """
    try:
        rows = np.loadtxt(Path(path), dtype=np.float64, ndmin=2)
    except (OSError, ValueError) as error:
        raise unexpected("tab_file", str(path), f"a text file of numbers in columns ({error})") from None
    return table_of_rows(rows, rcut)


def table_of_rows(rows: NDArray[np.float64], rcut: float) -> Table:
    r"""Return the table of the rows of a file: clamped cubic splines through the points of each column.

    Equation {eq}`eq-model-spline` of the book. Where the cutoff is beyond the last row, energies go on along
    one cubic to zero, or stay zero where the last row is zero.

    Parameters
    ----------
    rows
        `(points, 1 + ntypes (ntypes + 1) / 2)`.
    rcut
        Cutoff in angstrom.

    Raises
    ------
    InputError
        There are fewer than two rows, no columns for all pairs, or the grid is not uniform.
    """
    ntypes = _checked(rows)
    rmin, hh, rmax = float(rows[0, 0]), float(rows[1, 0] - rows[0, 0]), float(rows[-1, 0])
    full = _continued(rows, hh, rcut)
    pieces = [_pieces(full[:, 0], column, hh) for column in full[:, 1:].T]
    pair = [[_column(a, b, ntypes) for b in range(ntypes)] for a in range(ntypes)]
    coefficients = np.stack([pieces[k] for line in pair for k in line])
    return Table(rmin, rmax, hh, float(rcut), full, coefficients)


def _column(a: int, b: int, ntypes: int) -> int:
    low, high = min(a, b), max(a, b)
    return low * ntypes - low * (low - 1) // 2 + high - low


def _checked(rows: NDArray[np.float64]) -> int:
    """Return the number of types of a table, or raise InputError."""
    if not 2 <= len(rows) <= MOST_ROWS or not np.all(np.isfinite(rows)):
        raise unexpected("tab_file", rows.shape, f"2 to {MOST_ROWS} rows of finite numbers")
    columns = rows.shape[1] - 1
    ntypes = (math.isqrt(1 + 8 * columns) - 1) // 2
    if not columns or ntypes * (ntypes + 1) // 2 != columns:
        what = "a column of distances, then ntypes (ntypes + 1) / 2 of energies"
        raise unexpected("tab_file", f"{columns + 1} columns", what)
    steps = np.diff(rows[:, 0])
    if steps[0] <= 0.0 or np.max(np.abs(steps - steps[0])) > 1e-6 * steps[0]:
        raise unexpected("tab_file", rows[:, 0].tolist(), "distances that grow in equal steps")
    return ntypes


def _continued(rows: NDArray[np.float64], hh: float, rcut: float) -> NDArray[np.float64]:
    """Return the rows with more appended up to the cutoff, as DeePMD-kit does."""
    # In this order of operations, which decides where the cutoff is a point of the grid.
    count = math.ceil(rcut / hh - rows[0, 0] / hh) - (len(rows) - 1)
    if rcut <= rows[-1, 0] or count <= 0:
        return rows
    if count > MOST_ROWS:
        raise unexpected("rcut", rcut, f"at most {MOST_ROWS} steps of {hh} beyond the table")
    silent = not np.any(rows[-1, 1:])
    # The cubic ends at the point before the last, which is then dropped.
    r = np.linspace(rows[-1, 0] + hh, rows[-1, 0] + hh * count, count)
    r = r if silent or count == 1 else r[:-1]
    tail = np.zeros((len(r), rows.shape[1] - 1))
    if not silent:
        tail = np.stack([_cubic(rows, k, r) for k in range(1, rows.shape[1])], axis=1)
    return np.vstack([rows, np.column_stack([r, tail])])


def _cubic(rows: NDArray[np.float64], column: int, r: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a cubic from the last row, where it has its value, to zero at the end, where it has no slope."""
    value = rows[-1, column]
    # Not divided by the step: so it is there, and so trained models have it.
    slope = value - rows[-2, column]
    length = r[-1] - rows[-1, 0]
    x = (r - rows[-1, 0]) / length
    a = 2.0 * value + slope * length
    b = -3.0 * value - 2.0 * slope * length
    found: Any = ((a * x + b) * x + slope * length) * x + value
    return np.asarray(found)


def _pieces(r: NDArray[np.float64], values: NDArray[np.float64], hh: float) -> NDArray[np.float64]:
    """Return `(pieces, 4)` coefficients of the spline through points with no slope at either end."""
    from scipy.interpolate import CubicSpline

    slope = hh * CubicSpline(r, values, bc_type="clamped")(r, 1)
    v, w, d, e = values[:-1], values[1:], slope[:-1], slope[1:]
    return np.stack([2.0 * v - 2.0 * w + d + e, -3.0 * v + 3.0 * w - 2.0 * d - e, d, v], axis=1)
