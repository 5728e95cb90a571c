"""What the tests of se_a_mask share: small descriptors, molecules with virtual atoms, files of numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

import refdp
from refdp.blocks import find_neighbors
from refdp.certification import budget
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from refdp.species import match_types

__all__ = [
    "ENVIRONMENTS",
    "GOLDEN",
    "OWN",
    "ROOT",
    "ZINC",
    "allowed",
    "call_arguments",
    "descriptor",
    "golden",
    "molecule",
]

ROOT = Path(__file__).parents[1]
# Data that are not part of the repository stand beside it, or in it.
BESIDE = (ROOT / "shared", ROOT.parent / "shared")
OWN = sorted((ROOT / "tests" / "data" / "se_a_mask").glob("*.npz"))
GOLDEN = [*OWN, *(path for folder in BESIDE for path in sorted((folder / "golden").glob("se_a_mask_*.npz")))]
ENVIRONMENTS = [path for path in GOLDEN if "env_mat.npy" in ZipFile(path).namelist()]
ZINC = [path for folder in BESIDE for path in sorted((folder / "data" / "zinc_protein").glob("*_dp_mask"))]


def descriptor(**options: Any) -> Any:
    """Return a small descriptor of three types with random weights."""
    section = {"type": "se_a_mask", "sel": [5, 4, 3], "neuron": [4, 8], "axis_neuron": 3, "seed": 11}
    return refdp.from_config(section | options)


def molecule(seed: int = 0, nf: int = 2) -> refdp.System:
    """Return eight atoms of three types in no order, at least half an angstrom apart, two of them masked."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(3)] * 3), axis=-1).reshape(-1, 3)
    frames = [1.3 * rng.permutation(grid)[:8] + rng.uniform(-0.4, 0.4, (8, 3)) for _ in range(nf)]
    return refdp.System(np.array(frames), [2, 0, 1, 0, 2, 1, 0, 1], mask=[1, 1, 0, 1, 1, 1, 0, 1])


def call_arguments(d: Any, system: refdp.System) -> tuple[Any, Any, Any, Any]:
    """Return `coord_ext, atype_ext, nlist, mapping` where everybody sees everybody."""
    (coord, atype, mapping), nlist = find_neighbors(d, match_types(d, system))
    return coord, atype, nlist, mapping


def allowed(d: Any, system: refdp.System) -> Any:
    """Return what rounding may do to descriptor and `rot_mat`, element by element."""
    return budget(d, *call_arguments(d, system))


def golden(path: Path) -> tuple[Any, refdp.System, dict[str, Any]]:
    """Return the descriptor, the system and all arrays of a file of DeePMD-kit's TensorFlow backend."""
    with np.load(path) as file:
        arrays = dict(file)
    section = {
        key: arrays[key].tolist()
        for key in (
            "sel",
            "neuron",
            "axis_neuron",
            "type_one_side",
            "resnet_dt",
            "activation_function",
            "exclude_types",
        )
    }
    d = refdp.from_config(section | {"type": "se_a_mask", "seed": 1})
    nets = NetworkCollection(d.embeddings.ndim, d.ntypes, tuple(_nets(d, arrays)))
    system = refdp.System(arrays["coord"], arrays["atype"], mask=arrays["aparam"])
    return refdp.SeAMask(d.options, nets), system, arrays


def _nets(d: Any, arrays: dict[str, Any]) -> Any:
    centers = ["all"] if d.options.type_one_side else range(d.ntypes)
    for neighbor in range(d.ntypes):
        for center in centers:
            prefix = f"emb.{center}.{neighbor}"
            # An excluded pair has no net there; here one whose numbers are never used.
            missing = d.embeddings.networks[0]
            yield _net(d.options, arrays, prefix) if f"{prefix}.0.w" in arrays else missing


def _net(options: Any, arrays: dict[str, Any], prefix: str) -> EmbeddingNet:
    layers = []
    for k in range(len(options.neuron)):
        w, b = arrays[f"{prefix}.{k}.w"], arrays[f"{prefix}.{k}.b"]
        # There every layer has a time step, and those with a skip connection use it.
        skips = w.shape[1] in (w.shape[0], 2 * w.shape[0])
        idt = arrays[f"{prefix}.{k}.idt"] if options.resnet_dt and skips else None
        layers.append(Layer(w, b, idt, options.activation_function, resnet=True))
    return EmbeddingNet(tuple(layers))
