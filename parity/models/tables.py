"""Pair tables as DeePMD-kit writes them: energies on a grid of distances, and their splines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["pair_table"]

# In angstrom; no distance between atoms on a binary grid is a place of the table.
FIRST, STEP = 0.53, 0.0618


def pair_table(rcut: float, nnei: int, type_map: Sequence[str], rng: np.random.Generator) -> dict[str, Any]:
    """Return the dictionary of a pair-table model whose energies fall off like exponentials.

    Parameters
    ----------
    rcut, nnei
        Cutoff radius in angstrom; slots for neighbours of any type.
    type_map
        Names of the types.
    rng
        Where the energies come from.
    """
    ntypes = len(type_map)
    vdata = _energies(rcut, ntypes, rng)
    info = np.asarray([FIRST, STEP, len(vdata) - 1, ntypes])
    table = {
        "@class": "PairTab",
        "@version": 1,
        "rmin": FIRST,
        "rmax": float(vdata[-1, 0]),
        "hh": STEP,
        "ntypes": ntypes,
        "rcut": rcut,
        "nspline": len(vdata) - 1,
        "@variables": {"vdata": vdata, "tab_info": info, "tab_data": _splines(vdata, ntypes).ravel()},
    }
    head = {"@class": "Model", "type": "pairtab", "@version": 2}
    return head | {"tab": table, "rcut": rcut, "sel": nnei}


def _energies(rcut: float, ntypes: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return rows of a distance and an energy for each pair of types, up to the cutoff."""
    r = FIRST + STEP * np.arange(int(np.ceil((rcut - FIRST) / STEP)) + 1)
    pairs = ntypes * (ntypes + 1) // 2
    heights, lengths = rng.uniform(1.0, 5.0, size=(2, pairs)) * [[2.0], [0.2]]
    curves = heights * (np.exp(-r[:, None] / lengths) - np.exp(-r[-1] / lengths))
    return np.column_stack([r, curves])


def _splines(vdata: NDArray[np.float64], ntypes: int) -> NDArray[np.float64]:
    """Return the coefficients `(ntypes, ntypes, nspline, 4)`, highest power first, of the place in a step."""
    from scipy.interpolate import CubicSpline

    found = np.zeros((ntypes, ntypes, len(vdata) - 1, 4))
    for column, (a, b) in enumerate(combinations_with_replacement(range(ntypes), 2)):
        spline = CubicSpline(vdata[:, 0], vdata[:, column + 1], bc_type="clamped")
        found[a, b] = found[b, a] = spline.c.T * STEP ** np.arange(3, -1, -1)
    return found
