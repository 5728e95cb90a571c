"""The opposite of picking elements: sums of what was picked several times, for any library."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp._typing import Array, Namespace

__all__ = ["scatter", "scatter_slice"]


def scatter(xp: Namespace, rows: Any, index: Any, count: int) -> Array:
    """Return `(count, n)`: in row k the sum of those of `rows` whose index is k.

    Parameters
    ----------
    xp
        The namespace of `rows`.
    rows
        `(m, n)`.
    index
        `(m,)` int.
    count
        How many sums there are.
    """
    places = np.asarray(index)
    sums: Any
    if isinstance(rows, np.ndarray):
        sums = np.zeros((count, rows.shape[1]), rows.dtype)
        np.add.at(sums, places, rows)
        return sums
    # No other library adds repeated indices: a table of who belongs together, and one sum.
    source = _sources(places, count)
    found = xp.reshape(
        xp.take(rows, xp.asarray(np.maximum(source, 0).reshape(-1)), axis=0), (*source.shape, rows.shape[1])
    )
    kept = xp.asarray((source >= 0)[..., None])
    return xp.sum(xp.where(kept, found, xp.zeros_like(found)), axis=1)


def scatter_slice(xp: Namespace, g: Any, x: Any, key: Any) -> Array:
    """Return zeros of the shape of `x` but for `g` at `x[key]`, where `key` takes no element twice."""
    if isinstance(g, np.ndarray | np.generic):
        out: Any = np.zeros(x.shape, x.dtype)
        out[key] = g
        return out
    size = math.prod(x.shape)
    places = np.arange(size).reshape(x.shape)[key].reshape(-1)
    return xp.reshape(scatter(xp, xp.reshape(g, (places.size, 1)), places, size), x.shape)


def _sources(index: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return, for each number below `count`, where it occurs: `(count, most)`, -1 behind the last."""
    order = np.argsort(index, kind="stable")
    ranked = index[order]
    occurrence = np.arange(index.size) - np.searchsorted(ranked, ranked)
    source = np.full((count, int(occurrence.max(initial=-1)) + 1), -1)
    source[ranked, occurrence] = order
    return source
