"""The blindness check: a comparison that could not have failed proves nothing, and must not count."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.case import Case, Inputs, build
from parity.truth import descriptor_at
from refdp.certification import budget
from refdp.equations.exclusion import pair_mask
from refdp.neighbors.environment import environment

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
    found = {
        "atoms": _atoms(view),
        "switch": _switch(view),
        "slots": _slots(case, view),
        "statistics": _statistics(inputs),
    }
    found |= {name: _option(case, name, view) for name in case.under_test}
    return Signs(
        {name: text for name, (lives, text) in found.items() if lives},
        {name: text for name, (lives, text) in found.items() if not lives},
    )


class _View:
    """A case evaluated once on NumPy, and its error budget."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.descriptor = descriptor_at(inputs, inputs.data["precision"])
        self.out = self.descriptor.call(*inputs.call)
        self.budget = budget(self.descriptor, *inputs.call)

    def moved(self, other: Any) -> NDArray[np.bool_]:
        """Return which rows `(nf, nloc)` of another descriptor differ by more than the budget."""
        moved: NDArray[np.bool_] = np.any(
            np.abs(other - self.out.descriptor) > self.budget.descriptor, axis=-1
        )
        return moved


def _atoms(view: _View) -> tuple[bool, str]:
    """Every centre that has a neighbour must feel that atoms move."""
    coord_ext, atype_ext, nlist, mapping = view.inputs.call
    nf, nloc, _ = nlist.shape
    shift = np.random.default_rng(0).uniform(-STEP, STEP, size=(nf, nloc, 3))
    displaced = coord_ext + np.take_along_axis(shift, mapping[..., None], axis=1)
    moved = view.moved(view.descriptor.call(displaced, atype_ext, nlist, mapping).descriptor)
    sees = np.any((nlist >= 0) & (np.asarray(view.out.sw)[..., 0] > 0.0), axis=-1)
    share = f"{np.count_nonzero(moved)} of {np.count_nonzero(sees)} centres with neighbours feel atoms move"
    # Not all: units such as relu are flat in places.
    return bool(0 < np.count_nonzero(sees) <= 2 * np.count_nonzero(moved)), share


def _switch(view: _View) -> tuple[bool, str]:
    w = np.asarray(view.out.sw)[..., 0]
    env = environment(*view.inputs.call)
    # What is excluded does not show that the switch is right.
    seen = pair_mask(env.center_type, env.neighbor_type, view.descriptor.options.exclude_types)
    inside = np.count_nonzero((w > 0.0) & (w < 1.0) & seen)
    return bool(inside > 0), f"{inside} pairs inside the switch window"


def _slots(case: Case, view: _View) -> tuple[bool, str]:
    nlist = view.inputs.nlist
    empty = np.count_nonzero(nlist < 0)
    text = f"{empty} of {nlist.size} slots are empty"
    if not case.overflowing:
        return bool(empty > 0), text
    # The same case with a slot for everybody.
    roomy = msgspec.structs.replace(
        case, config=case.config | {"sel": [_enough(view)] * len(case.config["sel"])}
    )
    dropped = np.count_nonzero(build(roomy).nlist >= 0) - np.count_nonzero(nlist >= 0)
    return bool(dropped > 0), f"{text}; {dropped} neighbours are dropped"


def _enough(view: _View) -> int:
    return int(min(view.inputs.coord_ext.shape[1], 200))


def _statistics(inputs: Inputs) -> tuple[bool, str]:
    variables = inputs.data["@variables"]
    off = np.count_nonzero((variables["davg"] != 0.0) | (variables["dstd"] != 1.0))
    return bool(off > 0), f"{off} of {variables['davg'].size} statistics are not 0 and 1"


def _option(case: Case, name: str, view: _View) -> tuple[bool, str]:
    """Return whether an option changes the output against its default, weights and statistics as they are."""
    other, allowed = _by_default(case, name, view)
    before = np.asarray(view.out.descriptor)
    value = f"{case.config[name]} instead of the default"
    if before.shape != other.shape:
        return True, f"{value}: {before.shape[-1]} numbers an atom instead of {other.shape[-1]}"
    change = np.abs(other - before)
    moved = np.count_nonzero(change > allowed)
    return bool(
        moved > 0
    ), f"{value}: {moved} of {change.size} numbers change, by {np.max(change):.2g} at most"


def _by_default(case: Case, name: str, view: _View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the descriptor with one option at its default, and what a difference must exceed."""
    if name == "precision":
        # The same numbers in more digits: what they differ by must be more than the digits themselves lose.
        wide = descriptor_at(view.inputs, "float64")
        out, allowed = wide.call(*view.inputs.call), budget(wide, *view.inputs.call)
        return np.asarray(out.descriptor), np.asarray(allowed.descriptor)
    config = {key: value for key, value in case.config.items() if key != name}
    inputs = build(msgspec.structs.replace(case, config=config))
    if name != "set_davg_zero":
        inputs.data["@variables"] = view.inputs.data["@variables"]
    out = descriptor_at(inputs, inputs.data["precision"]).call(*inputs.call)
    return np.asarray(out.descriptor), np.asarray(view.budget.descriptor)
