"""Where predictions are written: an npz file, or a data set with them for labels."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdp._version import __version__
from refdp.errors import InputError, unexpected

if TYPE_CHECKING:
    from refdp.cli.frames import Source
    from refdp.io.dataset import Frames
    from refdp.models.base import Quantity

__all__ = ["check_names", "check_target", "is_table", "labelled", "write_folder", "write_table"]

TABLE = ".npz"
TAKEN = ("fparam", "aparam", "types", "type_map", "version", "file", "allow_pickle")
"""What else is written, and what `numpy.savez` calls its own arguments."""
MARK = "type.raw"
PARTS = {MARK, "type_map.raw", "nopbc"}


def is_table(path: Path) -> bool:
    """Tell whether the predictions are to be one file; otherwise they are a folder."""
    return path.suffix.lower() == TABLE


def check_target(path: Path | None, force: bool, system: str, source: Source) -> None:
    """Raise InputError, before the work is done, where predictions could not be written.

    Parameters
    ----------
    path
        Where they are to go, if anywhere.
    force
        Whether what is there may be replaced; a folder only where it is a data set and nothing else.
    system
        SYSTEM, which is not replaced.
    source
        What it holds; all frames are to have one number of atoms.
    """
    if path is None:
        return
    if len(source.kinds) != 1:
        kinds = "several" if source.kinds else "none"
        raise unexpected("SYSTEM", kinds, "frames of one number of atoms, with cells or without, to write")
    if path.suffix[1:2].isalpha() and not is_table(path):
        raise unexpected("--output", str(path), f"a name that ends in {TABLE}, or that of a folder")
    target = Path(os.path.realpath(path))
    if target.is_symlink() or not target.parent.is_dir():
        raise unexpected("--output", str(path), "a file or folder in a folder that exists")
    if not path.exists():
        return
    if not force:
        message = f"`--output`: {path} exists; --force replaces it"
        raise InputError(message)
    _check_replaced(path, system)


def check_names(quantity: Quantity, source: Source) -> None:
    """Raise InputError, before the work is done, where a property has a name that no label of it can have.

    Parameters
    ----------
    quantity
        What is to be written.
    source
        For which frames; those of `check_target`.
    """
    from refdp.cli.outputs import outputs
    from refdp.io.dataset.labels import NOT_LABELS, frame_shape
    from refdp.io.dataset.writing import NAME

    ((natoms, _),) = source.kinds
    total, share = outputs(quantity)[:2]
    width = prod(quantity.shape)
    shapes = (frame_shape(total.label, natoms, width), frame_shape(share.label, natoms, natoms * width))
    if None in shapes or not NAME.match(total.label) or total.label in (*NOT_LABELS, *TAKEN):
        expected = f"a property whose name can be that of a file, of {width} numbers a frame, to write"
        raise unexpected("MODEL", quantity.name, expected)


def _check_replaced(path: Path, system: str) -> None:
    if path.resolve() == Path(system).resolve():
        raise unexpected("--output", str(path), "another place than SYSTEM, which would be lost")
    if is_table(path) and path.is_file():
        return
    if is_table(path) or not path.is_dir():
        raise unexpected("--output", str(path), f"an {TABLE} file, or the folder of a data set, to replace")
    entries = {each.name for each in path.iterdir()}
    strange = sorted(each for each in entries - PARTS if not each.startswith("set."))
    if entries and (strange or MARK not in entries):
        expected = "a data set and nothing else, to replace"
        raise unexpected("--output", f"a folder with {strange[0] if strange else f'no {MARK}'}", expected)


def write_table(path: Path, chunks: Iterable[Frames]) -> None:
    """Write all predictions into an npz file, with `types`, `type_map` and `version`."""
    import numpy as np

    from refdp.io.files import replacing

    parts = list(chunks)
    arrays: dict[str, Any] = {
        name: np.concatenate([part.labels[name] for part in parts]) for name in parts[0].labels
    }
    arrays |= {
        "types": np.concatenate([part.system.atype for part in parts]),
        "type_map": np.array(parts[0].system.type_map or (), dtype=np.str_),
        "version": np.array(__version__),
    }
    # An open file: given a path, NumPy may add a suffix of its own to it.
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, **arrays)


def write_folder(path: Path, chunks: Iterable[Frames]) -> None:
    """Write all predictions as a data set, a set for each chunk; what was there is kept until it is whole."""
    from refdp.io.dataset import write_chunks
    from refdp.io.files import replacing_folder

    with replacing_folder(path) as beside:
        write_chunks(beside, chunks)


def labelled(frames: Frames, predicted: dict[str, Any], kept: Iterable[str]) -> Frames:
    """Return the frames with predictions for labels, and those of their own labels that the model needs."""
    from refdp.io.dataset import Frames

    own = {name: frames.labels[name] for name in kept if name in frames.labels}
    return Frames(frames.system, {**predicted, **own}, frames.index)
