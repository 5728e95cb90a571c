"""Where a system is kept: named texts, and sets of named arrays; a folder, or a group in an HDF5 file."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import EllipsisType

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, unexpected

__all__ = ["LARGEST_INTEGER", "LONGEST_TEXT", "Store", "Table", "cause", "in_words", "problem"]

# In bytes; the type numbers of some ten million atoms.
LONGEST_TEXT = 64 * 2**20
LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Table(ABC):
    """An array in a file, of which shape and dtype are known and the numbers are read when asked for.

    Attributes
    ----------
    name
        Of the file, for errors.
    shape
        As stored; the first axis is that of frames.
    dtype
        As stored.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]

    @abstractmethod
    def read(self, where: slice | EllipsisType) -> NDArray[np.generic]:
        """Return a part of the first axis, or all, as a copy in memory."""


class Store(ABC):
    """The texts and sets of one system."""

    @property
    @abstractmethod
    def name(self) -> str:
        """How the system is called, in errors and by `open_data`."""

    @abstractmethod
    def place(self, *parts: str) -> str:
        """Return the full name of a part, for errors."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Tell whether there is a text of this name, `nopbc` for instance."""

    @abstractmethod
    def words(self, name: str) -> list[str]:
        """Return the words of a text, `type_map.raw` for instance."""

    def integers(self, name: str) -> NDArray[np.int64]:
        """Return the numbers in a text, `type.raw` for instance; raise InputError where it has others."""
        words = self.words(name)
        try:
            return np.asarray([int(word) for word in words], dtype=np.int64)
        except (ValueError, OverflowError) as error:
            raise problem(self.place(name), "one integer an atom", str(error)) from error

    @abstractmethod
    def sets(self) -> list[str]:
        """Return the names of all sets, `set.000` for instance, in their lexicographic order."""

    @abstractmethod
    def files(self, of: str) -> list[str]:
        """Return the names of the arrays in a set, `coord.npy` for instance, sorted."""

    @abstractmethod
    def table(self, of: str, name: str) -> Table:
        """Return an array of a set; raise InputError where there is none that can be used."""


def problem(place: str, expected: str, got: str) -> InputError:
    """Build (not raise) the error that names a file, what was expected in it and what came."""
    message = f"{place}: expected {expected}, got {got}"
    return InputError(message)


def cause(error: Exception) -> str:
    """Return what an error says, without the number of the system's errors and the name of the file."""
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def in_words(path: str | os.PathLike[str], expected: str) -> Iterator[None]:
    """Raise an InputError that names the path as it was given in place of an error of the system."""
    try:
        yield
    except OSError as error:
        raise unexpected("path", str(path), f"{expected} ({cause(error)})") from error
