"""Files of every format that ASE reads: extended XYZ, POSCAR, CIF, trajectories, outputs of programs."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refdp.errors import InputError, unexpected
from refdp.io.ase_atoms import from_atoms, need_ase, to_atoms
from refdp.io.dataset.frames import Frames
from refdp.system import System, concatenate

__all__ = ["from_atoms", "read", "read_system", "to_atoms"]


def read(
    path: str | os.PathLike[str],
    index: str | int = ":",
    format: str | None = None,  # noqa: A002 (as in ase.io.read)
    type_map: Sequence[str] | None = None,
) -> list[Frames]:
    """Read a file that ASE can read: frames with the energies, forces and stresses that it holds.

    Parameters
    ----------
    path
        The file.
    index
        Which frames, as ASE writes it: `":"` for all, `-1` for the last, `"::10"` for every tenth.
    format
        ASE's name of the format; guessed from name and content if None.
    type_map
        Names that the type numbers refer to; all species in the order in which they come if None.

    Returns
    -------
    list of Frames
        One entry for each number of atoms, see `from_atoms`; `index` counts the frames that were read.

    Raises
    ------
    InputError
        The file is missing, ASE cannot read it, or `from_atoms` cannot use what it holds.
    UnsupportedError
        ASE is not installed.
    """
    file = Path(path)
    # ASE would look for names that are no files in data bases elsewhere.
    if not file.is_file():
        raise unexpected("path", str(path), "a file that ASE can read")
    atoms = _read(file, index, format)
    if not atoms:
        message = f"{path}: expected frames at index {index!r}, got none"
        raise InputError(message)
    try:
        return from_atoms(atoms, type_map)
    except InputError as error:
        message = f"{path}: {error}"
        raise InputError(message) from error


def read_system(
    path: str | os.PathLike[str], index: str | int = ":", type_map: Sequence[str] | None = None
) -> System:
    """Read the atoms of a file that ASE can read, all frames of which are alike.

    Parameters
    ----------
    path, index, type_map
        As in `read`.

    Raises
    ------
    InputError
        As in `read`, and where frames differ in number of atoms or periodicity.
    UnsupportedError
        ASE is not installed.
    """
    found = read(path, index, type_map=type_map)
    kinds = {(part.system.natoms, part.system.periodic) for part in found}
    if len(kinds) > 1:
        sizes = ", ".join(f"{n}{' periodic' if periodic else ''}" for n, periodic in sorted(kinds))
        expected = "frames of one number of atoms, with cells or without; an index chooses some of them"
        message = f"{path}: expected {expected}, got frames of {sizes}"
        raise InputError(message)
    return found[0].system if len(found) == 1 else _join(found)


def _read(file: Path, index: str | int, form: str | None) -> list[Any]:
    need_ase()
    import ase.io

    try:
        with warnings.catch_warnings():
            # Of what formats cannot say of atoms; what is needed is checked later.
            warnings.simplefilter("ignore")
            found = ase.io.read(file, index=index, format=form, do_not_split_by_at_sign=True)
    # Each of ASE's readers has its own ways to fail.
    except Exception as error:
        got = f"{type(error).__name__}: {error}"
        message = f"{file}: expected a file that ASE can read, with frames at index {index!r}, got {got:.300}"
        raise InputError(message) from error
    return found if isinstance(found, list) else [found]


def _join(parts: Sequence[Frames]) -> System:
    """Return frames that were apart because their labels differ in the order of the file."""
    order = np.argsort(np.concatenate([part.index for part in parts]))
    return concatenate([part.system for part in parts]).take(order)
