"""Predictions by DeePMD-kit's names of labels, and where they are written: an npz file, or a data set."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdp._version import __version__
from refdp.errors import InputError, unexpected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from refdp.cli.frames import Source
    from refdp.evaluation import Evaluation
    from refdp.io.dataset import Frames
    from refdp.models.base import Quantity

__all__ = [
    "check_target",
    "is_table",
    "label_names",
    "labelled",
    "predictions",
    "write_folder",
    "write_table",
]

TABLE = ".npz"
NAMES = {"energy": ("energy", "atom_ener"), "polar": ("polarizability", "atom_polarizability")}
MARK = "type.raw"
PARTS = {MARK, "type_map.raw", "nopbc"}


def label_names(quantity: Quantity) -> tuple[str, ...]:
    """Return the names of what a model predicts: of frames, of atoms, and of what is derived."""
    names = NAMES.get(quantity.name, (quantity.name, f"atom_{quantity.name}"))
    return (*names, "force", "virial") if quantity.name == "energy" else names


def predictions(found: Evaluation) -> dict[str, NDArray[np.float64]]:
    """Return what a model predicts by the names of labels; derivatives only of an energy."""
    values = (found.total, found.atomic, found.forces, found.virial)
    named = zip(label_names(found.quantity), values, strict=False)
    return {name: x for name, x in named if x is not None}


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
    if source.kinds != 1:
        kinds = "none" if not source.kinds else "several"
        raise unexpected(
            "SYSTEM", f"{kinds}", "frames of one number of atoms, with cells or without, to write"
        )
    if not path.absolute().parent.is_dir():
        raise unexpected("--output", str(path), "a file or folder in a folder that exists")
    if not path.exists():
        return
    if not force:
        message = f"`--output`: {path} exists; --force replaces it"
        raise InputError(message)
    _check_replaced(path, system)


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

    beside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.absolute().parent))
    try:
        write_chunks(beside / "new", chunks)
        if path.exists():
            path.rename(beside / "old")
        (beside / "new").rename(path)
    except BaseException:
        if (beside / "old").exists() and not path.exists():
            (beside / "old").rename(path)
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def labelled(frames: Frames, predicted: dict[str, Any], kept: Iterable[str]) -> Frames:
    """Return the frames with predictions for labels, and those of their own labels that the model needs."""
    from refdp.io.dataset import Frames

    own = {name: frames.labels[name] for name in kept if name in frames.labels}
    return Frames(frames.system, {**predicted, **own}, frames.index)
