"""Known differences: defects of other backends, each with condition, sentence and reproduction."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from parity import places, reproduce
from parity.case import Inputs

__all__ = ["KNOWN", "Known", "explain", "explain_failure"]

Outputs: TypeAlias = Mapping[str, NDArray[Any] | None]
Places: TypeAlias = Callable[[Inputs, str, NDArray[Any]], NDArray[np.bool_]]


@dataclass(frozen=True)
class Known:
    """A defect of another backend.

    Attributes
    ----------
    name, sentence
        What to call it, and what to say of it.
    backends
        Patterns of the backends that have it.
    applies
        Whether a case meets the condition.
    where
        Where it can show in an output, as booleans that broadcast to its shape: only a difference there, and
        nowhere else, is explained.
    reproduce
        A few lines that return its figure, zero where it is gone.
    fails
        Where it shows as an exception, the pattern that its reason matches.
    version
        Where it was seen.
    """

    name: str
    sentence: str
    backends: tuple[str, ...]
    applies: Callable[[Inputs], bool]
    reproduce: Callable[[], float]
    where: Places | None = None
    fails: str = ""
    version: str = "DeePMD-kit 3.2.0"

    def concerns(self, backend: str, inputs: Inputs) -> bool:
        """Tell whether a backend has the defect and a case meets its condition."""
        return any(fnmatchcase(backend, pattern) for pattern in self.backends) and self.applies(inputs)


def explain(backend: str, inputs: Inputs, outputs: Outputs, over: Mapping[str, NDArray[np.bool_]]) -> str:
    """Return the sentences that explain a difference, an empty text where some of it is unexplained.

    Parameters
    ----------
    backend
        Its name.
    inputs
        The case.
    outputs
        What the backend returned.
    over
        By output, where it exceeds the budget.
    """
    suspects = [known for known in KNOWN if not known.fails and known.concerns(backend, inputs)]
    used: dict[str, str] = {}
    for name, exceeded in over.items():
        unexplained = exceeded
        for known in suspects:
            place = np.broadcast_to(
                (known.where or places.nowhere)(inputs, name, np.asarray(outputs[name])), exceeded.shape
            )
            if np.any(unexplained & place):
                used[known.name] = _sentence(known)
            unexplained = unexplained & ~place
        if unexplained.any():
            return ""
    return " ".join(used.values())


def explain_failure(backend: str, inputs: Inputs, reason: str) -> str:
    """Return the sentence that explains why a backend fails on a case, an empty text where none does."""
    suspects = (k for k in KNOWN if k.fails and k.concerns(backend, inputs))
    return " ".join(_sentence(k) for k in suspects if re.search(k.fails, reason))


def _sentence(known: Known) -> str:
    return f"{known.sentence} ({known.version}, {known.name})"


def _two_sided_with_virtual(inputs: Inputs) -> bool:
    two_sided = inputs.data["type"] == "se_e2_a" and not inputs.data["type_one_side"]
    return two_sided and bool(np.any(inputs.atype < 0))


def _one_sided_with_virtual(inputs: Inputs) -> bool:
    return bool(inputs.data["type_one_side"]) and bool(np.any(inputs.atype < 0))


def _left_handed(inputs: Inputs) -> bool:
    cell = inputs.cell
    return inputs.case.own_table and cell is not None and bool(np.any(np.linalg.det(cell) < 0.0))


def _in_no_case(inputs: Inputs) -> bool:
    """Say that the defect does not show in what a case compares; it is known all the same."""
    del inputs
    return False


def _smaller_than_cutoff(inputs: Inputs) -> bool:
    from refdp.neighbors.images import heights

    return _left_handed(inputs) and bool(np.any(heights(inputs.cell) < inputs.data["rcut"]))  # type: ignore[arg-type]


KNOWN = (
    Known(
        "left-handed-cell",
        "Cells with left-handed lattice vectors have negative heights, so no periodic images are made.",
        ("deepmd-*",),
        _left_handed,
        reproduce.left_handed_cell,
        places.as_without_images,
    ),
    Known(
        "left-handed-cell-fails",
        "Cells with left-handed lattice vectors have negative heights, by which no images can be counted.",
        ("deepmd-*",),
        _smaller_than_cutoff,
        reproduce.left_handed_cell_fails,
        fails="AssertionError|upper bound and lower bound inconsistent",
    ),
    Known(
        "virtual-two-sided",
        "With nets for pairs of types, virtual atoms shift the groups of centres: real atoms get wrong nets.",
        ("deepmd-dpmodel", "deepmd-jax"),
        _two_sided_with_virtual,
        reproduce.virtual_two_sided,
        places.shifted_rows,
    ),
    Known(
        "virtual-statistics",
        "A virtual centre, which has no type, is standardized with the statistics of the last type.",
        ("deepmd-pytorch",),
        _one_sided_with_virtual,
        reproduce.virtual_statistics,
        places.virtual_rows,
    ),
    Known(
        "softplus-beyond-20",
        "PyTorch's softplus returns its argument beyond 20, up to 2e-9 too little.",
        ("deepmd-pytorch",),
        lambda inputs: inputs.data["activation_function"] == "softplus",
        reproduce.softplus_beyond_20,
        places.where_softplus_is_cut,
    ),
    Known(
        "equal-distances",
        "Where equally distant neighbours straddle the end of the list, an unstable sort keeps other ones.",
        ("deepmd-pytorch",),
        lambda inputs: inputs.case.own_table and not _left_handed(inputs),
        reproduce.equal_distances,
        places.rows_with_ties,
    ),
    Known(
        "no-slots",
        "The mean over a type without slots is not a number, and with it the whole descriptor.",
        ("deepmd-*",),
        lambda inputs: inputs.data["type"] == "se_r" and 0 in inputs.data["sel"],
        reproduce.no_slots,
        places.not_a_number,
    ),
    Known(
        "serialize-zeroes",
        "serialize() of a two-sided descriptor with `exclude_types` sets nets of the living object to zero.",
        ("deepmd-dpmodel", "deepmd-jax"),
        _in_no_case,  # no case writes before it evaluates
        reproduce.serialize_zeroes,
    ),
    Known(
        "two-sided-not-compiled",
        "The two-sided descriptor counts atoms in Python and cannot be compiled.",
        ("deepmd-jax",),
        _in_no_case,  # the backend does not try
        reproduce.two_sided_not_compiled,
    ),
    Known(
        "one-side-ignored",
        "PyTorch's radial descriptor ignores `type_one_side: false`, the default of the input file.",
        ("deepmd-pytorch",),
        _in_no_case,  # no case is two-sided there: nobody else can do it
        reproduce.one_side_ignored,
    ),
)
