"""se_e2_a and se_e2_r a second time: loops over atoms and slots, written from the formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["describe"]


def describe(descriptor: Any, coord: Any, atype: Any, nlist: Any) -> tuple[Any, Any]:
    """Return descriptor and switch of `(nf, nall, 3)` coordinates, NaN-free, in no hurry."""
    nf, nloc, nnei = nlist.shape
    out = np.zeros((nf, nloc, descriptor.dim_out))
    sw = np.zeros((nf, nloc, nnei, 1))
    for f in range(nf):
        for i in range(nloc):
            rows, sw[f, i, :, 0] = _rows(descriptor, coord[f], atype[f], i, nlist[f, i])
            out[f, i] = _row(descriptor, rows, int(atype[f, i]))
    return out, sw


def _rows(d: Any, coord: Any, atype: Any, i: int, slots: Any) -> tuple[Any, Any]:
    o, rows, sw = d.options, np.zeros((len(slots), d.davg.shape[-1])), np.zeros(len(slots))
    excluded = {pair for a, b in o.exclude_types for pair in ((a, b), (b, a))}
    for k, j in enumerate(slots):
        empty = j < 0 or atype[j] < 0
        if not empty:
            x = coord[j] - coord[i]
            r = math.sqrt(math.fsum(c * c for c in x))
            u = min(max((r - o.rcut_smth) / (o.rcut - o.rcut_smth), 0.0), 1.0)
            sw[k] = w = u**3 * (-6 * u**2 + 15 * u - 10) + 1
            p = r + o.env_protection
            rows[k] = np.array([w / p, *(w * x / p**2)])[: rows.shape[1]]
        if atype[i] >= 0:
            rows[k] = (rows[k] - d.davg[atype[i], k]) / d.dstd[atype[i], k]
        if not empty and (atype[i], atype[j]) in excluded:
            rows[k] = 0.0
    return rows, sw


def _row(d: Any, rows: Any, center: int) -> Any:
    blocks = np.repeat(np.arange(d.ntypes), d.sel)
    if not d.options.type_one_side and center < 0:
        return np.zeros(d.dim_out)
    g = np.array([_net(d, center, b)(e[:1]) for b, e in zip(blocks, rows, strict=True)])
    if rows.shape[1] == 1:
        return g.sum(axis=0) / (5.0 * d.nnei)
    a = sum(np.outer(x, row) for x, row in zip(g, rows, strict=True)) / d.nnei
    return np.array([a[m] @ a[n] for m in range(len(a)) for n in range(d.options.axis_neuron)])


def _net(d: Any, center: int, neighbor: int) -> Any:
    return d.embeddings[(neighbor,) if d.options.type_one_side else (center, neighbor)]
