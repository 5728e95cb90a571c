"""The opposite of picking elements: sums of what was picked several times, for any library."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from array_api_compat import is_numpy_namespace
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
    if is_numpy_namespace(xp):
        sums = np.zeros((count, rows.shape[1]), rows.dtype)
        np.add.at(sums, places, rows)
        return sums
    # No other library adds repeated indices: one round for the first of each, one for the second, ...
    sums = xp.zeros((count, rows.shape[1]), dtype=rows.dtype)
    for source in _rounds(places, count):
        found = xp.take(rows, xp.asarray(np.maximum(source, 0)), axis=0)
        sums = sums + xp.where(xp.asarray((source >= 0)[:, None]), found, xp.zeros_like(found))
    return sums


def scatter_slice(xp: Namespace, g: Any, x: Any, key: Any) -> Array:
    """Return zeros of the shape of `x` but for `g` at `x[key]`, where `key` takes no element twice."""
    if is_numpy_namespace(xp):
        out: Any = np.zeros(x.shape, x.dtype)
        out[key] = g
        return out
    size = math.prod(x.shape)
    places = np.arange(size).reshape(x.shape)[key].reshape(-1)
    return xp.reshape(scatter(xp, xp.reshape(g, (places.size, 1)), places, size), x.shape)


def _rounds(index: NDArray[np.int64], count: int) -> Iterator[NDArray[np.int64]]:
    """Yield, for the k-th time that each number occurs, where it does so; -1 for those that do not."""
    order = np.argsort(index, kind="stable")
    ranked = index[order]
    occurrence = np.arange(index.size) - np.searchsorted(ranked, ranked)
    for k in range(int(occurrence.max(initial=-1)) + 1):
        source = np.full(count, -1)
        source[ranked[occurrence == k]] = order[occurrence == k]
        yield source
