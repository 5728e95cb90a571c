"""Systems and results written in DeePMD-kit's npy layout; the whole folder appears at once or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refdp.errors import InputError, unexpected
from refdp.io.dataset.frames import Frames
from refdp.io.dataset.labels import NOT_LABELS
from refdp.io.dataset.sets import TYPES
from refdp.io.dataset.store import in_words
from refdp.system import System

__all__ = ["save_system", "write_chunks", "write_data"]

NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
EMPTY = "a folder that does not exist yet, or an empty one"
WRITABLE = "a folder that can be written"


def save_system(path: str | os.PathLike[str], system: System) -> None:
    """Write a system in DeePMD-kit's npy layout, float64, as one set; the whole folder appears at once.

    Parameters
    ----------
    path
        The folder to make; it must not exist yet, or be empty.
    system
        The atoms. Where they are of other types in other frames, the layout is that of mixed types, which
        needs names of types. Where atoms are masked the mask is written as `aparam.npy`, which `load_system`
        reads back with `aparam_as_mask=True`.

    Raises
    ------
    InputError
        If the layout cannot hold the system, something is at `path` already, or nothing can be written there.
    """
    write_data(path, system)


def write_data(
    path: str | os.PathLike[str], system: System, labels: Mapping[str, ArrayLike] | None = None
) -> None:
    """Write atoms and labels in DeePMD-kit's npy layout, as one set; `open_data` gives them back bit by bit.

    Parameters
    ----------
    path
        The folder to make; it must not exist yet, or be empty.
    system
        The atoms. Types that differ by frame, and masks, as in `save_system`.
    labels
        Arrays by DeePMD-kit's names, the first axis that of frames: `energy`, `force`, `virial`, `atom_ener`
        or any property.

    Raises
    ------
    InputError
        If the layout cannot hold them, something is at `path` already, or nothing can be written there.
    """
    _write(path, [Frames(system, labels)], "set.{:03d}")


def write_chunks(path: str | os.PathLike[str], chunks: Iterable[Frames]) -> None:
    """Write frames chunk by chunk, each a set of its own: a data set that need not fit into memory.

    Parameters
    ----------
    path
        The folder to make; it must not exist yet, or be empty.
    chunks
        Frames of the same number of atoms and the same names of types, all with cells or all without.

    Raises
    ------
    InputError
        If the layout cannot hold them, something is at `path` already, or nothing can be written there.
    """
    # Sets are read in the order of their names, in which 1000 would come before 101.
    _write(path, chunks, "set.{:06d}")


def _write(path: str | os.PathLike[str], chunks: Iterable[Frames], name: str) -> None:
    with _beside(Path(path)) as folder:
        writer = _Writer(folder)
        for k, chunk in enumerate(chunks):
            with in_words(path, WRITABLE):
                writer.add(name.format(k), chunk)
        with in_words(path, WRITABLE):
            writer.finish()


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    with in_words(folder, WRITABLE):
        _check_free(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Part of the name: the whole may be as long as names can be.
        closed = Path(tempfile.mkdtemp(prefix=f".{folder.name[:20]}-", dir=folder.parent))
        # mkdtemp keeps others out; a folder inside has the permissions of any new one.
        beside = closed / "data"
        beside.mkdir()
    try:
        yield beside
        with in_words(folder, WRITABLE):
            beside.replace(folder)
    finally:
        shutil.rmtree(closed, ignore_errors=True)


def _check_free(folder: Path) -> None:
    # Neither a link nor the folder one is in can be replaced.
    if folder.is_symlink():
        raise unexpected("path", str(folder), f"{EMPTY}, not a link")
    if not folder.exists():
        return
    if not folder.is_dir() or any(folder.iterdir()) or folder.samefile(os.curdir):
        raise unexpected("path", str(folder), f"{EMPTY}, not the current one")


class _Writer:
    """Writes sets below a folder, and at the end what all of them have in common."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first: System | None = None
        self._mixed = False

    def add(self, name: str, chunk: Frames) -> None:
        system = chunk.system
        self._check(system)
        place = self._folder / name
        place.mkdir()
        np.save(place / "coord.npy", system.coords.reshape(system.nf, -1))
        if system.cell is not None:
            np.save(place / "box.npy", system.cell.reshape(-1, 9))
        # Until all frames are known; where types turn out to be the same these files go again.
        np.save(place / f"{TYPES}.npy", system.types)
        for label, values in _arrays(chunk).items():
            np.save(place / f"{label}.npy", values.reshape(system.nf, -1))

    def finish(self) -> None:
        if self._first is None:
            raise unexpected("system", None, "at least one frame")
        types, names = self._first.types[0], self._first.type_map
        if self._mixed and names is None:
            expected = "one line of types for all frames, or a `type_map` where types differ by frame"
            raise unexpected("system", self._first, expected)
        _write_lines(self._folder / "type.raw", [0] * len(types) if self._mixed else types.tolist())
        if names is not None:
            _write_lines(self._folder / "type_map.raw", names)
        if self._first.cell is None:
            (self._folder / "nopbc").touch()
        if not self._mixed:
            for file in self._folder.glob(f"set.*/{TYPES}.npy"):
                file.unlink()

    def _check(self, system: System) -> None:
        if system.nf == 0:
            raise unexpected("system", system, "at least one frame")
        first = self._first = self._first or system
        for name in ("natoms", "type_map", "periodic"):
            if getattr(system, name) != getattr(first, name):
                expected = f"{getattr(first, name)}, as in the frames before"
                raise unexpected(name, getattr(system, name), expected)
        self._mixed = self._mixed or bool((system.types != first.types[0]).any())


def _arrays(chunk: Frames) -> dict[str, NDArray[np.generic]]:
    labels = dict(chunk.labels)
    if bad := [name for name in labels if not NAME.match(name) or name in NOT_LABELS]:
        allowed = "letters A-Z and a-z, digits, `_` and `-`"
        raise unexpected("labels", bad[0], f"the name of a file, of {allowed}; not {', '.join(NOT_LABELS)}")
    if not chunk.system.mask.all():
        mask = chunk.system.mask.astype(np.int64)
        if not np.array_equal(labels.get("aparam", mask[..., None]), mask[..., None]):
            message = "`labels`: expected no `aparam` beside a mask, which is written by that name"
            raise InputError(message)
        labels["aparam"] = mask
    return labels


def _write_lines(file: Path, values: Iterable[object]) -> None:
    file.write_text("".join(f"{value}\n" for value in values), encoding="utf-8")
