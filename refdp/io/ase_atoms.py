"""ASE's atoms as frames, and frames as ASE's atoms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, UnsupportedError, unexpected
from refdp.io.dataset.frames import Frames
from refdp.system import System

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["from_atoms", "need_ase", "to_atoms"]

# ASE's symbol of an atom without a nucleus.
VIRTUAL = "X"
# Where the six numbers of a stress, xx yy zz yz xz xy, stand in the tensor.
VOIGT = np.asarray([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
# ASE's names of results that need no conversion, and DeePMD-kit's.
RESULTS = {"energy": "energy", "forces": "force", "energies": "atom_ener"}


def from_atoms(atoms: Atoms | Iterable[Atoms], type_map: Sequence[str] | None = None) -> list[Frames]:
    r"""Return ASE's atoms as frames, together where number of atoms, periodicity and labels are the same.

    The labels are what a calculator holds; nothing is computed. The virial is :math:`-V\sigma` in terms of
    volume and stress, equation {eq}`eq-virial-of-stress` of the book, or else the entry `virial` of
    `atoms.info`. Atoms of the symbol X are virtual.

    Parameters
    ----------
    atoms
        One frame or several, in angstrom and eV.
    type_map
        Names that the type numbers refer to; all species in the order in which they come if None.

    Raises
    ------
    InputError
        A frame is periodic in some directions only, has a species that is not in `type_map`, or numbers that
        cannot be used.
    UnsupportedError
        ASE is not installed.
    """
    need_ase()
    from ase import Atoms

    frames = [atoms] if isinstance(atoms, Atoms) else list(atoms)
    names = _species(frames) if type_map is None else tuple(type_map)
    groups: dict[tuple[object, ...], list[tuple[int, Atoms, Mapping[str, Any]]]] = {}
    for k, each in enumerate(frames):
        labels = _labels(each)
        key = len(each), _periodic(each, k), tuple(sorted(labels))
        groups.setdefault(key, []).append((k, each, labels))
    return [_frames(group, names, bool(key[1])) for key, group in groups.items()]


def to_atoms(frames: System | Frames) -> list[Atoms]:
    r"""Return each frame as ASE's atoms, with energy, forces and stress :math:`-W/V` as far as labelled.

    Virtual and masked atoms get the symbol X.

    Raises
    ------
    InputError
        The types have no names, or one that is no chemical symbol.
    UnsupportedError
        ASE is not installed.
    """
    need_ase()
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator

    labels = frames.labels if isinstance(frames, Frames) else {}
    system = frames.system if isinstance(frames, Frames) else frames
    made = []
    for k, symbols in enumerate(_symbols(system)):
        cell = None if system.cell is None else system.cell[k]
        atoms = Atoms(symbols, system.coords[k], cell=cell, pbc=system.periodic)
        if results := _results(labels, k, atoms):
            atoms.calc = SinglePointCalculator(atoms, **results)
        made.append(atoms)
    return made


def need_ase() -> None:
    """Raise UnsupportedError where ASE is not installed."""
    try:
        import ase  # noqa: F401
    except ModuleNotFoundError:
        message = "files and atoms of ASE need the package ase: `pip install 'refdp[ase]'`"
        raise UnsupportedError(message) from None


def _frames(
    group: Sequence[tuple[int, Atoms, Mapping[str, Any]]], names: tuple[str, ...], periodic: bool
) -> Frames:
    index, atoms, labels = zip(*group, strict=True)
    coords = np.stack([each.positions for each in atoms])
    types = np.stack([_types(each, names) for each in atoms])
    cells = np.stack([np.asarray(each.cell) for each in atoms]) if periodic else None
    system = System(coords, types, cells, type_map=names)
    return Frames(system, {name: np.stack([each[name] for each in labels]) for name in labels[0]}, index)


def _species(frames: Sequence[Atoms]) -> tuple[str, ...]:
    symbols = (symbol for each in frames for symbol in each.get_chemical_symbols())
    return tuple(dict.fromkeys(symbol for symbol in symbols if symbol != VIRTUAL))


def _types(atoms: Atoms, names: Sequence[str]) -> NDArray[np.int64]:
    places = {VIRTUAL: -1} | {name: k for k, name in enumerate(names)}
    symbols = atoms.get_chemical_symbols()
    if missing := sorted(set(symbols) - set(places)):
        raise unexpected("type_map", missing, f"species among {', '.join(names)}")
    return np.asarray([places[symbol] for symbol in symbols], dtype=np.int64)


def _periodic(atoms: Atoms, frame: int) -> bool:
    along = [name for name, periodic in zip("abc", atoms.pbc, strict=True) if periodic]
    if len(along) in (0, 3):
        return bool(along)
    expected = "a cell that repeats in all three directions or in none"
    advice = "where a cell has room for vacuum, set pbc to True"
    message = (
        f"`pbc`: expected {expected}, got frame {frame}, periodic along {', '.join(along)} only; {advice}"
    )
    raise InputError(message)


def _labels(atoms: Atoms) -> dict[str, Any]:
    results = getattr(atoms.calc, "results", {})
    labels = {ours: results[theirs] for theirs, ours in RESULTS.items() if results.get(theirs) is not None}
    if (stress := results.get("stress")) is not None:
        labels["virial"] = -atoms.get_volume() * _tensor(stress)
    elif np.size(atoms.info.get("virial", ())) == 9:
        labels["virial"] = np.reshape(atoms.info["virial"], (3, 3))
    return labels


def _tensor(stress: Any) -> NDArray[np.float64]:
    array = np.asarray(stress, dtype=np.float64)
    if array.shape not in ((6,), (9,), (3, 3)):
        raise unexpected("stress", array.shape, "six numbers, or a tensor of three rows and columns")
    return array[VOIGT] if array.shape == (6,) else array.reshape(3, 3)


def _symbols(system: System) -> list[list[str]]:
    from ase.data import atomic_numbers

    names = system.type_map
    if names is None:
        raise unexpected("type_map", None, "the chemical symbol of each type")
    if strange := [name for name in names if name not in atomic_numbers]:
        raise unexpected("type_map", strange, "chemical symbols")
    return [[VIRTUAL if kind < 0 else names[kind] for kind in frame] for frame in system.atype.tolist()]


def _results(labels: Mapping[str, NDArray[Any]], frame: int, atoms: Atoms) -> dict[str, Any]:
    results = {theirs: labels[ours][frame] for theirs, ours in RESULTS.items() if ours in labels}
    if "energy" in results:
        results["energy"] = float(results["energy"])
    if "virial" in labels and atoms.pbc.all():
        W = labels["virial"][frame]
        # ASE has six numbers for a tensor of nine.
        stress = -(W + W.T) / (2 * atoms.get_volume())
        results["stress"] = stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
    return results
