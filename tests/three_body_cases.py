"""Small descriptors se_e3_tebd and loops written from their formulas, for several test files."""

from __future__ import annotations

from typing import Any

import numpy as np

import refdp
from tests import oracle
from tests.attention_oracle import type_table
from tests.helpers import with_random_statistics

__all__ = ["SMALL", "loops", "se_e3_tebd"]

SMALL: dict[str, Any] = {
    "type": "se_e3_tebd",
    "rcut": 4.0,
    "rcut_smth": 1.0,
    "sel": 7,
    "neuron": [2, 4, 8],
    "tebd_dim": 3,
    "seed": 11,
    "type_map": ["O", "H"],
}


def se_e3_tebd(*, statistics: bool = True, **options: Any) -> Any:
    """Return a small descriptor of two types; by default with random statistics that know no directions."""
    made = refdp.from_config(SMALL | options)
    return with_random_statistics(made, 3) if statistics else made


def loops(d: Any, coord: Any, atype: Any, nlist: Any) -> dict[str, Any]:
    """Return the steps `T E s theta G D` of `(nf, nall, 3)` coordinates by the double sum as written."""
    centers = [
        [_center(d, coord[f], atype[f], i, nlist[f, i]) for i in range(nlist.shape[1])]
        for f in range(nlist.shape[0])
    ]
    steps = {key: np.array([[c[key] for c in frame] for frame in centers]) for key in centers[0][0]}
    return {"T": type_table(d.type_embedding)} | steps


def _center(d: Any, coord: Any, atype: Any, i: int, slots: Any) -> dict[str, Any]:
    o, n = d.options, len(slots)
    rows, w = oracle._rows(d, coord, atype, i, slots)
    excluded = {pair for a, b in o.exclude_types for pair in ((a, b), (b, a))}
    real = [j >= 0 and atype[j] >= 0 and (atype[i], atype[j]) not in excluded for j in slots]
    s = np.where(real, w, 0.0)
    table = type_table(d.type_embedding)
    vectors = [table[t] if t >= 0 else table[-1] for t in _types(atype, slots, real)]
    theta, g = np.zeros((n, n)), np.zeros((n, n, o.neuron[-1]))
    for j, k in np.ndindex(n, n):
        theta[j, k] = sum(rows[j, c] * rows[k, c] for c in (1, 2, 3))
        both = np.concatenate([vectors[j], vectors[k]])
        if o.tebd_input_mode == "concat":
            g[j, k] = d.embeddings[()](np.array([theta[j, k], *both]))
        else:
            fade = s[j] * s[k] if o.smooth else 1.0
            g[j, k] = d.embeddings[()](theta[j, k, None]) * (1.0 + d.embeddings_strip[()](both) * fade)
    out = sum(theta[j, k] * g[j, k] for j, k in np.ndindex(n, n)) / n**2
    center = table[atype[i]] if atype[i] >= 0 else table[-1]
    out = np.concatenate([out, center]) if o.concat_output_tebd else out
    return {"E": rows, "s": s, "theta": theta, "G": g, "D": out}


def _types(atype: Any, slots: Any, real: Any) -> list[int]:
    """Return the type of each slot, that of the first atom of all where it is not real."""
    return [int(atype[j] if m else atype[0]) for j, m in zip(slots, real, strict=True)]
