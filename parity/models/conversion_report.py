"""What a check of a converted model finds, as data."""

from __future__ import annotations

from typing import Literal

import msgspec

from parity.models.outputs import UNITS

__all__ = ["Conversion", "Deviation", "Extent", "Row", "Size", "unit_of"]


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """How far one output of one backend is from that of refdp.

    Attributes
    ----------
    output, unit
        Its name, and the unit of the numbers.
    used
        The largest share of what rounding may do.
    largest
        The largest deviation.
    beyond
        How many numbers are further away than rounding explains.
    frame, atom, species
        Where: the first frame in which something is too far away, and there the worst; else the largest
        share. The atom is None for numbers of whole frames.
    deviation, allowed
        The deviation there, and what rounding may do there.
    """

    output: str
    unit: str
    used: float
    largest: float
    beyond: int
    frame: int
    atom: int | None
    species: str
    deviation: float
    allowed: float


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large an output is.

    Attributes
    ----------
    output, unit
        Its name, and the unit of the numbers.
    largest
        The largest number that refdp gives.
    allowed
        The most that rounding may do to a difference of two such numbers.
    """

    output: str
    unit: str
    largest: float
    allowed: float


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """What a check is about.

    Attributes
    ----------
    frames, atoms
        How many frames with real atoms, and how many atoms they have: the least and the most.
    sizes
        Of the numbers that have a budget.
    """

    frames: int
    atoms: tuple[int, int]
    sizes: tuple[Size, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one backend, or another file, does with the model.

    Attributes
    ----------
    backend, version
        Its name, or that of the file; versions of what evaluates it.
    status
        `differs` speaks against a conversion, `agrees` and `known` for it, the others say nothing.
    reason, seconds
        Why; how long it took.
    outputs
        How far off, for what was compared.
    against
        Whether it is another file.
    """

    backend: str
    version: str
    status: Literal["agrees", "differs", "known", "undecided", "refuses", "fails"]
    reason: str = ""
    seconds: float = 0.0
    outputs: tuple[Deviation, ...] = ()
    against: bool = False


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """A whole check.

    Attributes
    ----------
    model, data
        As they were given.
    extent
        What was compared.
    rows
        One for each backend.
    errors
        Root mean square errors of refdp against the labels of the data, by output.
    faithful, sentence
        Whether the conversion is, None where nothing is shown; and in words.
    """

    model: str
    data: str
    extent: Extent
    rows: tuple[Row, ...]
    errors: dict[str, float]
    faithful: bool | None
    sentence: str


def unit_of(output: str) -> str:
    """Return the unit of an output, an empty text where the model's own unit is anybody's guess."""
    return UNITS.get(output, "")
