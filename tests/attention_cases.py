"""Small descriptors of the se_atten family and the arguments of their `call`, for several test files."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

import refdp
from refdp.errors import SelOverflowWarning
from refdp.neighbors import extend, neighbor_list
from tests.helpers import with_random_statistics

__all__ = ["SMALL", "mixed_arguments", "se_atten", "with_random_norms"]

SMALL: dict[str, Any] = {
    "rcut": 4.0,
    "rcut_smth": 1.0,
    "sel": 7,
    "neuron": [2, 4, 8],
    "axis_neuron": 3,
    "tebd_dim": 3,
    "attn": 5,
    "attn_layer": 2,
    "seed": 11,
    "type_map": ["O", "H"],
}


def se_atten(name: str = "se_atten", *, statistics: bool = True, **options: Any) -> Any:
    """Return a small descriptor of two types; by default, statistics and layer norms are random, too."""
    made = refdp.from_config({"type": name} | SMALL | options)
    return with_random_norms(with_random_statistics(made, 3)) if statistics else made


def with_random_norms(descriptor: Any, seed: int = 5) -> Any:
    """Return the descriptor with scale and shift of its layer norms unlike 1 and 0."""
    rng = np.random.default_rng(seed)
    layers = []
    for layer in descriptor.attention_layers:
        ng, dtype = layer.norm.w.shape[0], layer.norm.w.dtype
        w, b = rng.normal(size=(2, ng)).astype(dtype)
        layers.append(replace(layer, norm=replace(layer.norm, w=w, b=b)))
    return replace(descriptor, attention_layers=tuple(layers))


def mixed_arguments(descriptor: Any, system: refdp.System, seed: int | None = None) -> tuple[Any, Any, Any]:
    """Return `coord_ext, atype_ext, nlist` of a system, types mixed; with a seed, slots in random order."""
    extended = extend(system, descriptor.rcut)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        nlist = neighbor_list(extended, system.natoms, descriptor.rcut, descriptor.sel, mixed_types=True)
    if seed is not None:
        nlist = nlist[..., np.random.default_rng(seed).permutation(nlist.shape[-1])]
    return extended.coord_ext, extended.atype_ext, nlist
