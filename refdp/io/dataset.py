"""DeePMD-kit's npy layout of one system: type.raw, type_map.raw, nopbc and folders set.*, perhaps a mask."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, unexpected
from refdp.system import System

__all__ = ["has_aparam", "load_system", "save_system"]


def load_system(path: str | os.PathLike[str], aparam_as_mask: bool = False) -> System:
    """Read one system in DeePMD-kit's npy layout.

    `type.raw` has a type number an atom, `type_map.raw` (optional) a name a type, `nopbc` (optional, empty)
    says that there is no cell. Frames stand in `set.*/coord.npy`, `(nf, natoms * 3)`, and `set.*/box.npy`,
    `(nf, 9)`, both in angstrom; sets are joined in the order of their names.

    Parameters
    ----------
    path
        The folder of the system.
    aparam_as_mask
        Whether `set.*/aparam.npy`, `(nf, natoms)`, is read as the mask: 1 for real atoms, 0 for virtual ones,
        numbers of any kind. Otherwise the file, which may hold anything, is left alone: all atoms are real.

    Raises
    ------
    InputError
        If a file is missing or cannot be used; the message names the file.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise unexpected("path", str(folder), "the folder of a system (with `type.raw` and `set.*`)")
    types = _types(folder / "type.raw")
    sets = sorted(each for each in folder.glob("set.*") if each.is_dir())
    if not sets:
        raise _problem(folder, "a folder `set.*` with `coord.npy`", "none")
    names = folder / "type_map.raw"
    type_map = _text(names).split() if names.exists() else None
    rows = [_rows(each / "coord.npy", 3 * types.size) for each in sets]
    coords = [each.reshape(len(each), types.size, 3) for each in rows]
    cells = None if (folder / "nopbc").exists() else np.concatenate(list(map(_cells, sets, coords)))
    mask = np.concatenate(list(map(_mask, sets, coords))) if aparam_as_mask else None
    try:
        return System(np.concatenate(coords), types, cells, mask, type_map)
    except InputError as error:
        message = f"{folder}: {error}"
        raise InputError(message) from error


def has_aparam(path: str | os.PathLike[str]) -> bool:
    """Tell whether a system in DeePMD-kit's npy layout has atomic parameters, in any of its sets."""
    return any(Path(path).glob("set.*/aparam.npy"))


def save_system(path: str | os.PathLike[str], system: System) -> None:
    """Write a system in DeePMD-kit's npy layout, float64, as one set; the whole folder appears at once.

    Parameters
    ----------
    path
        The folder to make; it must not exist yet, or be empty.
    system
        The atoms. The layout has one line of types for all frames, so the types must be the same in all of
        them. Where atoms are masked the mask is written as `aparam.npy`, which `load_system` reads back with
        `aparam_as_mask=True`.

    Raises
    ------
    InputError
        If the layout cannot hold the system, or something is at `path` already.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise unexpected("path", str(folder), "a folder that does not exist yet, or an empty one")
    if system.nf == 0 or (system.types != system.types[0]).any():
        raise unexpected("system", system, "one line of types for all frames, of which there is at least one")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(beside, system)
        # mkdtemp keeps others out; a data set is to be read by them.
        beside.chmod(0o755)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _write(folder: Path, system: System) -> None:
    frames = folder / "set.000"
    frames.mkdir()
    np.save(frames / "coord.npy", system.coords.reshape(system.nf, -1))
    if system.cell is None:
        (folder / "nopbc").touch()
    else:
        np.save(frames / "box.npy", system.cell.reshape(-1, 9))
    if not system.mask.all():
        np.save(frames / "aparam.npy", system.mask.astype(np.int64))
    _write_lines(folder / "type.raw", system.types[0].tolist())
    if system.type_map is not None:
        _write_lines(folder / "type_map.raw", system.type_map)


def _write_lines(file: Path, values: Iterable[object]) -> None:
    file.write_text("".join(f"{value}\n" for value in values), encoding="utf-8")


def _cells(folder: Path, coords: NDArray[np.float64]) -> NDArray[np.float64]:
    cells = _rows(folder / "box.npy", 9)
    if len(cells) != len(coords):
        raise _problem(folder / "box.npy", f"one cell for each of {len(coords)} frames", str(len(cells)))
    zeros = np.flatnonzero(~cells.any(axis=1))
    if zeros.size:
        expected = "cells, or beside `type.raw` the empty file `nopbc`"
        raise _problem(folder / "box.npy", expected, f"zeros in frame {zeros[0]}")
    return cells


def _mask(folder: Path, coords: NDArray[np.float64]) -> NDArray[np.bool_]:
    file = folder / "aparam.npy"
    mask = _rows(file, coords.shape[1], "biuf")
    if len(mask) != len(coords):
        raise _problem(file, f"one row for each of {len(coords)} frames", str(len(mask)))
    bad = np.argwhere((mask != 0) & (mask != 1))
    if bad.size:
        frame, atom = bad[0]
        got = f"{mask[frame, atom]} in frame {frame}, atom {atom}"
        raise _problem(file, "a mask, 1 for a real atom and 0 for a virtual one", got)
    return mask.astype(np.bool_)


def _types(file: Path) -> NDArray[np.int64]:
    tokens = _text(file).split()
    try:
        return np.asarray([int(token) for token in tokens], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise _problem(file, "one integer an atom", str(error)) from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise _problem(file, "a text file", str(error)) from error


def _rows(file: Path, width: int, kinds: str = "fiu") -> NDArray[np.float64]:
    """Read frames of `width` numbers each; files with `(nf, natoms, 3)` or `(nf, 3, 3)` are read as well."""
    expected = "an npy file of real numbers"
    try:
        array = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _problem(file, expected, str(error)) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in kinds:
        raise _problem(file, expected, f"one of {getattr(array, 'dtype', type(array).__name__)}")
    if array.ndim < 2 or int(np.prod(array.shape[1:])) != width:
        raise _problem(file, f"the shape (nf, {width})", str(array.shape))
    return np.asarray(array, dtype=np.float64).reshape(len(array), width)


def _problem(file: Path, expected: str, got: str) -> InputError:
    message = f"{file}: expected {expected}, got {got}"
    return InputError(message)
