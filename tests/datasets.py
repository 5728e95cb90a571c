"""What the tests of data sets share: a small folder with every label, written by hand, and broken copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["REAL", "TYPES", "arrays", "make", "to_hdf5"]

ROOT = Path(__file__).parents[1]
# Data that are not part of the repository stand beside it, or in it.
REAL = [
    path for folder in (ROOT / "shared", ROOT.parent / "shared") for path in (folder / "data").glob("*/*_*")
]
TYPES = (1, 0, 1)
CELL = np.asarray([[4.0, 0, 0], [1, 5, 0], [0, 1, 6]])


def arrays(nf: int, seed: int = 0, natoms: int = 3) -> dict[str, Any]:
    """Return every quantity that a set may have, flat as in its file."""
    rng = np.random.default_rng(seed)
    widths = {"coord": 3 * natoms, "force": 3 * natoms, "virial": 9, "atom_ener": natoms, "atom_pref": natoms}
    widths |= {"atom_ener_coeff": natoms, "hessian": 9 * natoms**2, "fparam": 2, "aparam": 2 * natoms}
    widths |= {
        "drdq": 6 * natoms,
        "dipole": 3,
        "polarizability": 9,
        "atomic_dipole": 3 * natoms,
        "dos": 5,
        "gap": 1,
    }
    made = {name: rng.normal(size=(nf, width)) for name, width in widths.items()}
    made |= {"energy": rng.normal(size=nf), "numb_copy": rng.integers(1, 4, size=nf)}
    return made | {"box": (CELL * rng.uniform(1.0, 2.0, (nf, 1, 1))).reshape(nf, 9)}


def make(folder: Path, sets: tuple[int, ...] = (3, 2), names: str | None = "O H", **other: Any) -> Path:
    """Write a system of three atoms; `other` arrays, functions of the number of frames, replace or add."""
    folder.mkdir(parents=True)
    (folder / "type.raw").write_text("".join(f"{kind}\n" for kind in TYPES))
    if names is not None:
        (folder / "type_map.raw").write_text(names)
    for k, nf in enumerate(sets):
        place = folder / f"set.{k:03d}"
        place.mkdir()
        for name, values in (arrays(nf, k) | {name: make(nf) for name, make in other.items()}).items():
            np.save(place / f"{name}.npy", values)
    return folder


def to_hdf5(folder: Path, file: Path, group: str) -> str:
    """Copy a system into an HDF5 file as dpdata does; return what DeePMD-kit calls it."""
    import h5py

    with h5py.File(file, "a") as root:
        into = root.require_group(group)
        into["type.raw"] = np.loadtxt(folder / "type.raw", dtype=int, ndmin=1)
        if (folder / "type_map.raw").exists():
            into["type_map.raw"] = np.asarray((folder / "type_map.raw").read_text().split(), dtype="S")
        if (folder / "nopbc").exists():
            into["nopbc"] = True
        for path in sorted(folder.glob("set.*/*.npy")):
            into[f"{path.parent.name}/{path.name}"] = np.load(path)
    return f"{file}#/{group}"
