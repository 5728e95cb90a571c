"""se_atten and se_atten_v2 a second time: loops over atoms, slots and pairs of slots, from the formulas.

Invariants of the moments come from Legendre polynomials of the angle between two neighbours, and never from
solid harmonics: the addition theorem stands between this file and `refdp`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legval

__all__ = ["describe"]


def describe(d: Any, coord: Any, atype: Any, nlist: Any) -> dict[str, Any]:
    """Return all named steps but `B`, then `D`, `rot_mat` and `sw`, each `(nf, nloc, ...)`."""
    nf, nloc, _ = nlist.shape
    centers = [[_center(d, coord[f], atype[f], i, nlist[f, i]) for i in range(nloc)] for f in range(nf)]
    names = centers[0][0]
    steps = {name: np.array([[c[name] for c in frame] for frame in centers]) for name in names}
    return {"T": type_table(d.type_embedding)} | steps


def type_table(embedding: Any) -> Any:
    """Return the table of type vectors, its zero row last."""
    (layer,) = embedding.net.layers
    rows = []
    for y in embedding.inputs:
        row = y @ layer.w + (0.0 if layer.b is None else layer.b)
        n_in, n_out = layer.w.shape
        row = row + y if n_out == n_in else row + np.concatenate([y, y]) if n_out == 2 * n_in else row
        rows.append(row)
    return np.array([*rows, np.zeros(layer.w.shape[1])])


def _center(d: Any, coord: Any, atype: Any, i: int, slots: Any) -> dict[str, Any]:
    o, steps = d.options, _rows(d, coord, atype, i, slots)
    table = type_table(d.type_embedding)
    row = _slot_types(d, atype, slots, steps["real"])
    center = table[atype[i]] if atype[i] >= 0 else table[-1]
    around = table[np.where(row >= 0, row, len(table) - 1)]
    steps |= _embedding(d, steps, around, center)
    g = steps["G0"]
    for number, layer in enumerate(d.attention_layers, start=1):
        logits, weights, g = _attention(layer, g, steps)
        steps |= {f"Lambda{number}": logits, f"A{number}": weights, f"G{number}": g}
    moments = sum(np.outer(x, e) for x, e in zip(g, steps["E"], strict=True)) / len(slots)
    product = _kernel(d, steps)
    out = g.T @ product @ g[:, : o.axis_neuron] / len(slots) ** 2
    out = np.concatenate([out.ravel(), center]) if o.concat_output_tebd else out.ravel()
    return steps | {"M": moments, "D": out, "rot_mat": moments[:, 1:], "sw": steps["sw"][:, None]}


def _slot_types(d: Any, atype: Any, slots: Any, real: Any) -> Any:
    if d.options.smooth_form == "tensorflow":
        return np.array([atype[j] if j >= 0 else -1 for j in slots])
    return np.array([atype[j] if m else atype[0] for j, m in zip(slots, real, strict=True)])


def _rows(d: Any, coord: Any, atype: Any, i: int, slots: Any) -> dict[str, Any]:
    o, n = d.options, len(slots)
    r, w, real, raw, e = np.ones(n), np.zeros(n), np.zeros(n, bool), np.zeros((n, 4)), np.zeros((n, 4))
    excluded = {pair for a, b in o.exclude_types for pair in ((a, b), (b, a))}
    length, direction = np.ones(n), np.zeros((n, 3))
    for k, j in enumerate(slots):
        gone = j >= 0 and (atype[i], atype[j]) in excluded
        if j >= 0 and atype[j] >= 0:
            x = coord[j] - coord[i]
            r[k] = math.sqrt(math.fsum(c * c for c in x))
            u = min(max((r[k] - o.rcut_smth) / (o.rcut - o.rcut_smth), 0.0), 1.0)
            w[k] = u**2 * u * (-6 * u**2 + 15 * u - 10) + 1
            length[k] = r[k] + o.env_protection
            direction[k] = x / length[k]
            raw[k] = np.array([1.0, *direction[k]]) * w[k] / length[k]
            real[k] = not gone
        if not gone:
            e[k] = (raw[k] - d.davg[atype[i], k]) / d.dstd[atype[i], k] if atype[i] >= 0 else raw[k]
        elif o.smooth_form == "tensorflow" and atype[i] >= 0:
            e[k] = d.davg[atype[i], 0, 0]
    sw = w * real
    width = d.dstd[atype[i], :, 0] if atype[i] >= 0 else np.ones(n)
    steps = {"r": r, "w": w, "R": raw, "E": e, "real": real, "sw": sw, "s": _fade(o, r, sw)}
    return steps | {"direction": direction, "amplitude": sw / (length * width)}


def _fade(o: Any, r: Any, sw: Any) -> Any:
    if o.smooth_form == "switch":
        return sw
    return np.array([1.0 - (1.0 - min(o.rcut_smth * x / y, 1.0)) ** 3 for x, y in zip(sw, r, strict=True)])


def _embedding(d: Any, steps: Any, around: Any, center: Any) -> dict[str, Any]:
    o = d.options
    types = [np.array(t if o.type_one_side else [*t, *center]) for t in around]
    net, x = d.embeddings[()], steps["E"][:, 0]
    if not o.strip:
        return {"G0": np.array([net(np.array([a, *t])) for a, t in zip(x, types, strict=True)])}
    g = np.array([net(np.array([a])) for a in x])
    fade = steps["s"] if o.smooth else np.ones(len(x))
    t = np.array([d.embeddings_strip[()](y) * c for y, c in zip(types, fade, strict=True)])
    return {"g": g, "t": t, "G0": g * (1.0 + t)}


def _attention(layer: Any, g: Any, steps: Any) -> tuple[Any, Any, Any]:
    o, n, hidden = layer.settings, len(g), layer.out_proj.w.shape[0]
    real, s = steps["real"], steps["s"]
    z = g @ layer.in_proj.w + layer.in_proj.b
    q, k, v = (z[:, m * hidden : (m + 1) * hidden] for m in range(3))
    if o.normalize:
        q, k, v = (np.array([y / max(np.linalg.norm(y), 1e-12) for y in x]) for x in (q, k, v))
    alpha = o.temperature if o.temperature is not None else 1.0 / math.sqrt(hidden * o.scaling_factor)
    u = [row[1:] / max(np.linalg.norm(row[1:]), 1e-12) for row in steps["E"]]
    logits = np.array([[alpha * (q[a] @ k[b]) for b in range(n)] for a in range(n)])
    weights = np.zeros((n, n))
    for a in np.flatnonzero(real):
        if o.smooth:
            terms = np.array([math.exp((logits[a, b] + 20.0) * s[a] * s[b] - 20.0) for b in range(n)])
            weights[a] = terms / math.fsum(terms) * s[a] * s
        else:
            terms = np.array([math.exp(logits[a, b]) if real[b] else 0.0 for b in range(n)])
            weights[a] = terms / math.fsum(terms)
        for b in range(n):
            weights[a, b] *= u[a] @ u[b] if o.dotr else 1.0
            weights[a, b] *= 0.0 if o.do_mask and a == b else 1.0
    y = g + (weights @ v) @ layer.out_proj.w + layer.out_proj.b
    return logits, weights, np.array([_norm(layer.norm, row) for row in y])


def _norm(norm: Any, y: Any) -> Any:
    mean = math.fsum(y) / len(y)
    variance = math.fsum((x - mean) ** 2 for x in y) / len(y)
    return norm.w * (y - mean) / math.sqrt(variance + norm.eps) + norm.b


def _kernel(d: Any, steps: Any) -> Any:
    """Return, for two slots, the product of their rows: of `E`, and for each degree a Legendre polynomial."""
    e, x, a = steps["E"], steps["direction"], steps["amplitude"]
    product = e @ e.T
    for degree in range(2, d.options.lmax + 1):
        for j, k in np.ndindex(product.shape):
            lengths = np.linalg.norm(x[j]) * np.linalg.norm(x[k])
            cosine = 0.0 if lengths == 0.0 else x[j] @ x[k] / lengths
            gain = d.degree_gain_raw[degree - 2] ** 2 * lengths**degree
            product[j, k] += gain * a[j] * a[k] * legval(cosine, np.eye(degree + 1)[degree])
    return product
