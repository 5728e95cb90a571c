"""Frames cut into parts that one process evaluates in a short time, each a case of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.models.case import ModelCase, ModelInputs
from refdp.io.dataset.frames import Frames
from refdp.species import match_types

__all__ = ["MOST_ATOMS", "Part", "cut"]

# A budget costs a twentieth of a second an atom, and known differences have budgets of their own.
MOST_ATOMS = 512
PARAMETERS = ("fparam", "aparam")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some frames whose cells have the same handedness, types numbered as the model does.

    Attributes
    ----------
    frames
        Atoms and labels.
    inputs
        What a backend gets for them, the file of the model included.
    """

    frames: Frames
    inputs: ModelInputs

    @property
    def name(self) -> str:
        """Of the case."""
        return self.inputs.case.name

    @property
    def natoms(self) -> int:
        """How many atoms all frames have."""
        return self.inputs.atype.size

    @property
    def species(self) -> NDArray[np.str_]:
        """Names of the atoms `(nf, natoms)`, empty where types have none."""
        names = np.asarray([*(self.inputs.type_map or ()), ""])
        known = self.inputs.atype < len(names) - 1
        return names[np.where(known, self.inputs.atype, -1)]

    def of(self, file: Path, prefix: str) -> ModelInputs:
        """Return what a backend gets for another file, by another name."""
        case = ModelCase(name=prefix + self.name, system="", config={})
        return msgspec.structs.replace(self.inputs, case=case, file=str(file.resolve()))


def cut(file: Path, model: Any, frames: Iterable[Frames]) -> list[Part]:
    """Return the frames in parts, in their order; those without a real atom show nothing and are left out.

    Parameters
    ----------
    file, model
        A model file, and what refdp read from it.
    frames
        The frames.

    Raises
    ------
    InputError
        A species, or a type number, is not one of the model.
    """
    matched = (Frames(match_types(model, f.system), f.labels, f.index) for f in frames)
    pieces = (piece for each in matched for piece in _pieces(each))
    real = (piece for piece in pieces if np.any(piece.system.atype >= 0))
    return [
        Part(frames=piece, inputs=_inputs(f"{k:06d}", file, model, piece)) for k, piece in enumerate(real)
    ]


def _pieces(frames: Frames) -> Iterator[Frames]:
    """Yield runs of frames of one handedness: some implementations make images for all frames alike."""
    cell, nf = frames.system.cell, len(frames)
    left = np.zeros(nf, dtype=bool) if cell is None else np.linalg.det(cell) < 0.0
    step = max(1, MOST_ATOMS // max(1, frames.system.natoms))
    for run in np.split(np.arange(nf), np.flatnonzero(np.diff(left)) + 1):
        for start in range(0, len(run), step):
            rows = run[start : start + step].tolist()
            labels = {name: x[rows] for name, x in frames.labels.items()}
            yield Frames(frames.system.take(rows), labels, frames.index[rows])


def _inputs(name: str, file: Path, model: Any, frames: Frames) -> ModelInputs:
    system, labels = frames.system, frames.labels
    given = {key: labels[key] for key in PARAMETERS if key in labels and getattr(model, f"numb_{key}")}
    return ModelInputs(
        case=ModelCase(name=name, system="", config={}),
        data=None,
        coords=system.coords,
        atype=system.atype,
        cell=system.cell,
        type_map=None if system.type_map is None else list(system.type_map),
        file=str(file.resolve()),
        **given,
    )
