"""The systems that cases are made on, and the cutoffs, slots and excluded pairs that suit each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
}


def load(name: str) -> System:
    """Return a system by name: an example of refdp (one frame of water), or `atom`, `left-handed`, `lattice`.

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


_OWN = {"atom": _atom, "left-handed": _left_handed, "lattice": _lattice}
