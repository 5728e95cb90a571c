"""What stands in the files of a set: the names of quantities, and the shape of one frame's numbers."""

from __future__ import annotations

from math import prod
from typing import Final

__all__ = ["DEFAULTS", "NOT_LABELS", "SHAPES", "canonical", "fixed_shape", "frame_shape"]

NATOMS: Final = "natoms"
SOME_ATOMS: Final = "selected atoms"
ANY: Final = "any"

# Of one frame. What is not listed has as many numbers as its file has in a row, for each atom or together.
SHAPES: dict[str, tuple[int | str, ...]] = {
    "coord": (NATOMS, 3),
    "box": (3, 3),
    "real_atom_types": (NATOMS,),
    "energy": (),
    "force": (NATOMS, 3),
    "virial": (3, 3),
    "atom_ener": (NATOMS,),
    "atom_ener_coeff": (NATOMS,),
    "atom_pref": (NATOMS,),
    "hessian": (NATOMS, 3, NATOMS, 3),
    "aparam": (NATOMS, ANY),
    "drdq": (NATOMS, 3, ANY),
    "dipole": (3,),
    "polarizability": (3, 3),
    "atom_dipole": (SOME_ATOMS, 3),
    "atom_polarizability": (SOME_ATOMS, 3, 3),
    "numb_copy": (),
}
NOT_LABELS = ("coord", "box", "real_atom_types")
# What stands for a label that is not there; zero for all others.
DEFAULTS = {"atom_ener_coeff": 1.0, "numb_copy": 1.0}


def canonical(name: str) -> str:
    """Return the one name of a quantity: `atomic_dipole` and `atom_dipole` are the same."""
    return f"atom_{name.removeprefix('atomic_')}" if name.startswith("atomic_") else name


def fixed_shape(name: str, natoms: int) -> tuple[int, ...] | None:
    """Return the shape of one frame's numbers where the name alone decides it, otherwise None."""
    pattern = SHAPES.get(name, (ANY,))
    if ANY in pattern:
        return None
    return tuple(natoms if isinstance(n, str) else n for n in pattern)


def frame_shape(name: str, natoms: int, width: int) -> tuple[int, ...] | None:
    """Return the shape of one frame's `width` numbers, or None where so many cannot be right.

    Parameters
    ----------
    name
        Of the quantity, in its canonical form.
    natoms
        How many atoms a frame has.
    width
        How many numbers a frame has in the file.
    """
    shared = name.startswith("atom_") and natoms > 0 and width % natoms == 0
    pattern = SHAPES.get(name, (NATOMS, ANY) if shared else (ANY,))
    known = prod({NATOMS: natoms}.get(n, 1) if isinstance(n, str) else n for n in pattern)
    rest = width // known if known else 0
    numbers = {NATOMS: natoms, SOME_ATOMS: rest, ANY: rest}
    shape = tuple(numbers[n] if isinstance(n, str) else n for n in pattern)
    if prod(shape) != width or (SOME_ATOMS in pattern and rest > natoms):
        return None
    return shape
