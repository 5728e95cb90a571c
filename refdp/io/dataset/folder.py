"""A system as a folder of files."""

from __future__ import annotations

from pathlib import Path

from refdp.io.dataset.npy import NpyTable
from refdp.io.dataset.store import LONGEST_TEXT, Store, cause, problem

__all__ = ["FolderStore"]


class FolderStore(Store):
    """The files of one system: `type.raw` and the like, and folders `set.*` of npy files."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The folder, as it was given."""
        return str(self._path)

    def place(self, *parts: str) -> str:
        """Return the full name of a file."""
        return str(self._path.joinpath(*parts))

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return (self._path / name).exists()

    def words(self, name: str) -> list[str]:
        """Return the words of a text file; raise InputError where it cannot be read."""
        file = self._path / name
        if file.exists() and not file.is_file():
            raise problem(str(file), "a text file", "something that is no file")
        try:
            if (size := file.stat().st_size) > LONGEST_TEXT:
                raise problem(str(file), f"a text of at most {LONGEST_TEXT} bytes", str(size))
            return file.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise problem(str(file), "a text file", cause(error)) from error

    def sets(self) -> list[str]:
        """Return the names of all folders `set.*`, in their lexicographic order."""
        try:
            return sorted(each.name for each in self._path.glob("set.*") if each.is_dir())
        except OSError as error:
            raise problem(self.name, "a folder that can be read", cause(error)) from error

    def files(self, of: str) -> list[str]:
        """Return the names of the npy files in a set, sorted."""
        try:
            return sorted(each.name for each in (self._path / of).iterdir() if each.suffix == ".npy")
        except OSError as error:
            raise problem(self.place(of), "a folder that can be read", cause(error)) from error

    def table(self, of: str, name: str) -> NpyTable:
        """Open an npy file of a set."""
        return NpyTable.open(self._path / of / name)
