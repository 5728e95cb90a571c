"""The one input of refdp: where the atoms are, what they are, and the cell they repeat in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refdp.errors import InputError, unexpected

__all__ = ["System", "concatenate"]


@dataclass(frozen=True, init=False, repr=False, eq=False)
class System:
    """Atoms of `nf` frames: coordinates, types and, if periodic, the cell.

    Everything is checked and copied here, so that nothing behind this door has to ask again. The arrays
    are read-only and never views of what was passed.

    Parameters
    ----------
    coords
        Positions in angstrom, shape `(nf, natoms, 3)`, or `(natoms, 3)` for one frame.
    types
        Type numbers, shape `(natoms,)` or `(nf, natoms)`; any negative number is a virtual atom, one that is
        neither described nor seen by others.
    cell
        Rows are lattice vectors in angstrom, shape `(3, 3)`, `(nf, 3, 3)` or `(nf, 9)`; left-handed cells
        are fine. `None` is a cluster without images.
    mask
        1 for atoms that count, 0 for atoms to be treated as virtual, shape `(natoms,)` or `(nf, natoms)`;
        numbers of any kind, as atomic parameters (`aparam`) are often kept as floats.
    type_map
        The name of each type, for instance `["O", "H"]`.

    Raises
    ------
    InputError
        If a shape, a number or a type is not as above; the message names the argument, what was expected and
        what came.

    Examples
    --------
    >>> import refdp
    >>> refdp.System([[0.0, 0.0, 0.0], [0.0, 0.0, 0.96]], [0, 1], type_map=["O", "H"])
    System(nf=1, natoms=2, cell=None, O: 1, H: 1)
    """

    coords: NDArray[np.float64]
    types: NDArray[np.int64]
    cell: NDArray[np.float64] | None
    mask: NDArray[np.bool_]
    type_map: tuple[str, ...] | None

    def __init__(
        self,
        coords: ArrayLike,
        types: ArrayLike,
        cell: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        type_map: Sequence[str] | None = None,
    ) -> None:
        positions = _coords(coords)
        shape = positions.shape[:2]
        names = _type_map(type_map)
        fields = {
            "coords": positions,
            "types": _types(types, shape, names),
            "cell": None if cell is None else _cell(cell, shape[0]),
            "mask": _mask(mask, shape),
            "type_map": names,
        }
        for name, value in fields.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        kinds, counts = np.unique(self.atype[:1], return_counts=True)
        listed = ", ".join(f"{self._name(kind)}: {count}" for kind, count in zip(kinds, counts, strict=True))
        cell = "periodic" if self.periodic else "None"
        return f"System(nf={self.nf}, natoms={self.natoms}, cell={cell}{', ' if listed else ''}{listed})"

    @property
    def nf(self) -> int:
        """How many frames there are."""
        return len(self.coords)

    @property
    def natoms(self) -> int:
        """How many atoms, real and virtual, a frame has."""
        return int(self.coords.shape[1])

    @property
    def periodic(self) -> bool:
        """Whether there is a cell; it then repeats in all three directions."""
        return self.cell is not None

    @property
    def atype(self) -> NDArray[np.int64]:
        """The types with masked and virtual atoms as -1, shape `(nf, natoms)`."""
        return np.where(self.mask & (self.types >= 0), self.types, -1)

    def frame(self, index: int) -> System:
        """Return one frame as a `System` of its own; negative numbers count from the end."""
        if not -self.nf <= index < self.nf:
            raise unexpected("index", index, f"a frame number below nf = {self.nf}")
        return self.take([index])

    def take(self, frames: Sequence[int] | NDArray[np.int64]) -> System:
        """Return some frames, in the order of their numbers."""
        rows = np.asarray(frames, dtype=np.int64)
        cell = None if self.cell is None else self.cell[rows]
        return System(self.coords[rows], self.types[rows], cell, self.mask[rows], self.type_map)

    def repeat(self, times: tuple[int, int, int]) -> System:
        """Return the supercell of `times` cells along the lattice vectors, one whole cell after another."""
        if self.cell is None:
            raise unexpected("cell", None, "a periodic system to repeat")
        if len(times) != 3 or not all(isinstance(n, int | np.integer) and n > 0 for n in times):
            raise unexpected("times", times, "three positive integers")
        shifts = np.asarray(list(product(*(range(n) for n in times))), dtype=np.float64) @ self.cell
        coords = self.coords[:, None] + shifts[:, :, None]
        ncells = shifts.shape[1]
        cell = self.cell * np.asarray(times, dtype=np.float64)[:, None]
        types, mask = np.tile(self.types, (1, ncells)), np.tile(self.mask, (1, ncells))
        return System(coords.reshape(self.nf, -1, 3), types, cell, mask, self.type_map)

    def _name(self, kind: int) -> str:
        if kind < 0:
            return "virtual"
        return f"type {kind}" if self.type_map is None else self.type_map[kind]


def concatenate(systems: Sequence[System]) -> System:
    """Return the frames of all systems, which are of one number of atoms, with cells or without.

    Raises
    ------
    InputError
        There are none, or they are not alike.
    """
    kinds = {(each.natoms, each.periodic, each.type_map) for each in systems}
    if len(kinds) != 1:
        raise unexpected("systems", list(systems), "systems of one number of atoms, periodicity and type_map")
    names = ["coords", "types", "mask", *(["cell"] if systems[0].periodic else [])]
    arrays = {name: np.concatenate([getattr(each, name) for each in systems]) for name in names}
    return System(**arrays, type_map=systems[0].type_map)


def _numbers(name: str, value: object, kinds: str, expected: str) -> NDArray[Any]:
    """Return `value` as an array whose dtype is of one of `kinds` (NumPy's letters), perhaps a view."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise unexpected(name, value, f"{expected} ({error})") from error
    # An empty list carries no type of its own.
    if array.dtype.kind not in kinds and array.size > 0:
        raise unexpected(name, f"{array.dtype} array {array.ravel()[:4].tolist()}", expected)
    return array


def _coords(value: ArrayLike) -> NDArray[np.float64]:
    given = _numbers("coords", value, "fiu", "real numbers in angstrom, shape (nf, natoms, 3)")
    array = np.array(given, dtype=np.float64, order="C")
    if array.ndim not in (2, 3) or array.shape[-1] != 3:
        raise unexpected("coords", array.shape, "the shape (nf, natoms, 3) or (natoms, 3)")
    array = array if array.ndim == 3 else array[None]
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        frame, atom, axis = bad[0]
        place = f"in frame {frame}, atom {atom}, direction {'xyz'[axis]}"
        message = f"`coords`: expected finite numbers, got {array[tuple(bad[0])]} {place}"
        raise InputError(message)
    return array


def _per_atom(name: str, given: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Give every frame its row of a per-atom array that may have come once for all frames."""
    nf, natoms = shape
    if given.shape not in ((natoms,), (nf, natoms)):
        expected = f"the shape (natoms,) = ({natoms},) or (nf, natoms) = ({nf}, {natoms})"
        raise unexpected(name, given.shape, expected)
    return np.broadcast_to(given, (nf, natoms))


def _types(value: ArrayLike, shape: tuple[int, ...], names: tuple[str, ...] | None) -> NDArray[np.int64]:
    given = _numbers("types", value, "iu", "integers, one type number an atom")
    array = _per_atom("types", given, shape)
    limit = np.iinfo(np.int32).max if names is None else len(names)
    # Before the conversion, which would turn large unsigned numbers into virtual atoms.
    bad = np.argwhere(array >= limit)
    if bad.size:
        frame, atom = bad[0]
        expected = f"types below {limit}{'' if names is None else ', the length of `type_map`'}"
        message = f"`types`: expected {expected}, got {array[frame, atom]} in frame {frame}, atom {atom}"
        raise InputError(message)
    return np.array(array, dtype=np.int64, order="C")


def _mask(value: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    if value is None:
        return np.ones(shape, dtype=np.bool_)
    given = _per_atom("mask", _numbers("mask", value, "biuf", "0 or 1 an atom"), shape)
    bad = np.argwhere((given != 0) & (given != 1))
    if bad.size:
        frame, atom = bad[0]
        message = f"`mask`: expected 0 or 1, got {given[frame, atom]} in frame {frame}, atom {atom}"
        raise InputError(message)
    return np.array(given, dtype=np.bool_, order="C")


def _cell(value: ArrayLike, nf: int) -> NDArray[np.float64]:
    given = _numbers("cell", value, "fiu", "real numbers in angstrom, rows are lattice vectors")
    if given.shape not in ((3, 3), (nf, 3, 3), (nf, 9)):
        raise unexpected("cell", given.shape, f"the shape (3, 3), (nf, 3, 3) or (nf, 9) with nf = {nf}")
    rows = given if given.shape == (3, 3) else given.reshape(nf, 3, 3)
    array = np.array(np.broadcast_to(rows, (nf, 3, 3)), dtype=np.float64, order="C")
    for frame, vectors in enumerate(array):
        if not _openness(vectors) > 1e-12:
            message = f"`cell`: expected vectors that span a volume, got {vectors.tolist()} in frame {frame}"
            raise InputError(message)
    return array


def _openness(vectors: NDArray[np.float64]) -> float:
    """Return the volume over the product of the lengths: 1 for right angles, 0 for a flat or broken cell."""
    sizes = np.abs(vectors).max(axis=1, keepdims=True)
    if not np.isfinite(sizes).all() or (sizes == 0).any():
        return 0.0
    # The scale cancels; without it the products of extreme cells would overflow.
    scaled = vectors / sizes
    return float(abs(np.linalg.det(scaled)) / np.linalg.norm(scaled, axis=1).prod())


def _type_map(value: Sequence[str] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    expected = "a sequence of different, non-empty names"
    if isinstance(value, str | Set) or not isinstance(value, Iterable):
        raise unexpected("type_map", value, expected)
    names = tuple(value)
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        raise unexpected("type_map", list(names), expected)
    return names
