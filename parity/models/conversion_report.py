"""What a check of a converted model finds, as data, and the one sentence that it ends with."""

from __future__ import annotations

from typing import Literal

import msgspec

from parity.models.outputs import UNITS
from parity.report.summary import percent

__all__ = ["Conversion", "Deviation", "Row", "is_faithful", "sentence_of", "unit_of"]

NAMES = {
    "atom_energy": "energies of atoms",
    "energy": "energies",
    "forces": "forces",
    "virial": "virials",
    "atom_virial": "virials of atoms",
}


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


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one backend, or another file, does with the model."""

    backend: str
    version: str
    status: Literal["agrees", "differs", "known", "refuses", "fails"]
    reason: str = ""
    seconds: float = 0.0
    outputs: tuple[Deviation, ...] = ()


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """A whole check.

    Attributes
    ----------
    model, data
        As they were given.
    frames, atoms
        How many frames, and how many atoms they have: the least and the most.
    rows
        One for each backend.
    errors
        Root mean square errors of refdp against the labels of the data, by output.
    faithful, sentence
        Whether the conversion is, and in words.
    """

    model: str
    data: str
    frames: int
    atoms: tuple[int, int]
    rows: tuple[Row, ...]
    errors: dict[str, float]
    faithful: bool
    sentence: str


def is_faithful(rows: tuple[Row, ...]) -> bool:
    """Tell whether something was compared, and nothing differs or fails."""
    return any(row.status in ("agrees", "known") for row in rows) and not wrong(rows)


def wrong(rows: tuple[Row, ...]) -> list[Row]:
    """Return the rows that speak against a conversion."""
    return [row for row in rows if row.status in ("differs", "fails")]


def sentence_of(model: str, frames: int, atoms: tuple[int, int], rows: tuple[Row, ...]) -> str:
    """Return the sentence: faithful or not, who agrees on what, or what differs first."""
    if bad := wrong(rows):
        return f"not faithful: {'; '.join(map(_complaint, bad))}"
    agreeing = [row for row in rows if row.status in ("agrees", "known")]
    if not agreeing:
        return "nothing is shown: no backend on this machine could evaluate the model"
    names = [row.backend for row in agreeing]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    least, most = atoms
    size = str(most) if least == most else f"{least} to {most}"
    used = max((d.used for row in agreeing if row.status == "agrees" for d in row.outputs), default=0.0)
    known = [row.backend for row in agreeing if row.status == "known"]
    but = f", apart from known differences of {', '.join(known)}" if known else ""
    agrees = "agrees" if len(names) == 1 else "agree"
    count = "1 frame" if frames == 1 else f"{frames} frames"
    return (
        f"faithful: {listed} {agrees} with {model} on {count} of {size} atoms{but}; "
        f"at most {percent(used)} of what rounding may do"
    )


def _complaint(row: Row) -> str:
    first = next((d for d in row.outputs if d.beyond), None)
    if first is None:
        return f"{row.backend} {row.status}: {row.reason}"
    atom = "" if first.atom is None else f", atom {first.atom}{first.species and f' ({first.species})'}"
    what = NAMES.get(first.output, f"`{first.output}`")
    return (
        f"{what} of {row.backend} differ first at frame {first.frame}{atom}: "
        f"{first.deviation:.1e} {first.unit} where rounding allows {first.allowed:.1e}"
    ).replace(f" {first.unit} where", f"{first.unit and ' ' + first.unit} where")


def unit_of(output: str) -> str:
    """Return the unit of an output, an empty text where the model's own unit is anybody's guess."""
    return UNITS.get(output, "")
