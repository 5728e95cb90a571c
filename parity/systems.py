"""The systems that cases are made on, and the cutoffs, slots and excluded pairs that suit each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp import examples
from refdp.errors import unexpected
from refdp.system import System

__all__ = ["SETTINGS", "Setting", "load"]


@dataclass(frozen=True)
class Setting:
    """What an option must be on one system to do what its level says.

    Attributes
    ----------
    cutoffs
        `(rcut, rcut_smth)` in angstrom by level: `wide`; `narrow`, a switch window of some tenths with pairs
        in it; and `long`, where `sel` is too small unless the system has too few atoms for that.
    sel
        Slots by type. As few different numbers as possible: a compiler's work is for each shape anew.
    overflowing
        Whether `long` drops neighbours.
    excluded
        `same`: a pair of equal types that occurs within the cutoff; `different`: types 0 and 1.
    """

    cutoffs: dict[str, tuple[float, float]]
    sel: tuple[int, ...]
    overflowing: bool
    excluded: dict[str, tuple[tuple[int, int], ...]]


def _setting(
    wide: float,
    narrow: float,
    long: tuple[float, float],
    sel: tuple[int, ...],
    excluded: dict[str, tuple[int, int]],
    *,
    overflowing: bool = True,
) -> Setting:
    cutoffs = {"wide": (wide, 0.5), "narrow": (wide, narrow), "long": long}
    pairs: dict[str, tuple[tuple[int, int], ...]] = {"none": ()}
    pairs |= {name: (pair,) for name, pair in excluded.items()}
    return Setting(cutoffs, sel, overflowing, pairs)


# Cutoffs that binary floating point cannot hold: rounding them is a backend's business, too.
SETTINGS: dict[str, Setting] = {
    "water": _setting(3.3, 2.8, (4.1, 1.9), (16, 16), {"same": (0, 0), "different": (0, 1)}),
    "molecule": _setting(2.1, 1.7, (4.6, 1.4), (4, 4, 4), {"same": (1, 1), "different": (1, 2)}),
    # Without its unlike neighbours an ion sees only its own images, which move as it moves.
    "crystal": _setting(4.6, 3.7, (6.1, 1.9), (16, 16), {"same": (0, 0)}),
    "isolated": _setting(
        1.6, 0.94, (4.0, 0.75), (4, 4, 4), {"same": (1, 1), "different": (0, 1)}, overflowing=False
    ),
    # Hydrogen chloride has one pair: to exclude it leaves nothing.
    "pair": _setting(3.6, 2.9, (5.1, 1.1), (16, 16), {}, overflowing=False),
    "virtual": _setting(3.6, 2.9, (4.1, 1.9), (16, 16), {"same": (0, 0), "different": (0, 1)}),
    "crowded": _setting(4.1, 3.1, (5.6, 1.9), (16, 16), {"same": (0, 0), "different": (0, 1)}),
    # Of one size, so that what is compiled for one serves the other.
    "mixture": _setting(3.1, 2.6, (3.6, 1.9), (4, 4, 4), {"same": (0, 0), "different": (0, 1)}),
    "cluster": _setting(
        2.6, 1.9, (3.6, 1.6), (4, 4, 4), {"same": (0, 0), "different": (0, 1)}, overflowing=False
    ),
    "masked": _setting(
        2.6, 1.9, (3.6, 1.6), (4, 4, 4), {"same": (0, 0), "different": (0, 1)}, overflowing=False
    ),
}


@cache
def load(name: str) -> System:
    """Return a system by name: an example of refdp (one frame of water), or one of those made here.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name in _OWN:
        return _OWN[name]()
    if name not in examples.names():
        raise unexpected("system", name, f"one of {', '.join((*examples.names(), *_OWN))}")
    system = examples.load(name)
    return system.frame(0) if name == "water" else system


def _left_handed() -> System:
    """Four atoms in a cubic cell whose lattice vectors are left-handed; all numbers are exact in binary."""
    rng = np.random.default_rng(1)
    sites = (
        np.asarray([[0, 0, 0], [2, 2, 0], [2, 0, 2], [0, 2, 2]]) + rng.integers(0, 512, size=(4, 3)) / 1024
    )
    return System(sites, [0, 1, 1, 0], 4.0 * np.eye(3)[[1, 0, 2]], type_map=["A", "B"])


def _lattice() -> System:
    """Two types in layers of a simple cubic lattice, 64 atoms 2 angstrom apart: distances tie exactly."""
    grid = np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return System(2.0 * grid + 0.5, grid[:, 0] % 2, 8.0 * np.eye(3), type_map=["A", "B"])


def _atom() -> System:
    """One atom and nothing else, of two possible types."""
    return System([[0.1, 0.2, 0.3]], [0], type_map=["A", "B"])


def _mixture() -> System:
    """Six atoms of three elements in a triclinic cell; two frames with different first types."""
    return System(_scattered(255, CELL, ALL_AROUND), TYPES, CELL, type_map=ELEMENTS)


def _cluster() -> System:
    """As many atoms without a cell; the last one of the first frame sees nobody."""
    sites = _scattered(10, 3.25 * np.eye(3), np.zeros((1, 3)))
    sites[0, -1] += 20.0
    return System(sites, TYPES, type_map=ELEMENTS)


def _tilted(rows: tuple[int, ...] = (0, 1, 2)) -> System:
    """Return as many atoms, some outside their cell, where wrapping rounds nothing: its inverse is binary."""
    sites = _scattered(7, TILTED, ALL_AROUND) + ASIDE @ TILTED
    return System(sites, TYPES, TILTED[list(rows)], type_map=ELEMENTS)


def _with_virtual(system: System) -> System:
    """Return a system with virtual atoms: in the middle of one frame, and the first of the other."""
    types = np.array(system.atype)
    types[0, 2] = types[1, 0] = -1
    return System(system.coords, types, system.cell, type_map=system.type_map)


def _scattered(seed: int, cell: NDArray[np.float64], images: NDArray[Any]) -> NDArray[np.float64]:
    """Return two frames of six atoms, `(2, 6, 3)`, at random but a little apart; exact in binary."""
    rng = np.random.default_rng(seed)
    frames = []
    for _ in TYPES:
        sites: list[NDArray[np.float64]] = []
        while len(sites) < len(TYPES[0]):
            site = np.round(256 * (rng.random(3) @ cell)) / 256
            away = [np.linalg.norm(site - other + images @ cell, axis=-1) for other in sites]
            if all(map(_good, away)):
                sites.append(site)
        frames.append(sites)
    return np.asarray(frames)


def _good(distances: NDArray[np.float64]) -> bool:
    """Tell whether no distance is short, or just below a cutoff, where the switch has lost all its digits."""
    below = [(distances > rcut - 0.15) & (distances < rcut) for rcut in (2.6, 3.1, 3.6)]
    return not np.any(below) and float(np.min(distances)) > APART


ELEMENTS = ["O", "H", "C"]
TYPES = ((0, 1, 2, 1, 0, 2), (2, 0, 1, 1, 0, 0))
CELL = np.asarray([[4.5, 0.0, 0.0], [0.75, 4.25, 0.0], [-0.5, 0.625, 4.75]])
TILTED = np.asarray([[4.0, 0.0, 0.0], [0.5, 4.0, 0.0], [-0.5, 0.75, 4.0]])
ASIDE = np.asarray([[0, 0, 0], [1, 0, 0], [0, 0, 0], [0, -1, 2], [0, 0, 0], [0, 0, -1]])
ALL_AROUND = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3), axis=-1).reshape(-1, 3)
APART = 1.2  # angstrom

_OWN: dict[str, Callable[[], System]] = {
    "atom": _atom,
    "cluster": _cluster,
    "lattice": _lattice,
    "left-handed": _left_handed,
    "masked": lambda: _with_virtual(_cluster()),
    "mixture": _mixture,
    "mixture-virtual": lambda: _with_virtual(_mixture()),
    "tilted": _tilted,
    "tilted-left-handed": lambda: _tilted((1, 0, 2)),
    "tilted-virtual": lambda: _with_virtual(_tilted()),
}
