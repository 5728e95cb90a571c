"""A system in DeePMD-kit's layout, opened: what is in it is known, its frames are read when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, positive, unexpected
from refdp.io.dataset.frames import Frames
from refdp.io.dataset.labels import canonical
from refdp.io.dataset.sets import TYPES, FrameSet
from refdp.io.dataset.store import problem
from refdp.species import renumber
from refdp.system import System

__all__ = ["DataSet"]

ALL = slice(None)


@dataclass(frozen=True, eq=False, repr=False)
class DataSet:
    """The frames of one system, in files that are mapped where they are read.

    `refdp.open_data` makes it. What it takes in memory does not grow with the number of frames.

    Attributes
    ----------
    name
        The folder, or the file and the group.
    types
        `(natoms,)`, the numbers in `type.raw`; where `mixed`, each frame has its own instead.
    type_map
        The name of each type of `type.raw`, if it has names.
    periodic
        Whether there are cells.
    mixed
        Whether each frame has its own types (DeePMD-kit's mixed_type format).
    sets
        The sets, in order.
    wanted
        The names that the type numbers of a `System` made here refer to; those of `type_map` if None.
    aparam_as_mask
        Whether atoms with zero in `aparam` are masked.
    """

    name: str
    types: NDArray[np.int64]
    type_map: tuple[str, ...] | None
    periodic: bool
    mixed: bool
    sets: tuple[FrameSet, ...]
    wanted: tuple[str, ...] | None = None
    aparam_as_mask: bool = False

    def __len__(self) -> int:
        return self.nf

    def __repr__(self) -> str:
        kind = f"{', mixed types' if self.mixed else ''}, cell={'periodic' if self.periodic else 'None'}"
        labels = ", ".join(self.labels) or "none"
        return f"DataSet({self.name}: nf={self.nf}, natoms={self.natoms}{kind}, labels: {labels})"

    @property
    def nf(self) -> int:
        """How many frames there are, in all sets."""
        return sum(each.nf for each in self.sets)

    @property
    def natoms(self) -> int:
        """How many atoms, real and virtual, a frame has."""
        return len(self.types)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels that some set has, sorted."""
        return tuple(sorted({name for each in self.sets for name in each.labels}))

    def find(self, name: str) -> bool:
        """Tell whether all sets have a label: then DeePMD-kit's `find_energy`, for instance, is 1."""
        return all(canonical(name) in each.labels for each in self.sets)

    def label(self, name: str, frames: int | slice = ALL) -> NDArray[Any]:
        """Return a label of some frames, `(nf, ...)`; that of a frame of `(3 * natoms,)` as `(natoms, 3)`.

        Raises
        ------
        InputError
            A set of these frames does not have it, or a number is not finite.
        """
        name = canonical(name)
        parts = self._parts(frames)
        for each, _ in parts:
            if name not in each.labels:
                expected = f"the label `{name}`"
                raise problem(each.name, expected, ", ".join(sorted(each.labels)) or "none")
        return np.concatenate([each.columns[name].read(where) for each, where in parts])

    def system(self, frames: int | slice = ALL) -> System:
        """Return the atoms of some frames.

        Parameters
        ----------
        frames
            A frame number, or a slice with a positive step.

        Raises
        ------
        InputError
            A frame cannot be used, or has a species that is not among the wanted ones; the message names the
            file.
        """
        parts = self._parts(frames)
        coords = np.concatenate([each.columns["coord"].read(where) for each, where in parts])
        cells = np.concatenate([each.cells(where) for each, where in parts]) if self.periodic else None
        mask = np.concatenate([_mask(each, where) for each, where in parts]) if self.aparam_as_mask else None
        types = self.types
        if self.mixed:
            types = np.concatenate([each.columns[TYPES].read(where) for each, where in parts])
        try:
            return renumber(System(coords, types, cells, mask, self.type_map), self.wanted)
        except InputError as error:
            first = self._range(frames).start
            message = f"{self.name}{f', frames from {first}' if first else ''}: {error}"
            raise InputError(message) from error

    def frames(self, frames: int | slice = ALL, labels: str | Iterable[str] | None = None) -> Frames:
        """Return some frames with those of their labels that all of them have.

        Parameters
        ----------
        frames
            A frame number, or a slice with a positive step.
        labels
            Which label or labels to read, where there are such; all if None.
        """
        parts = [each for each, _ in self._parts(frames)]
        found = [name for name in self._names(labels) if all(name in each.labels for each in parts)]
        arrays = {name: self.label(name, frames) for name in found}
        return Frames(self.system(frames), arrays, self._range(frames))

    def chunks(self, frames: int = 64, labels: str | Iterable[str] | None = None) -> Iterator[Frames]:
        """Yield all frames, some at a time, so that a set larger than memory can be gone through.

        A chunk does not go beyond a set whose successor has other labels.

        Parameters
        ----------
        frames
            How many to hold in memory at a time.
        labels
            Which label or labels to read, where there are such; all if None.

        Raises
        ------
        InputError
            `frames` is no positive number; or, while reading, as `system` and `label` do.
        """
        step = positive("frames", frames)
        names = self._names(labels)
        runs = self._runs()
        starts = [(k, stop) for start, stop in runs for k in range(start, stop, step)]
        return (self.frames(slice(k, min(k + step, stop)), names) for k, stop in starts)

    def _names(self, labels: str | Iterable[str] | None) -> tuple[str, ...]:
        if labels is None:
            return self.labels
        return tuple(sorted({canonical(name) for name in ([labels] if isinstance(labels, str) else labels)}))

    def _runs(self) -> list[tuple[int, int]]:
        """Return the ranges of frames in which the labels are the same."""
        ends = list(accumulate(each.nf for each in self.sets))
        cuts = [
            end
            for end, each, after in zip(ends, self.sets, self.sets[1:], strict=False)
            if each.labels.keys() != after.labels.keys()
        ]
        return list(zip([0, *cuts], [*cuts, self.nf], strict=True))

    def _range(self, frames: int | slice) -> range:
        if isinstance(frames, slice):
            return self._slice(frames)
        whole = isinstance(frames, int | np.integer) and not isinstance(frames, bool)
        if not whole or not -self.nf <= frames < self.nf:
            raise unexpected("frames", frames, f"a frame number below nf = {self.nf}")
        first = int(frames) % self.nf
        return range(first, first + 1)

    def _slice(self, frames: slice) -> range:
        expected = "a slice with a positive step"
        try:
            places = range(*frames.indices(self.nf))
        except (TypeError, ValueError) as error:
            raise unexpected("frames", frames, expected) from error
        if places.step < 1:
            raise unexpected("frames", frames, expected)
        return places

    def _parts(self, frames: int | slice) -> list[tuple[FrameSet, slice]]:
        """Return the sets that some frames are in, and which of a set's own frames they are."""
        wanted = self._range(frames)
        starts = accumulate((each.nf for each in self.sets), initial=0)
        places = (_overlap(wanted, start, each.nf) for start, each in zip(starts, self.sets, strict=False))
        parts = [
            (each, where) for each, where in zip(self.sets, places, strict=True) if where.start < where.stop
        ]
        # No frames are those of the first set, which has arrays of the right shape.
        return parts or [(self.sets[0], slice(0, 0))]


def _overlap(wanted: range, start: int, nf: int) -> slice:
    """Return which frames of a set that begins at frame `start` are wanted."""
    skipped = max(0, -(-(start - wanted.start) // wanted.step))
    first = wanted.start + skipped * wanted.step - start
    return slice(first, min(wanted.stop - start, nf), wanted.step)


def _mask(each: FrameSet, where: slice) -> NDArray[np.float64]:
    expected = "a mask, 1 for a real atom and 0 for a virtual one"
    if "aparam" not in each.columns:
        raise problem(f"{each.name}/aparam.npy", expected, "No such file")
    aparam = each.columns["aparam"]
    mask = aparam.read(where)
    if aparam.shape[1] != 1:
        shape = f"the shape (nf, {aparam.shape[0]}), one number an atom"
        raise problem(aparam.table.name, shape, str(aparam.table.shape))
    bad = np.argwhere((mask != 0) & (mask != 1))
    if bad.size:
        frame, atom, _ = bad[0].tolist()
        place = f"frame {(where.start or 0) + frame * (where.step or 1)}, atom {atom}"
        raise problem(aparam.table.name, expected, f"{mask[frame, atom, 0]} in {place}")
    return mask[..., 0]
