"""Known differences: defects of other backends, each with condition, sentence and reproduction."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from parity import conditions, places, reproduce
from parity.case import Inputs
from parity.leaves import parts_of

__all__ = ["KNOWN", "Known", "explain", "explain_failure"]

Outputs: TypeAlias = Mapping[str, NDArray[Any] | None]


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
        Whether a case, or that of a child of a hybrid, meets the condition.
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
    where: places.Place | None = None
    fails: str = ""
    version: str = "DeePMD-kit 3.2.0"

    def concerns(self, backend: str, inputs: Inputs) -> bool:
        """Tell whether a backend has the defect and a case meets its condition."""
        if not any(fnmatchcase(backend, pattern) for pattern in self.backends):
            return False
        return self.applies(inputs) or any(map(self.applies, parts_of(inputs)))

    def place(self, inputs: Inputs, name: str, value: NDArray[Any]) -> NDArray[np.bool_]:
        """Return where it explains what an output is, in its shape."""
        where = self.where or places.nowhere
        if "list" in inputs.data:
            return places.in_parts(where, self.applies, inputs, name, value)
        return np.broadcast_to(where(inputs, name, value), value.shape)


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
            place = known.place(inputs, name, np.asarray(outputs[name]))
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


KNOWN = (
    Known(
        "left-handed-cell",
        "Cells with left-handed lattice vectors have negative heights, so no periodic images are made.",
        ("deepmd-*",),
        conditions.left_handed,
        reproduce.left_handed_cell,
        places.as_without_images,
    ),
    Known(
        "left-handed-cell-fails",
        "Cells with left-handed lattice vectors have negative heights, by which no images can be counted.",
        ("deepmd-*",),
        conditions.smaller_than_cutoff,
        reproduce.left_handed_cell_fails,
        fails="AssertionError|upper bound and lower bound inconsistent",
    ),
    Known(
        "virtual-two-sided",
        "With nets for pairs of types, virtual atoms shift the groups of centres: real atoms get wrong nets.",
        ("deepmd-dpmodel", "deepmd-jax"),
        conditions.two_sided_with_virtual,
        reproduce.virtual_two_sided,
        places.shifted_rows,
    ),
    Known(
        "virtual-statistics",
        "A virtual centre, which has no type, is standardized with the statistics of the last type.",
        ("deepmd-pytorch",),
        conditions.standardized_with_virtual,
        reproduce.virtual_statistics,
        places.virtual_rows,
    ),
    Known(
        "softplus-beyond-20",
        "PyTorch's softplus returns its argument beyond 20, up to 2e-9 too little.",
        ("deepmd-pytorch",),
        lambda inputs: inputs.data.get("activation_function") == "softplus",
        reproduce.softplus_beyond_20,
        places.where_softplus_is_cut,
    ),
    Known(
        "equal-distances",
        "Where equally distant neighbours straddle the end of the list, an unstable sort keeps other ones.",
        ("deepmd-pytorch",),
        lambda inputs: inputs.case.own_table and not conditions.left_handed(inputs),
        reproduce.equal_distances,
        places.rows_with_ties,
    ),
    Known(
        "no-slots",
        "The mean over a type without slots is not a number, and with it the whole descriptor.",
        ("deepmd-*",),
        lambda inputs: conditions.without_slots(inputs, "se_r"),
        reproduce.no_slots,
        places.not_a_number,
    ),
    Known(
        "no-slots-three-body",
        "The sum over pairs with a type without slots is divided by their number, which is zero.",
        ("deepmd-*",),
        lambda inputs: conditions.without_slots(inputs, "se_e3"),
        reproduce.no_slots_three_body,
        fails="ZeroDivisionError",
    ),
    Known(
        "negative-types",
        "Descriptors with a type embedding look up the type of virtual atoms, which is no row of it.",
        ("deepmd-pytorch",),
        conditions.types_with_virtual,
        reproduce.negative_types,
        fails="IndexError: index out of range",
    ),
    Known(
        "zero-length",
        "Queries, keys and values of length zero are divided by their length.",
        ("deepmd-dpmodel", "deepmd-jax"),
        lambda inputs: inputs.case.weights == "mute",
        reproduce.zero_length,
        places.not_a_number,
    ),
    Known(
        "several-numbers",
        "A hybrid cuts its list wrongly for a child that mixes types and whose `sel` has several numbers.",
        ("deepmd-*",),
        conditions.several_numbers,
        reproduce.several_numbers,
        fails=r"zip\(\) argument|must match the size of tensor",
    ),
    Known(
        "both-kinds",
        "A hybrid of children that mix types and others that do not hands JAX no array, but a variable.",
        ("deepmd-jax",),
        conditions.both_kinds,
        reproduce.both_kinds,
        fails="__jax_array__",
    ),
    Known(
        "serialize-zeroes-three-body",
        "serialize() of se_e3 with `exclude_types` sets nets of the living object to zero that are in use.",
        ("deepmd-dpmodel", "deepmd-jax"),
        conditions.in_no_case,  # no case writes before it evaluates
        reproduce.serialize_zeroes_three_body,
    ),
    Known(
        "serialize-zeroes",
        "serialize() of a two-sided descriptor with `exclude_types` sets nets of the living object to zero.",
        ("deepmd-dpmodel", "deepmd-jax"),
        conditions.in_no_case,  # no case writes before it evaluates
        reproduce.serialize_zeroes,
    ),
    Known(
        "two-sided-not-compiled",
        "The two-sided descriptor counts atoms in Python and cannot be compiled.",
        ("deepmd-jax",),
        conditions.in_no_case,  # the backend does not try
        reproduce.two_sided_not_compiled,
    ),
    Known(
        "one-side-ignored",
        "PyTorch's radial descriptor ignores `type_one_side: false`, the default of the input file.",
        ("deepmd-pytorch",),
        conditions.in_no_case,  # no case is two-sided there: nobody else can do it
        reproduce.one_side_ignored,
    ),
)
