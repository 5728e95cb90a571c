"""`sel: auto`: the number of slots from the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refdp.errors import unexpected
from refdp.neighbors.statistics import neighbor_statistics, suggested_slots
from refdp.species import renumber
from refdp.system import System

__all__ = ["auto_factor", "automatic_places", "automatic_sel", "automatic_slots"]


def auto_factor(sel: str) -> float | None:
    """Return the factor of `auto` (1.1) or `auto:f`, None where the text is neither."""
    head, colon, tail = sel.partition(":")
    if head != "auto":
        return None
    try:
        factor = float(tail) if colon else 1.1
    except ValueError:
        return None
    return factor if 1.0 <= factor < float("inf") else None


def automatic_sel(
    sel: str, systems: Sequence[System], rcut: float, type_map: Sequence[str] | None = None
) -> tuple[int, ...]:
    """Return the slots for each type that `auto` or `auto:f` stands for, given data.

    The largest number of neighbours of each type that any atom of any system has, times `f` (1.1 by default),
    rounded up to a multiple of four as DeePMD-kit does it.

    Parameters
    ----------
    sel
        `auto` or `auto:f`.
    systems
        The data; at least one.
    rcut
        Cutoff radius in angstrom.
    type_map
        Name of each type; the number of types is that of the data by default.

    Raises
    ------
    InputError
        `sel` is not of that form, there are no data, or a species has no name in `type_map`.
    """
    factor, systems = _checked(sel, systems, type_map)
    ntypes = len(type_map) if type_map else max(int(s.atype.max(initial=-1)) + 1 for s in systems)
    counts = [neighbor_statistics(system, rcut, ntypes).most for system in systems]
    slots = tuple(suggested_slots(max(most), factor) for most in zip(*counts, strict=True))
    if not any(slots):
        raise unexpected("sel", sel, f"data with neighbours within {rcut} angstrom to count, or numbers")
    return slots


def automatic_slots(
    sel: str, systems: Sequence[System], rcut: float, type_map: Sequence[str] | None = None
) -> int:
    """Return the slots for neighbours of all types together that `auto` or `auto:f` stands for, given data.

    As `automatic_sel`, by the largest number of neighbours of all types that any atom has.

    Raises
    ------
    InputError
        As for `automatic_sel`.
    """
    factor, systems = _checked(sel, systems, type_map)
    return suggested_slots(max(neighbor_statistics(s, rcut).most_in_all for s in systems), factor)


def automatic_places(
    sel: str, systems: Sequence[System], type_map: Sequence[str] | None = None
) -> tuple[int, ...]:
    """Return the places for atoms of each type that `auto` or `auto:f` stands for where nobody has a cutoff.

    The largest number of atoms of each type that any frame has, masked ones included, times `f` (1 by
    default) and rounded down: for padded data that is what everything is padded to.

    Raises
    ------
    InputError
        As for `automatic_sel`.
    """
    factor, systems = _checked(sel, systems, type_map)
    factor = 1.0 if sel == "auto" else factor
    ntypes = len(type_map) if type_map else max(int(s.types.max(initial=-1)) + 1 for s in systems)
    counts = [[int((s.types == b).sum(axis=1).max(initial=0)) for b in range(ntypes)] for s in systems]
    return tuple(int(most * factor) for most in np.max(counts, axis=0))


def _checked(
    sel: str, systems: Sequence[System], type_map: Sequence[str] | None
) -> tuple[float, list[System]]:
    factor = auto_factor(sel)
    if factor is None:
        raise unexpected("sel", sel, "`auto`, or `auto:f` with a number f of 1 or more")
    if not systems:
        raise unexpected("systems", [], "at least one system to count neighbours in")
    return factor, [renumber(system, type_map) for system in systems]
