"""Systems from folders and HDF5 groups: opened, read whole, and found below a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from refdp.errors import unexpected
from refdp.io.dataset.data import DataSet
from refdp.io.dataset.folder import FolderStore
from refdp.io.dataset.hdf5 import GroupStore, is_hdf5, systems_inside
from refdp.io.dataset.sets import TYPES, FrameSet, open_set
from refdp.io.dataset.store import Store, in_words, problem
from refdp.system import System

__all__ = ["find_systems", "has_aparam", "load_system", "open_data"]

MOST_NAMED = 8
EXPECTED = (
    "the folder of a system (with `type.raw` and `set.*`), or an HDF5 file and group, `file.hdf5#/group`"
)


def open_data(
    path: str | os.PathLike[str], type_map: Sequence[str] | None = None, aparam_as_mask: bool = False
) -> DataSet:
    """Open a system in DeePMD-kit's npy layout; only the headers of its files are read.

    Parameters
    ----------
    path
        The folder of the system, or a group in an HDF5 file, `water.hdf5#/bulk`.
    type_map
        The names that type numbers are to refer to, those of a model for instance; species are matched by
        name where the system has names. The system's own if None.
    aparam_as_mask
        Whether `set.*/aparam.npy`, `(nf, natoms)`, is a mask: 1 for real atoms, 0 for virtual ones.

    Raises
    ------
    InputError
        If a file is missing, broken, or does not go with the others; the message names the file.
    """
    with in_words(path, EXPECTED):
        return _open(_store(path), type_map, aparam_as_mask)


def _open(store: Store, type_map: Sequence[str] | None, aparam_as_mask: bool) -> DataSet:
    types = store.integers("type.raw")
    types.setflags(write=False)
    names = tuple(store.words("type_map.raw")) if store.has("type_map.raw") else None
    sets = _sets(store, len(types))
    mixed = _mixed(sets)
    if mixed and names is None and type_map is None:
        raise problem(
            store.place("type_map.raw"), "names of the types, which differ by frame", "no such file"
        )
    wanted = None if type_map is None else tuple(type_map)
    periodic = not store.has("nopbc")
    return DataSet(store.name, types, names, periodic, mixed, sets, wanted, aparam_as_mask)


def load_system(path: str | os.PathLike[str], aparam_as_mask: bool = False) -> System:
    """Read all frames of one system in DeePMD-kit's npy layout; `open_data` reads them as they are wanted.

    Parameters
    ----------
    path
        The folder of the system, or a group in an HDF5 file, `water.hdf5#/bulk`.
    aparam_as_mask
        Whether `set.*/aparam.npy`, `(nf, natoms)`, is read as the mask: 1 for real atoms, 0 for virtual ones,
        numbers of any kind. Otherwise the numbers, whatever they are, are left alone: all atoms are real.

    Raises
    ------
    InputError
        If a file is missing or cannot be used; the message names the file.
    """
    return open_data(path, aparam_as_mask=aparam_as_mask).system()


def has_aparam(path: str | os.PathLike[str]) -> bool:
    """Tell whether a system in DeePMD-kit's npy layout has atomic parameters, in any of its sets.

    Raises
    ------
    InputError
        It cannot be opened, see `open_data`.
    """
    return "aparam" in open_data(path).labels


def find_systems(path: str | os.PathLike[str]) -> list[str]:
    """Return all systems at or below a folder or in an HDF5 file, as `open_data` takes them, sorted by name.

    A system is where there is a `type.raw`; one may lie inside another.

    Raises
    ------
    InputError
        There is none.
    """
    here = Path(path)
    expected = "a folder or an HDF5 file with systems (with `type.raw`) in it"
    with in_words(path, expected):
        if here.is_dir():
            found = sorted(str(file.parent) for file in here.rglob("type.raw"))
        else:
            found = systems_inside(*_split(here))
    if not found:
        raise unexpected("path", str(path), expected)
    return found


def _store(path: str | os.PathLike[str]) -> Store:
    folder = Path(path)
    if folder.is_dir():
        return FolderStore(folder)
    store = GroupStore(*_split(folder))
    if not store.has("type.raw") and (inside := systems_inside(*_split(folder))):
        more = f" and {len(inside) - MOST_NAMED} more" if len(inside) > MOST_NAMED else ""
        expected = f"a group that is a system: {', '.join(inside[:MOST_NAMED])}{more}"
        raise unexpected("path", str(path), expected)
    return store


def _split(path: Path) -> tuple[Path, str]:
    """Return the HDF5 file and the group that `file.hdf5#/group` means."""
    file, _, group = str(path).partition("#")
    if not Path(file).is_file() or not is_hdf5(Path(file)):
        raise unexpected("path", str(path), EXPECTED)
    return Path(file), group


def _sets(store: Store, natoms: int) -> tuple[FrameSet, ...]:
    names = store.sets()
    if not names:
        raise problem(store.name, "a folder `set.*` with `coord.npy`", "none")
    sets = tuple(open_set(store, name, natoms, not store.has("nopbc")) for name in names)
    _check_alike(sets)
    return sets


def _check_alike(sets: Sequence[FrameSet]) -> None:
    """Refuse sets whose labels of one name are not of one shape."""
    first = {name: each for one in reversed(sets) for name, each in one.columns.items()}
    for one in sets:
        for name, each in one.columns.items():
            if each.shape != first[name].shape:
                expected = f"{first[name].shape} numbers a frame, as in {first[name].table.name}"
                raise problem(each.table.name, expected, str(each.shape))


def _mixed(sets: Sequence[FrameSet]) -> bool:
    with_types = [each for each in sets if TYPES in each.columns]
    if with_types and len(with_types) < len(sets):
        without = next(each for each in sets if TYPES not in each.columns)
        expected = f"types of each frame, as {with_types[0].name} has them"
        raise problem(f"{without.name}/{TYPES}.npy", expected, "No such file")
    return bool(with_types)
