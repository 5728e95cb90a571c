"""DeePMD-kit's npy layout of one system: type.raw, type_map.raw, nopbc and folders set.*."""

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

__all__ = ["load_system", "save_system"]


def load_system(path: str | os.PathLike[str]) -> System:
    """Read one system in DeePMD-kit's npy layout.

    `type.raw` has a type number an atom, `type_map.raw` (optional) a name a type, `nopbc` (optional, empty)
    says that there is no cell. Frames stand in `set.*/coord.npy`, `(nf, natoms * 3)`, and `set.*/box.npy`,
    `(nf, 9)`, both in angstrom; sets are joined in the order of their names.

    Parameters
    ----------
    path
        The folder of the system.

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
    try:
        return System(np.concatenate(coords), types, cells, type_map=type_map)
    except InputError as error:
        message = f"{folder}: {error}"
        raise InputError(message) from error


def save_system(path: str | os.PathLike[str], system: System) -> None:
    """Write a system in DeePMD-kit's npy layout, float64, as one set; the whole folder appears at once.

    Parameters
    ----------
    path
        The folder to make; it must not exist yet, or be empty.
    system
        The atoms. The layout has one line of types for all frames and no mask, so the types must be the same
        in all frames and no atom may be masked.

    Raises
    ------
    InputError
        If the layout cannot hold the system, or something is at `path` already.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise unexpected("path", str(folder), "a folder that does not exist yet, or an empty one")
    if not system.mask.all():
        raise unexpected("system", system, "no masked atoms: the npy layout has no place for a mask")
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
    _write_lines(folder / "type.raw", system.types[0].tolist())
    if system.type_map is not None:
        _write_lines(folder / "type_map.raw", system.type_map)


def _write_lines(file: Path, values: Iterable[object]) -> None:
    file.write_text("".join(f"{value}\n" for value in values), encoding="utf-8")


def _cells(folder: Path, coords: NDArray[np.float64]) -> NDArray[np.float64]:
    cells = _rows(folder / "box.npy", 9)
    if len(cells) != len(coords):
        raise _problem(folder / "box.npy", f"one cell for each of {len(coords)} frames", str(len(cells)))
    return cells


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


def _rows(file: Path, width: int) -> NDArray[np.float64]:
    """Read frames of `width` numbers each; files with `(nf, natoms, 3)` or `(nf, 3, 3)` are read as well."""
    expected = "an npy file of real numbers"
    try:
        array = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _problem(file, expected, str(error)) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        raise _problem(file, expected, f"one of {getattr(array, 'dtype', type(array).__name__)}")
    if array.ndim < 2 or int(np.prod(array.shape[1:])) != width:
        raise _problem(file, f"the shape (nf, {width})", str(array.shape))
    return np.asarray(array, dtype=np.float64).reshape(len(array), width)


def _problem(file: Path, expected: str, got: str) -> InputError:
    message = f"{file}: expected {expected}, got {got}"
    return InputError(message)
