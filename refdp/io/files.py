"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from refdp.errors import InputError, unexpected

__all__ = ["replacing", "replacing_folder"]

PREFIX = ".refdp-"
"""How the names of what is not whole yet begin; the name to be, with more, could be too long."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give the name of an empty file to write, which takes the place of `path` when the block ends.

    Whatever ends the block early, a killed write included, leaves `path` as it was. The permissions are those
    of any new file, and an existing file's where one is replaced. A link stays, and leads to the new file.

    Parameters
    ----------
    path
        The file to be; its folder must exist.

    Yields
    ------
    Path
        Where to write, with the same suffix.

    Raises
    ------
    InputError
        What is there is no file, or none can be written there.
    """
    target = _target(path, stat.S_ISREG, "a file, or a new name")
    with _naming(path):
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=target.suffix, dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with _naming(path):
            beside.chmod(_permissions(target, 0o666))
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give the name of an empty folder to fill, which takes the place of `path` when the block ends.

    Permissions and links are as with `replacing`. What was there is deleted, whatever it held.

    Parameters
    ----------
    path
        The folder to be; the one around it must exist.

    Yields
    ------
    Path
        What to fill.

    Raises
    ------
    InputError
        What is there is no folder, or none can be written there.
    """
    target = _target(path, stat.S_ISDIR, "a folder, or a new name")
    with _naming(path):
        around = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
    new, old = around / "new", around / "old"
    try:
        new.mkdir()
        yield new
        with _naming(path):
            new.chmod(_permissions(target, 0o777))
            if target.exists():
                target.rename(old)
            new.rename(target)
    finally:
        # Before anything is deleted: should this fail, the old folder is still there.
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(around, ignore_errors=True)


def _target(path: str | os.PathLike[str], is_kind: Callable[[int], bool], what: str) -> Path:
    """Return where the links of a path lead, where nothing stands or something of a kind."""
    with _naming(path):
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode if os.path.lexists(target) else None
    if mode is not None and not is_kind(mode):
        raise unexpected("path", os.fspath(path), what)
    return target


@contextmanager
def _naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say of which path the system speaks: the one that was asked for."""
    try:
        yield
    except (OSError, ValueError) as error:
        message = f"{os.fspath(path)}: cannot be written: {getattr(error, 'strerror', None) or error}"
        raise InputError(message) from error


def _permissions(target: Path, most: int) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    # The mask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return most & ~mask
