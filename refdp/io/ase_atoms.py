"""ASE's atoms as frames, and frames as ASE's atoms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refdp.errors import InputError, UnsupportedError, unexpected
from refdp.io.dataset.frames import Frames
from refdp.system import System

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["from_atoms", "need_ase", "stress_of_virial", "to_atoms", "virial_of_stress"]

# ASE's symbol of an atom without a nucleus.
VIRTUAL = "X"
# Rows and columns of the tensor where the six numbers of a stress, xx yy zz yz xz xy, stand.
VOIGT = [0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]
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
        A frame is periodic in some directions only, has a stress but no cell, a species that is not in
        `type_map`, or numbers that cannot be used.
    UnsupportedError
        ASE is not installed.
    """
    need_ase()
    from ase import Atoms

    frames = [atoms] if isinstance(atoms, Atoms) else list(atoms)
    names = _species(frames) if type_map is None else tuple(type_map)
    groups: dict[tuple[object, ...], list[tuple[int, Atoms, Mapping[str, Any]]]] = {}
    for k, each in enumerate(frames):
        labels = _labels(each, k)
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


def virial_of_stress(stress: ArrayLike, volume: float) -> NDArray[np.float64]:
    r"""Return the virial :math:`W = -V\sigma`, `(3, 3)`, in eV, equation {eq}`eq-virial-of-stress`.

    Parameters
    ----------
    stress
        ASE's six numbers xx, yy, zz, yz, xz, xy in eV/angstrom^3, or the tensor, `(3, 3)` or flat.
    volume
        In cubic angstrom.

    Raises
    ------
    InputError
        The stress has another shape.
    """
    array = np.asarray(stress, dtype=np.float64)
    if array.shape not in ((6,), (9,), (3, 3)):
        raise unexpected("stress", array.shape, "six numbers, or a tensor of three rows and columns")
    tensor = np.empty((3, 3))
    if array.shape == (6,):
        tensor[VOIGT] = tensor[VOIGT[::-1]] = array
    else:
        tensor[:] = array.reshape(3, 3)
    return -volume * tensor


def stress_of_virial(W: NDArray[np.float64], volume: float) -> NDArray[np.float64]:
    r"""Return ASE's stress :math:`-(W + W^T)/(2V)`, `(..., 6)`, equation {eq}`eq-stress`.

    Parameters
    ----------
    W
        Virials in eV, `(..., 3, 3)`. ASE has six numbers for a tensor of nine: those of the symmetric part.
    volume
        In cubic angstrom.
    """
    return -(W[..., *VOIGT] + W[..., *VOIGT[::-1]]) / (2.0 * volume)


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


def _labels(atoms: Atoms, frame: int) -> dict[str, Any]:
    results = getattr(atoms.calc, "results", {})
    labels = {ours: results[theirs] for theirs, ours in RESULTS.items() if results.get(theirs) is not None}
    if (stress := results.get("stress")) is not None:
        labels["virial"] = virial_of_stress(stress, _volume(atoms, frame))
    elif np.size(atoms.info.get("virial", ())) == 9:
        labels["virial"] = np.reshape(atoms.info["virial"], (3, 3))
    return labels


def _volume(atoms: Atoms, frame: int) -> float:
    volume = float(atoms.cell.volume)
    if not volume > 0.0:
        expected = "a cell, whose volume makes a virial of it"
        message = f"`stress`: expected {expected}, got frame {frame} without one"
        raise InputError(message)
    return volume


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
        results["stress"] = stress_of_virial(labels["virial"][frame], atoms.get_volume())
    return results
