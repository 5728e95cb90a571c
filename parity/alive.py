"""The blindness check: a comparison that could not have failed proves nothing, and must not count."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.case import Case, Inputs, build
from parity.leaves import Leaf, leaves, roomy, statistics_of, with_option, with_statistics_of
from parity.truth import descriptor_at
from refdp.certification import budget
from refdp.equations.exclusion import pair_mask

__all__ = ["Signs", "signs_of_life"]

STEP = 0.01  # angstrom, of a trial displacement


class Signs(NamedTuple):
    """What shows that a case can fail, in words, and what speaks against it, both by aspect."""

    alive: dict[str, str]
    dead: dict[str, str]


def signs_of_life(inputs: Inputs) -> Signs:
    """Return whether the output depends on what the case is about.

    Parameters
    ----------
    inputs
        A case and its arrays.
    """
    case = inputs.case
    view = _View(inputs)
    found = {"atoms": _atoms(view), "slots": _slots(case, view)}
    if np.isfinite(view.descriptor.rcut):
        # Nothing else has a switch, or statistics.
        found |= {"switch": _switch(view), "statistics": _statistics(inputs)}
    if view.descriptor.mixed_types:
        found["types"] = _types(view)
    found |= {name: _option(case, name, view) for name in case.under_test}
    return Signs(
        {name: text for name, (lives, text) in found.items() if lives},
        {name: text for name, (lives, text) in found.items() if not lives},
    )


class _View:
    """A case evaluated once on NumPy, and its error budget."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.descriptor = descriptor_at(inputs, inputs.case.precision)
        self.out = self.descriptor.call(*inputs.call)
        self.budget = budget(self.descriptor, *inputs.call)
        self.leaves: list[Leaf] = leaves(self.descriptor, inputs)

    def moved(self, *arguments: Any) -> NDArray[np.bool_]:
        """Return which rows `(nf, nloc)` differ by more than the budget where the arguments are others."""
        other = self.descriptor.call(*arguments).descriptor
        moved: NDArray[np.bool_] = np.any(
            np.abs(other - self.out.descriptor) > self.budget.descriptor, axis=-1
        )
        return moved

    @property
    def sees(self) -> NDArray[np.bool_]:
        """Which centres `(nf, nloc)` see anybody."""
        return np.any([np.any(leaf.w > 0.0, axis=-1) for leaf in self.leaves], axis=0)


def _atoms(view: _View) -> tuple[bool, str]:
    """Every centre that has a neighbour must feel that atoms move."""
    coord_ext, atype_ext, nlist, mapping = view.inputs.call
    nf, nloc, _ = nlist.shape
    shift = np.random.default_rng(0).uniform(-STEP, STEP, size=(nf, nloc, 3))
    displaced = coord_ext + np.take_along_axis(shift, mapping[..., None], axis=1)
    return _most(view, view.moved(displaced, atype_ext, nlist, mapping), "feel atoms move")


def _types(view: _View) -> tuple[bool, str]:
    """And, where types are vectors, that each atom becomes one of the next type."""
    coord_ext, atype_ext, nlist, mapping = view.inputs.call
    others = np.where(atype_ext < 0, atype_ext, (atype_ext + 1) % view.descriptor.ntypes)
    return _most(view, view.moved(coord_ext, others, nlist, mapping), "feel other types")


def _most(view: _View, moved: NDArray[np.bool_], what: str) -> tuple[bool, str]:
    sees = np.count_nonzero(view.sees)
    share = f"{np.count_nonzero(moved)} of {sees} centres with neighbours {what}"
    # Not all: units such as relu are flat in places.
    return bool(0 < sees <= 2 * np.count_nonzero(moved)), share


def _switch(view: _View) -> tuple[bool, str]:
    least = min(map(_inside, view.leaves))
    return bool(least > 0), f"{least} pairs inside the switch window"


def _inside(leaf: Leaf) -> int:
    # What is excluded does not show that the switch is right.
    exclude_types = leaf.descriptor.options.exclude_types
    seen = pair_mask(leaf.env.center_type, leaf.env.neighbor_type, exclude_types)
    return int(np.count_nonzero((leaf.w > 0.0) & (leaf.w < 1.0) & seen))


def _slots(case: Case, view: _View) -> tuple[bool, str]:
    nlist = view.inputs.nlist
    empty = np.count_nonzero(nlist < 0)
    text = f"{empty} of {nlist.size} slots are empty"
    if not case.overflowing:
        return bool(empty > 0), text
    # The same case with a slot for everybody.
    enough = int(min(view.inputs.coord_ext.shape[1], 200))
    everybody = build(msgspec.structs.replace(case, config=roomy(case.config, enough)))
    dropped = np.count_nonzero(everybody.nlist >= 0) - np.count_nonzero(nlist >= 0)
    return bool(dropped > 0), f"{text}; {dropped} neighbours are dropped"


def _statistics(inputs: Inputs) -> tuple[bool, str]:
    davg, dstd = statistics_of(inputs.data)
    off = np.count_nonzero((davg != 0.0) | (dstd != 1.0))
    return bool(off > 0), f"{off} of {davg.size} statistics are not 0 and 1"


def _option(case: Case, name: str, view: _View) -> tuple[bool, str]:
    """Return whether an option changes the output against its default, weights and statistics as they are."""
    other, allowed = _by_default(case, name, view)
    before = np.asarray(view.out.descriptor)
    value = f"{with_option(case.config, name)[1]} instead of the default"
    if before.shape != other.shape:
        return True, f"{value}: {before.shape[-1]} numbers an atom instead of {other.shape[-1]}"
    change = np.abs(other - before)
    moved = np.count_nonzero(change > allowed)
    return bool(
        moved > 0
    ), f"{value}: {moved} of {change.size} numbers change, by {np.max(change):.2g} at most"


def _by_default(case: Case, name: str, view: _View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the descriptor with one option at its default, and what a difference must exceed."""
    if name.endswith("precision"):
        # The same numbers in more digits: what they differ by must be more than the digits themselves lose.
        wide = descriptor_at(view.inputs, "float64")
        out, allowed = wide.call(*view.inputs.call), budget(wide, *view.inputs.call)
        return np.asarray(out.descriptor), np.asarray(allowed.descriptor)
    config, _ = with_option(case.config, name)
    inputs = build(msgspec.structs.replace(case, config=config))
    if not name.endswith("set_davg_zero"):
        with_statistics_of(inputs.data, view.inputs.data)
    out = descriptor_at(inputs, inputs.case.precision).call(*inputs.call)
    return np.asarray(out.descriptor), np.asarray(view.budget.descriptor)
