"""The sentence that a check of a converted model ends with: faithful or not, or nothing is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from parity.models.conversion_report import Extent, Row, Size
from parity.report.summary import percent

__all__ = ["is_faithful", "sentence_of"]

NAMES = {
    "atom_energy": "energies of atoms",
    "energy": "energies",
    "forces": "forces",
    "virial": "virials",
    "atom_virial": "virials of atoms",
}
# A thousandth of a force matters, a millionth may. Forces that vanish by symmetry are below any share.
COARSE, SMALL = 1e-3, 1e-6
# In the unit of the numbers: nothing that anybody computes depends on it.
NEGLIGIBLE = 1e-6
AGREEING = ("agrees", "known")


def is_faithful(rows: Sequence[Row], extent: Extent) -> bool | None:
    """Tell whether a conversion is faithful; None where nothing is shown.

    It is where something agrees, another file among it if there is one, and nothing differs. Who could not be
    asked says nothing.
    """
    if _pointless(extent):
        return None
    if any(row.status == "differs" for row in rows):
        return False
    return None if _nothing_shown(rows, extent) else True


def sentence_of(model: str, rows: Sequence[Row], extent: Extent) -> str:
    """Return the sentence: who agrees on what, or what differs first, or why nothing is shown."""
    if why := _pointless(extent):
        return f"nothing is shown: {why}"
    if bad := [row for row in rows if row.status == "differs"]:
        return f"not faithful: {'; '.join(map(_complaint, bad))}"
    if why := _nothing_shown(rows, extent):
        return f"nothing is shown: {why}"
    agreeing = [row for row in rows if row.status in AGREEING]
    names = [row.backend for row in agreeing]
    verb = "agrees" if len(names) == 1 else "agree"
    told = [f"faithful: {_listed(names)} {verb} with {model} on {_count(extent)}{_but(agreeing)}"]
    told += [*_shares(agreeing), *_not_compared(agreeing, extent), *_rounding(extent)]
    silent = [row.backend for row in rows if row.status not in AGREEING]
    return "; ".join([*told, *([f"{_listed(silent)} could not be asked"] if silent else [])])


def _pointless(extent: Extent) -> str:
    """Return why no comparison can say anything, an empty text where one can."""
    if not extent.frames:
        return "no frame has a real atom"
    for size in extent.sizes:
        if not math.isfinite(size.largest):
            return f"{_what(size.output)} of refdp itself are not finite"
        if not math.isfinite(size.allowed):
            return f"rounding alone may change {_what(size.output)} by any amount"
    return ""


def _nothing_shown(rows: Sequence[Row], extent: Extent) -> str:
    """Return why nothing is shown although nothing differs, an empty text where something is."""
    if undecided := [row for row in rows if row.status == "undecided"]:
        return "; ".join(dict.fromkeys(f"{row.backend}: {row.reason}" for row in undecided))
    if coarse := [size for size in _decisive(extent) if _exceeds(size, COARSE)]:
        return f"rounding alone may {_change(coarse[0])}"
    other = any(row.against and row.status not in AGREEING for row in rows)
    if not other and any(row.status in AGREEING for row in rows):
        return ""
    silent = [row for row in rows if row.status not in AGREEING and (row.against or not other)]
    told = [f"{row.backend} could not be asked: {row.reason}" for row in silent]
    return "; ".join(told) or "no backend on this machine could evaluate the model"


def _decisive(extent: Extent) -> list[Size]:
    """Return what must be known well: forces, or totals of what has none."""
    forces = [size for size in extent.sizes if size.output == "forces"]
    return forces or [size for size in extent.sizes if not size.output.startswith("atom_")][:1]


def _exceeds(size: Size, share: float) -> bool:
    return size.allowed > max(share * size.largest, NEGLIGIBLE)


def _rounding(extent: Extent) -> list[str]:
    """Return what rounding may do, where it is not small."""
    told = [_change(size) for size in extent.sizes if _exceeds(size, SMALL) and "atom_" not in size.output]
    return [f"rounding may {' and '.join(told)}"] if told else []


def _change(size: Size) -> str:
    unit = size.unit and f" {size.unit}"
    return f"change {_what(size.output)} by {size.allowed:.1e}{unit} (the largest is {size.largest:.1e})"


def _shares(agreeing: Sequence[Row]) -> list[str]:
    """Return the largest share of what rounding may do, of those that have no known difference."""
    plain = [row for row in agreeing if row.status == "agrees"]
    used = max((d.used for row in plain for d in row.outputs), default=0.0)
    return [f"at most {percent(used)} of what rounding may do"] if plain else []


def _not_compared(agreeing: Sequence[Row], extent: Extent) -> list[str]:
    """Return what nobody gives."""
    given = {d.output for row in agreeing for d in row.outputs}
    missing = [_what(size.output) for size in extent.sizes if size.output not in given]
    return [f"{_listed(missing)} were not compared"] if missing else []


def _but(agreeing: Sequence[Row]) -> str:
    known = [row.backend for row in agreeing if row.status == "known"]
    return f", apart from known differences of {', '.join(known)}" if known else ""


def _count(extent: Extent) -> str:
    least, most = extent.atoms
    size = str(most) if least == most else f"{least} to {most}"
    return f"{'1 frame' if extent.frames == 1 else f'{extent.frames} frames'} of {size} atoms"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _complaint(row: Row) -> str:
    first = next((d for d in row.outputs if d.beyond), None)
    if first is None:
        return f"{row.backend} {row.status}: {row.reason}"
    atom = "" if first.atom is None else f", atom {first.atom}{first.species and f' ({first.species})'}"
    unit = first.unit and f" {first.unit}"
    return (
        f"{_what(first.output)} of {row.backend} differ first at frame {first.frame}{atom}: "
        f"{first.deviation:.1e}{unit} where rounding allows {first.allowed:.1e}"
    )


def _what(output: str) -> str:
    return NAMES.get(output, f"`{output}`")
