"""Frames of SYSTEM with their labels, in order and some at a time: a large set is never held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from refdp.cli.inputs import EXAMPLE, called, file_of_atoms, has_mask

if TYPE_CHECKING:
    from refdp.io.dataset import Frames

__all__ = ["Source", "open_frames"]

MOST_FRAMES = 64
MOST_ATOMS = 2**14


class Source(NamedTuple):
    """Frames to go through.

    Attributes
    ----------
    nf
        How many there are.
    kinds
        The different numbers of atoms, each with whether there are cells; none without frames.
    pieces
        How many chunks there are, roughly.
    names
        The names of the types, if they have names.
    chunks
        The frames.
    """

    nf: int
    kinds: frozenset[tuple[int, bool]]
    pieces: int
    names: tuple[str, ...] | None
    chunks: Iterator[Frames]


@called("SYSTEM")
def open_frames(text: str, labels: Sequence[str], aparam_as_mask: bool, count: int | None) -> Source:
    """Return the frames of what SYSTEM names, as `read_system` understands it.

    Parameters
    ----------
    text
        SYSTEM.
    labels
        Which labels to read.
    aparam_as_mask
        Whether `aparam` tells which atoms are real.
    count
        How many frames, from the first; all if None.

    Raises
    ------
    InputError
        There is no such system, or it cannot be read.
    """
    if text.startswith(EXAMPLE):
        from refdp import examples
        from refdp.io.dataset import Frames

        return _in_memory([Frames(examples.load(text.removeprefix(EXAMPLE)))], count)
    if source := file_of_atoms(text):
        from refdp.io import ase_files

        return _in_memory(ase_files.read(*source), count)
    return _streamed(text, labels, aparam_as_mask, count)


def _streamed(text: str, labels: Sequence[str], aparam_as_mask: bool, count: int | None) -> Source:
    from refdp.io.dataset import open_data

    masked = aparam_as_mask and has_mask(text)
    data = open_data(text, aparam_as_mask=masked)
    step, nf = _step(data.natoms), data.nf if count is None else min(count, data.nf)
    kinds = frozenset({(data.natoms, data.periodic)} if nf else ())
    return Source(nf, kinds, -(-nf // step), data.type_map, _first(data.chunks(step, labels), nf))


def _in_memory(parts: Sequence[Frames], count: int | None) -> Source:
    nf = sum(len(part) for part in parts)
    nf = nf if count is None else min(count, nf)
    kinds = frozenset((part.system.natoms, part.system.periodic) for part in parts)
    chunks = list(_in_order(parts))
    return Source(nf, kinds, len(chunks), parts[0].system.type_map, _first(chunks, nf))


def _in_order(parts: Sequence[Frames]) -> Iterator[Frames]:
    """Yield frames that were sorted by what they hold in the order of their file again."""
    places = sorted(
        (int(index), p, row) for p, part in enumerate(parts) for row, index in enumerate(part.index)
    )
    for p, run in groupby(places, key=lambda place: place[1]):
        rows = [row for _, _, row in run]
        step = _step(parts[p].system.natoms)
        for start in range(0, len(rows), step):
            yield _some(parts[p], rows[start : start + step])


def _step(natoms: int) -> int:
    return max(1, min(MOST_FRAMES, MOST_ATOMS // max(natoms, 1)))


def _first(chunks: Iterable[Frames], count: int) -> Iterator[Frames]:
    for chunk in chunks:
        if count <= 0:
            return
        yield chunk if len(chunk) <= count else _some(chunk, list(range(count)))
        count -= len(chunk)


def _some(frames: Frames, rows: list[int]) -> Frames:
    from refdp.io.dataset import Frames

    labels = {name: x[rows] for name, x in frames.labels.items()}
    return Frames(frames.system.take(rows), labels, frames.index[rows])
