# noqa: INP001 (a script, no part of a package)
"""Generate the golden data under tests/data: `python tools/make_golden.py` (some minutes).

The descriptors are run by the TensorFlow backend of DeePMD-kit, which this repository does not install::

    python -m venv tf && tf/bin/pip install 'deepmd-kit[cpu]==3.2.0'
    tf/bin/python tools/make_golden.py

Every number comes from a seed written here; tests/data/README.md lists files and keys. Files that exist
already are replaced.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from golden import se_a_mask, se_atten
from golden.graph import Inputs
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
SEED = 20240229
# Of which no pair lies within 0.09 angstrom of the cutoff, where the switch is a difference of equal numbers.
CLUSTERS, CRYSTALS = SEED + 268, SEED + 2896

MASKED: dict[str, dict[str, Any]] = {
    "one_sided": {"type_one_side": True},
    "one_sided_exclude_softplus": {
        "type_one_side": True,
        "neuron": [2, 4, 4],
        "resnet_dt": True,
        "activation_function": "softplus",
        "exclude_types": [[0, 2], [1, 1]],
    },
    "two_sided": {},
    "two_sided_dt": {"neuron": [4, 4, 8], "resnet_dt": True},
    "two_sided_dt_sigmoid": {"neuron": [3, 5], "resnet_dt": True, "activation_function": "sigmoid"},
    "two_sided_exclude": {"exclude_types": [[0, 1], [2, 2]], "axis_neuron": 2},
    "two_sided_exclude_all": {"exclude_types": [[1, 0], [1, 1], [1, 2]]},
}

STRIP, SMOOTH = {"tebd_input_mode": "strip"}, {"smooth_type_embedding": True}
CELL, RADIAL = {"cell": True, "sel": 16}, {"davg": "radial"}
PAIR = {"exclude_types": [[0, 1]]}
ATTENTION: dict[str, dict[str, Any]] = {
    "concat": CELL | {"resnet_dt": True, "neuron": [4, 8, 8]},
    "concat_attn0_davg": RADIAL | {"attn_layer": 0},
    "concat_exclude_davg": RADIAL | PAIR,
    "concat_one_side_davg": RADIAL | {"type_one_side": True, "activation_function": "gelu"},
    "concat_gate_floor": {"dstd": "wide"},
    "concat_mask": {"attn_mask": True},
    "concat_mask_no_dotr": CELL | {"attn_mask": True, "attn_dotr": False},
    "concat_smooth": SMOOTH | CELL,
    "concat_smooth_attn0": SMOOTH | {"attn_layer": 0},
    "concat_smooth_exclude": SMOOTH | PAIR,
    "concat_smooth_exclude_davg": SMOOTH | PAIR | RADIAL | {"type_one_side": True},
    "strip": STRIP | {"ln_eps": 1e-5},
    "strip_davg": STRIP | RADIAL | CELL,
    "strip_mask": STRIP | {"attn_mask": True, "type_one_side": True},
    "strip_smooth": STRIP | SMOOTH | {"neuron": [4, 8, 8], "resnet_dt": True},
    "strip_smooth_attn0": STRIP | SMOOTH | CELL | {"attn_layer": 0},
    "strip_smooth_davg": STRIP | SMOOTH | RADIAL,
    "strip_smooth_exclude": STRIP | SMOOTH | PAIR | CELL,
    "strip_smooth_exclude_davg": STRIP | SMOOTH | PAIR | RADIAL,
    "strip_smooth_exclude_davg_attn0": STRIP | SMOOTH | PAIR | RADIAL | {"attn_layer": 0},
}


def scattered(rng: np.random.Generator, natoms: int, edge: float) -> NDArray[np.float64]:
    """Return `(natoms, 3)` coordinates around the corners of a cube, none closer than half an edge."""
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), axis=-1).reshape(-1, 3)
    shift = rng.uniform(-0.25, 0.25, (natoms, 3))
    return edge * (rng.permutation(grid)[:natoms] + shift)


def masked_frames() -> Inputs:
    """Three frames of seven atoms: all real; four real, one virtual atom at the origin; one real."""
    rng = np.random.default_rng(SEED)
    coord = np.stack([scattered(rng, 7, 2.0) for _ in range(3)])
    aparam = np.array([[1] * 7, [1, 0, 1, 0, 1, 1, 0], [0, 0, 0, 0, 1, 0, 0]], np.int32)
    coord[1, 3] = 0.0
    return Inputs(coord, np.array([0, 0, 0, 1, 1, 2, 2], np.int32), aparam=aparam)


def clusters() -> Inputs:
    """Two frames of seven atoms without a cell: a pair nearer than `rcut_smth`; an isolated atom."""
    rng = np.random.default_rng(CLUSTERS)
    coord = np.stack([scattered(rng, 7, 2.4) for _ in range(2)])
    coord[0, 1] = coord[0, 0] + [0.6, 0.5, -0.3]
    coord[1, 6] = [30.0, 0.0, 0.0]
    return Inputs(coord, np.array([0, 0, 0, 1, 1, 1, 1], np.int32))


def crystals() -> Inputs:
    """Two frames of six atoms in triclinic cells."""
    rng = np.random.default_rng(CRYSTALS)
    box = 5.5 * np.eye(3) + rng.normal(scale=0.5, size=(2, 3, 3))
    coord = np.stack([scattered(rng, 6, 2.75) for _ in range(2)])
    return Inputs(coord, np.array([0, 0, 0, 1, 1, 1], np.int32), box)


def main() -> None:
    """Write all files."""
    for index, (name, options) in enumerate(MASKED.items()):
        save("se_a_mask", name, se_a_mask.make(masked_frames(), SEED + index, **options))
    for index, (name, options) in enumerate(ATTENTION.items()):
        changes = {key: x for key, x in options.items() if key != "cell"}
        inputs = crystals() if "cell" in options else clusters()
        save("se_atten", name, se_atten.make(inputs, SEED + index, **changes))


def save(folder: str, name: str, arrays: dict[str, NDArray[Any]]) -> None:
    """Write a file and say how large it is."""
    path = DATA / folder / f"{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
    print(f"{path.relative_to(DATA)}: {path.stat().st_size} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
