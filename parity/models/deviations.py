"""How far the numbers of one backend are from those of refdp, in units of what rounding may do to both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.compare import used
from parity.models.conversion_report import Deviation, Size, unit_of
from parity.models.outputs import DERIVED

__all__ = ["Chunk", "deviations", "mismatch", "sizes", "wrong_frames"]

# The budget is that of one evaluation; two may err, each its own way.
BOTH = 2.0


class Chunk(NamedTuple):
    """Some frames: what refdp gives, the budget, what another gives, and which frames and species they are.

    Attributes
    ----------
    value, budget, other
        By output.
    frames
        `(nf,)`, the numbers of the frames.
    species
        `(nf, natoms)`, names of the atoms, empty where types have none.
    """

    value: Mapping[str, NDArray[Any]]
    budget: Mapping[str, NDArray[Any]]
    other: Mapping[str, NDArray[Any]]
    frames: NDArray[np.int64]
    species: NDArray[np.str_]


def mismatch(chunks: Sequence[Chunk], lacks: Sequence[str]) -> str:
    """Return what is missing or of another shape, an empty text where nothing is."""
    for chunk in chunks:
        for name, value in chunk.value.items():
            other = chunk.other.get(name)
            if other is None and name not in lacks:
                return f"`{name}` is missing"
            if other is not None and np.shape(other) != value.shape:
                return f"`{name}` has shape {np.shape(other)} instead of {value.shape}"
    return ""


def deviations(chunks: Sequence[Chunk]) -> tuple[Deviation, ...]:
    """Return one deviation for each output that both give, in the order in which they are computed."""
    names = [name for name in chunks[0].value if name in chunks[0].other]
    return tuple(_worst([_measured(name, chunk) for chunk in chunks]) for name in names)


def _worst(parts: list[Deviation]) -> Deviation:
    """Return one deviation for several chunks: the place is the first that is wrong."""
    first = next((d for d in parts if d.beyond), max(parts, key=lambda d: d.used))
    used, largest = (float(np.max([getattr(d, name) for d in parts])) for name in ("used", "largest"))
    return msgspec.structs.replace(first, used=used, largest=largest, beyond=sum(d.beyond for d in parts))


def wrong_frames(chunk: Chunk) -> NDArray[np.bool_]:
    """Return `(nf,)`, the frames in which something is further away than rounding explains."""
    names = [name for name in chunk.value if name in chunk.other]
    beyond = [(_shares(name, chunk)[0] > 1.0).reshape(len(chunk.frames), -1).any(axis=1) for name in names]
    return np.any(beyond, axis=0)


def sizes(chunks: Sequence[Chunk]) -> tuple[Size, ...]:
    """Return how large the numbers of refdp are, and what rounding may do to a difference of two of them."""
    found = []
    for name in chunks[0].value if chunks else ():
        values, budgets = ([np.ravel(getattr(c, key)[name]) for c in chunks] for key in ("value", "budget"))
        largest, budget = (float(np.max(np.abs(np.concatenate(x)), initial=0.0)) for x in (values, budgets))
        found.append(Size(output=name, unit=unit_of(name), largest=largest, allowed=BOTH * budget))
    return tuple(found)


def _shares(name: str, chunk: Chunk) -> tuple[NDArray[np.float64], ...]:
    """Return, by number, the share of what rounding may do, the deviation, and what rounding may do."""
    value, other, allowed = chunk.value[name], np.asarray(chunk.other[name]), BOTH * chunk.budget[name]
    zero = np.zeros_like(value)
    with np.errstate(all="ignore"):
        error = np.abs(other.astype(np.float64) - value)
    return used(other, {"head": value, "tail": zero, "radius": zero, "budget": allowed}), error, allowed


def _measured(name: str, chunk: Chunk) -> Deviation:
    share, error, allowed = _shares(name, chunk)
    wrong = (share > 1.0).reshape(len(share), -1).any(axis=1)
    # The first frame in which something is wrong: where one looks first.
    frame = int(np.argmax(wrong)) if wrong.any() else int(np.unravel_index(np.argmax(share), share.shape)[0])
    place = (frame, *map(int, np.unravel_index(int(np.argmax(share[frame])), share.shape[1:])))
    atom = place[1] if name.startswith("atom_") or name == DERIVED[0] else None
    return Deviation(
        output=name,
        unit=unit_of(name),
        used=float(share.max()),
        largest=float(np.max(np.where(np.isnan(error), np.inf, error))),
        beyond=int(np.count_nonzero(share > 1.0)),
        frame=int(chunk.frames[frame]),
        atom=atom,
        species="" if atom is None else str(chunk.species[frame, atom]),
        deviation=float(error[place]),
        allowed=float(allowed[place]),
    )
