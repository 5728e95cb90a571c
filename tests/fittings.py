"""What the tests of fitting nets share: small ones with random arrays, inputs, and the formulas as loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from refdp.models.base import Conditions
from refdp.models.fittings import fitting_options

__all__ = ["KINDS", "NAMED", "descriptors", "fitting", "loops", "randomized", "share"]

KINDS = ("ener", "dipole", "polar", "dos", "property", "invar")
NAMED: dict[str, dict[str, Any]] = {
    "dos": {"numb_dos": 3},
    "property": {"task_dim": 2, "property_name": "band_gap"},
    "invar": {"dim_out": 2, "var_name": "charge"},
}
NTYPES, DIM, M1 = 3, 5, 4


def fitting(kind: str = "ener", *, mixed: bool = False, exclude: Any = (), **options: Any) -> Any:
    """Return a small fitting net of three types for descriptors of width 5, all its arrays random."""
    section = {"type": kind, "neuron": [5, 10], "seed": 11, **NAMED.get(kind, {}), **options}
    cls, read = fitting_options(section)
    made = cls.initial(
        read, ntypes=NTYPES, dim_descrpt=DIM, embedding_width=M1, mixed_types=mixed, exclude_types=exclude
    )
    return randomized(made)


def randomized(made: Any, seed: int = 0) -> Any:
    """Return the fitting net with random numbers in all arrays but the weights."""
    rng = np.random.default_rng(seed)
    names = ["bias_atom_e", "case_embd", "scale", "constant_matrix"]
    names += [f"{p}param_{part}" for p in "fa" for part in ("avg", "inv_std")]
    old = {name: getattr(made, name, None) for name in names}
    new = {name: rng.normal(size=x.shape).astype(x.dtype) for name, x in old.items() if x is not None}
    return replace(made, **new)


def descriptors(made: Any, seed: int = 1, nf: int = 2, nloc: int = 6) -> tuple[Any, Any, Any, Conditions]:
    """Return `descriptor, rot_mat, types` and conditions; the last atom is virtual."""
    rng = np.random.default_rng(seed)
    types = rng.integers(0, made.ntypes, (nf, nloc))
    types[:, -1] = -1
    d, g = rng.normal(size=(nf, nloc, made.dim_descrpt)), rng.normal(size=(nf, nloc, M1, 3))
    fparam = rng.normal(size=(nf, made.numb_fparam)) if made.numb_fparam else None
    aparam = rng.normal(size=(nf, nloc, made.numb_aparam)) if made.numb_aparam else None
    return d, g, types, Conditions(fparam, aparam)


def share(made: Any, seed: int = 1) -> Any:
    """Return the shares of random atoms."""
    return made.atomic(*descriptors(made, seed))


def loops(made: Any, d: Any, g: Any, types: Any, conditions: Conditions) -> Any:
    """Return the same a second time, atom by atom, from the formulas."""
    out = np.zeros((*types.shape, *made.quantity.shape))
    for f, i in np.ndindex(types.shape):
        if types[f, i] >= 0:
            z = _input(made, d[f, i], conditions, f, i)
            out[f, i] = _share(made, _output(made, z, int(types[f, i])), g[f, i], int(types[f, i]))
    return out


def _input(made: Any, d: Any, conditions: Conditions, f: int, i: int) -> Any:
    o, parts = made.options, [d]
    if o.numb_fparam:
        given = o.default_fparam if conditions.fparam is None else conditions.fparam[f]
        parts.append((np.array(given) - made.fparam_avg) * made.fparam_inv_std)
    if o.numb_aparam and not getattr(o, "use_aparam_as_mask", False):
        parts.append((conditions.aparam[f, i] - made.aparam_avg) * made.aparam_inv_std)
    return np.concatenate([*parts, *([made.case_embd] if o.dim_case_embd else [])])


def _output(made: Any, z: Any, t: int) -> Any:
    if t in made.exclude_types:
        return np.zeros(made.bias_atom_e.shape[1])
    net = made.nets.networks[0 if made.mixed_types else t]
    given = list(getattr(made.options, "atom_ener", None) or [])
    some = any(x is not None for x in given)
    listed = not made.mixed_types and t < len(given)
    y = _net(net, z) + made.bias_atom_e[t]
    if some and not (listed and given[t] is None):
        y = y - _net(net, np.concatenate([np.zeros(made.dim_descrpt), z[made.dim_descrpt :]]))
    return y


def _net(net: Any, x: Any) -> Any:
    for layer in net.layers:
        y = x @ layer.w + layer.b
        y = np.tanh(y) if layer.activation_function == "tanh" else y
        y = y if layer.idt is None else y * layer.idt
        repeats, rest = divmod(y.size, x.size)
        x = y + np.tile(x, repeats) if layer.resnet and rest == 0 and repeats in (1, 2) else y
    return x


def _share(made: Any, y: Any, g: Any, t: int) -> Any:
    if made.written_name == "dipole":
        return sum(c * row for c, row in zip(y, g, strict=True))
    if made.written_name != "polar":
        return y if made.quantity.shape else y[0]
    c = made.scale[t] * y
    matrix = np.diag(c) if made.options.fit_diag else (c.reshape(M1, M1) + c.reshape(M1, M1).T) / 2
    constant = made.scale[t] * made.constant_matrix[t] if made.options.shift_diag else 0.0
    return g.T @ matrix @ g + constant * np.eye(3)
