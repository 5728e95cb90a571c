"""A system as a group in an HDF5 file, which holds arrays by the names that files have in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, UnsupportedError
from refdp.io.dataset.store import LARGEST_INTEGER, LONGEST_TEXT, Store, Table, problem

__all__ = ["GroupStore", "Hdf5Table", "is_hdf5", "systems_inside"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
# What the library raises, depending on where a file is broken.
BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError)
# In bytes, of a text and of a number in memory; a file may hold many in few bytes.
WORD, NUMBER = 64, 8


@dataclass(frozen=True)
class Hdf5Table(Table):
    """An array of an HDF5 file, which is opened again for each part that is read."""

    file: Path
    key: str

    def read(self, where: slice | EllipsisType) -> NDArray[np.generic]:
        """Return a part of the first axis, or all, as a copy in memory."""
        with _opened(self.file, self.name) as root:
            return np.asarray(root[self.key][where])


class GroupStore(Store):
    """One group, with the arrays `type.raw`, `type_map.raw`, `nopbc` and groups `set.*`."""

    def __init__(self, file: Path, group: str) -> None:
        self._file = file
        self._group = group.strip("/")
        with _opened(file, self.name) as root:
            _member(root, self.name, self._group, "Group")

    @property
    def name(self) -> str:
        """The file and the group as DeePMD-kit writes them, `water.hdf5#/bulk` for instance."""
        return f"{self._file}#/{self._group}"

    def place(self, *parts: str) -> str:
        """Return the full name of an array."""
        return f"{self._file}#/{self._key(*parts)}"

    def has(self, name: str) -> bool:
        """Tell whether there is an array of this name."""
        with _opened(self._file, self.place(name)) as root:
            return self._key(name) in root

    def words(self, name: str) -> list[str]:
        """Return what a one-dimensional array of texts or numbers holds, as words."""
        values = self._values(name, WORD).tolist()
        texts = (
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in values
        )
        return [word for text in texts for word in text.split()]

    def integers(self, name: str) -> NDArray[np.int64]:
        """Return what a one-dimensional array of integers, or of words for them, holds."""
        place = self.place(name)
        with _opened(self._file, place) as root:
            kind = _member(root, place, self._key(name), "Dataset").dtype.kind
        if kind not in "iu":
            return super().integers(name)
        values = self._values(name, NUMBER)
        if (values > LARGEST_INTEGER).any():
            raise problem(place, f"numbers up to {LARGEST_INTEGER}", str(values.max()))
        return values.astype(np.int64)

    def sets(self) -> list[str]:
        """Return the names of all groups `set.*`, in their lexicographic order."""
        return [name for name in self._names("Group") if name.startswith("set.")]

    def files(self, of: str) -> list[str]:
        """Return the names of the arrays in a set, sorted."""
        return [name for name in self._names("Dataset", of) if name.endswith(".npy")]

    def table(self, of: str, name: str) -> Hdf5Table:
        """Look an array up."""
        place = self.place(of, name)
        with _opened(self._file, place) as root:
            data = _member(root, place, self._key(of, name), "Dataset")
            if data.shape is None or data.is_virtual or data.external:
                raise problem(place, "an array that is stored in this file", "one that is not")
            if prod(data.shape) and not data.id.get_storage_size():
                raise problem(place, f"numbers of the shape {data.shape}", "none")
            return Hdf5Table(place, data.shape, data.dtype, self._file, self._key(of, name))

    def _key(self, *parts: str) -> str:
        return "/".join(part for part in (self._group, *parts) if part) or "/"

    def _values(self, name: str, least: int) -> NDArray[Any]:
        """Return an array whose elements take `least` bytes or more in memory, flat."""
        place = self.place(name)
        with _opened(self._file, place) as root:
            data = _member(root, place, self._key(name), "Dataset")
            most = LONGEST_TEXT // max(data.dtype.itemsize, least)
            if data.size > most:
                raise problem(place, f"at most {most} elements", str(data.size))
            return np.ravel(data[()])

    def _names(self, kind: str, *parts: str) -> list[str]:
        place = self.place(*parts)
        with _opened(self._file, place) as root:
            group = _member(root, place, self._key(*parts), "Group")
            # None of a link that is broken.
            found = {name: group.get(name, getclass=True) for name in group}
        return sorted(name for name, each in found.items() if each is not None and each.__name__ == kind)


def is_hdf5(file: Path) -> bool:
    """Tell whether a file begins as an HDF5 file does."""
    try:
        with file.open("rb") as stream:
            return stream.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def systems_inside(file: Path, group: str = "") -> list[str]:
    """Return the names of all groups with a `type.raw`, at or below a group of a file, sorted."""
    start = group.strip("/")
    with _opened(file, str(file)) as root:
        top = _member(root, f"{file}#/{start}", start, "Group")
        found = [start] if "type.raw" in top else []
        # Follows hard links only, each object once.
        top.visit(lambda name: found.append(f"{start}/{name}".strip("/")) if _is_system(top, name) else None)
    return sorted(f"{file}#/{name}" for name in found)


@contextmanager
def _opened(file: Path, place: str) -> Iterator[Any]:
    """Open an HDF5 file to be read.

    Raises
    ------
    InputError
        It is none, or, with the name of the place in it, is damaged where it is read.
    UnsupportedError
        The package h5py is not installed.
    """
    try:
        import h5py
    except ModuleNotFoundError:
        message = "HDF5 files need the package h5py: `pip install 'refdp[models]'`"
        raise UnsupportedError(message) from None
    with _in_words(str(file)):
        root = h5py.File(file, "r")
    with _in_words(place), root:
        yield root


@contextmanager
def _in_words(place: str) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except BROKEN as error:
        raise problem(place, "an HDF5 file that can be read", str(error)) from error


def _member(root: Any, place: str, key: str, kind: str) -> Any:
    """Follow a path of hard links; others could lead out of the file."""
    import h5py

    found = root
    for part in filter(None, key.split("/")):
        link = found.get(part, getlink=True) if isinstance(found, h5py.Group) else None
        if not isinstance(link, h5py.HardLink):
            got = "nothing" if link is None else "a link"
            raise problem(place, f"an HDF5 {kind.lower()}", got)
        found = found[part]
    if not isinstance(found, getattr(h5py, kind)):
        raise problem(place, f"an HDF5 {kind.lower()}", f"a {type(found).__name__.lower()}")
    return found


def _is_system(top: Any, name: str) -> bool:
    import h5py

    return isinstance(top[name], h5py.Group) and "type.raw" in top[name]
