"""Frames in memory: the atoms, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refdp.errors import InputError, unexpected
from refdp.io.dataset.labels import DEFAULTS, canonical, fixed_shape, frame_shape
from refdp.system import System

__all__ = ["Frames"]


@dataclass(frozen=True, init=False, eq=False)
class Frames:
    """Some frames of one number of atoms, with their labels. The arrays are read-only.

    Parameters
    ----------
    system
        The atoms.
    labels
        Arrays by DeePMD-kit's names, the first axis that of frames: `energy` `(nf,)` in eV, `force`
        `(nf, natoms, 3)` in eV/angstrom, `virial` `(nf, 3, 3)` in eV, and so on. Flat rows,
        `(nf, 3 * natoms)` for a force, are given these shapes.
    index
        Which frames of their source they are, `(nf,)`; all of them, counted from 0, if None.

    Raises
    ------
    InputError
        A label does not go with the frames and atoms, is not finite, or stands there under both of its names.
    """

    system: System
    labels: Mapping[str, NDArray[Any]]
    index: NDArray[np.int64]

    def __init__(
        self, system: System, labels: Mapping[str, ArrayLike] | None = None, index: ArrayLike | None = None
    ) -> None:
        given = labels or {}
        arrays = dict(_label(name, value, system) for name, value in given.items())
        if len(arrays) < len(given):
            raise unexpected("labels", sorted(given), "one name for each quantity")
        numbers = np.arange(system.nf) if index is None else np.array(index, dtype=np.int64)
        for array in (*arrays.values(), numbers):
            array.setflags(write=False)
        object.__setattr__(self, "system", system)
        object.__setattr__(self, "labels", MappingProxyType(arrays))
        object.__setattr__(self, "index", numbers)

    def __len__(self) -> int:
        return self.system.nf

    def __repr__(self) -> str:
        return f"Frames({self.system}, labels: {', '.join(self.labels) or 'none'})"

    def find(self, name: str) -> bool:
        """Tell whether a label was found, DeePMD-kit's `find_energy` and the like."""
        return canonical(name) in self.labels

    def label(self, name: str) -> NDArray[Any]:
        """Return a label or, where it was not found, what stands for it: 1 for weights, 0 for all others.

        Raises
        ------
        InputError
            It was not found, and how many numbers it has is not known from its name.
        """
        name = canonical(name)
        if name in self.labels:
            return self.labels[name]
        shape = fixed_shape(name, self.system.natoms)
        if shape is None:
            raise unexpected("name", name, f"a label that was found: {', '.join(self.labels) or 'none was'}")
        return np.full((self.system.nf, *shape), DEFAULTS.get(name, 0.0))


def _label(name: str, value: ArrayLike, system: System) -> tuple[str, NDArray[Any]]:
    """Return the canonical name of a label, and a copy of it in its shape."""
    name = canonical(name)
    nf, natoms = system.nf, system.natoms
    try:
        array = np.array(value)
    except ValueError as error:
        raise unexpected(name, value, f"an array ({error})") from error
    shape = frame_shape(name, natoms, prod(array.shape[1:])) if array.shape[:1] == (nf,) else None
    if shape is None or array.dtype.kind not in "biuf":
        fixed = fixed_shape(name, natoms)
        expected = f"numbers of the shape {f'({nf}, any)' if fixed is None else (nf, *fixed)}"
        raise unexpected(name, f"{array.dtype} {array.shape}", expected)
    if not np.isfinite(array).all():
        message = f"`{name}`: expected finite numbers, got others"
        raise InputError(message)
    return name, array.astype(np.int64 if name == "numb_copy" else np.float64).reshape(nf, *shape)
