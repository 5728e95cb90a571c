"""The chemical elements as electrons in orbitals, for type embeddings that start from chemistry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from refdp.errors import unexpected

__all__ = ["SYMBOLS", "electron_configuration"]

_PERIODS = """
H He
Li Be B C N O F Ne
Na Mg Al Si P S Cl Ar
K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr
Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe
Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn
Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
"""
_SUBSHELLS = "1s 2s 2p 3s 3p 3d 4s 4p 4d 4f 5s 5p 5d 5f 6s 6p 6d 7s 7p"
SYMBOLS = tuple(_PERIODS.split())
SUBSHELLS = tuple(_SUBSHELLS.split())

# Where nature does not fill its subshells in the order of n + l, then of n.
EXCEPTIONS = {
    "Cr": {"3d": 5, "4s": 1},
    "Cu": {"3d": 10, "4s": 1},
    "Nb": {"4d": 4, "5s": 1},
    "Mo": {"4d": 5, "5s": 1},
    "Ru": {"4d": 7, "5s": 1},
    "Rh": {"4d": 8, "5s": 1},
    "Pd": {"4d": 10, "5s": 0},
    "Ag": {"4d": 10, "5s": 1},
    "La": {"4f": 0, "5d": 1},
    "Ce": {"4f": 1, "5d": 1},
    "Gd": {"4f": 7, "5d": 1},
    "Pt": {"5d": 9, "6s": 1},
    "Au": {"5d": 10, "6s": 1},
    "Ac": {"5f": 0, "6d": 1},
    "Th": {"5f": 0, "6d": 2},
    "Pa": {"5f": 2, "6d": 1},
    "U": {"5f": 3, "6d": 1},
    "Np": {"5f": 4, "6d": 1},
    "Cm": {"5f": 7, "6d": 1},
    "Ds": {"6d": 9, "7s": 1},
    "Rg": {"6d": 10, "7s": 1},
}


def electron_configuration(names: Sequence[str]) -> NDArray[np.float64]:
    r"""Return the spins in the orbitals of each element, as vectors of length 1.

    Two numbers for each of the 59 orbitals from 1s to 7p: (-1, -1) if it is empty, (-1, 1) with one electron,
    (1, 1) with two; all of them divided by :math:`\sqrt{118}`. Electrons of a subshell stay alone for as long
    as there is room (Hund's rule). The input of a type embedding with `use_econf_tebd`.

    Parameters
    ----------
    names
        Chemical symbols, from H to Og.

    Returns
    -------
    NDArray
        `(len(names), 118)`.

    Raises
    ------
    InputError
        A name is no chemical symbol.
    """
    if unknown := [name for name in names if name not in SYMBOLS]:
        raise unexpected("type_map", unknown[0], "chemical symbols, from H to Og, for `use_econf_tebd`")
    rows = [[spin for shell in _occupation(name) for spin in _spins(*shell)] for name in names]
    return np.array(rows, np.float64).reshape(len(rows), 118) / np.sqrt(118.0)


@cache
def _occupation(name: str) -> tuple[tuple[int, int], ...]:
    """Return the number of orbitals and of electrons of each subshell."""
    left, filled = SYMBOLS.index(name) + 1, {}
    for shell in sorted(SUBSHELLS, key=lambda s: (int(s[0]) + _momentum(s), int(s[0]))):
        filled[shell] = min(left, 2 * _orbitals(shell))
        left -= filled[shell]
    filled |= EXCEPTIONS.get(name, {})
    return tuple((_orbitals(shell), filled[shell]) for shell in SUBSHELLS)


def _spins(orbitals: int, electrons: int) -> Iterator[int]:
    """Yield the two numbers of each orbital of a subshell."""
    for k in range(orbitals):
        yield 1 if k < electrons - orbitals else -1
        yield 1 if k < electrons else -1


def _momentum(shell: str) -> int:
    return "spdf".index(shell[1])


def _orbitals(shell: str) -> int:
    return 2 * _momentum(shell) + 1
