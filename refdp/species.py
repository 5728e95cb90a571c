"""Species by name: the type numbers of one list of names in terms of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from refdp.errors import unexpected
from refdp.system import System

if TYPE_CHECKING:
    from refdp.neighbors.sight import Sight

__all__ = ["match_types", "renumber"]


def renumber(system: System, type_map: Sequence[str] | None) -> System:
    """Return the system with type numbers that refer to `type_map`, matched by name.

    Where either side has no names the numbers are taken as they are.

    Parameters
    ----------
    system
        The atoms.
    type_map
        Name of each type wanted.

    Raises
    ------
    InputError
        A species of the system is not in `type_map`.
    """
    named = system.type_map
    if type_map is None or named is None or tuple(type_map) == named:
        return system
    present = [name for k, name in enumerate(named) if np.any(system.types == k)]
    if missing := [name for name in present if name not in type_map]:
        raise unexpected("type_map", missing, f"species among {', '.join(type_map)}")
    places = [type_map.index(name) if name in type_map else -1 for name in named]
    # The extra entry is what a virtual atom, type -1, finds.
    types = np.array([*places, -1])[np.maximum(system.types, -1)]
    return System(system.coords, types, system.cell, system.mask, type_map)


def match_types(viewer: Sight, system: System) -> System:
    """Return the system with the type numbers of a descriptor or model, by name where both have names.

    Raises
    ------
    InputError
        The system has a species, or a type number, that the viewer does not know.
    """
    system = renumber(system, viewer.type_map)
    highest = int(np.max(system.atype, initial=-1))
    if highest >= viewer.ntypes:
        raise unexpected("types", highest, f"types below {viewer.ntypes}, the number of types")
    return system
