"""Small systems to try things on, shipped with the package: `examples.water()`, `examples.load(name)`."""

from __future__ import annotations

from importlib.resources import as_file, files

from refdp.errors import unexpected
from refdp.io.dataset import load_system
from refdp.system import System

__all__ = ["crowded", "crystal", "isolated", "load", "molecule", "names", "pair", "virtual", "water"]


def names() -> tuple[str, ...]:
    """Return the names that `load` knows."""
    folders = (files("refdp") / "data").iterdir()
    return tuple(sorted(each.name for each in folders if (each / "type.raw").is_file()))


def load(name: str) -> System:
    """Load the example with this name.

    Raises
    ------
    InputError
        If there is no such example; the message lists those there are.
    """
    if name not in names():
        raise unexpected("name", name, f"one of {', '.join(names())}")
    with as_file(files("refdp") / "data" / name) as folder:
        return load_system(folder)


def water(repeat: int | tuple[int, int, int] = 1) -> System:
    """Liquid water: 64 molecules in a cubic cell of 12.42 angstrom, 300 K, two frames, types O and H.

    Parameters
    ----------
    repeat
        Cells along the three directions, or one number for all: `repeat=2` gives 1536 atoms.
    """
    times = (repeat, repeat, repeat) if isinstance(repeat, int) else repeat
    system = load("water")
    return system if times == (1, 1, 1) else system.repeat(times)


def molecule() -> System:
    """Ethanol without a cell, as relaxed and displaced by hand, types O, H and C."""
    return load("molecule")


def crystal() -> System:
    """Rock salt in its primitive, triclinic cell, displaced; the cell is smaller than usual cutoffs."""
    return load("crystal")


def isolated() -> System:
    """Water, and a helium atom more than 6 angstrom away from it, without neighbours."""
    return load("isolated")


def pair() -> System:
    """Two different atoms without a cell, in two frames: near each other, and further apart."""
    return load("pair")


def virtual() -> System:
    """Water molecules in a cell with virtual atoms (type -1) between the real ones."""
    return load("virtual")


def crowded() -> System:
    """Argon and krypton packed closely: a `sel` that suits liquids overflows."""
    return load("crowded")
