"""Known differences of whole models: what a backend computes instead, so that nothing else is excused."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import msgspec
import numpy as np

from parity.models.case import ModelInputs

__all__ = ["KNOWN", "KnownModel", "explain_failure", "key_of", "others", "shown_by"]

# Each has all of its defects at once; the last one stands for all that have only what all have.
ENGINES = ("deepmd-dpmodel", "deepmd-jax", "deepmd-pytorch", "deepmd-tensorflow")


@dataclass(frozen=True)
class KnownModel:
    """A defect of another backend.

    Attributes
    ----------
    name, sentence
        What to call it, and what to say of it.
    backends
        Patterns of the backends that have it.
    applies
        Whether a case meets the condition.
    instead
        The model and system whose answer such a backend gives: only that answer is explained.
    fails
        Where it shows as an exception, the pattern that its reason matches.
    version
        Where it was seen.
    """

    name: str
    sentence: str
    backends: tuple[str, ...]
    applies: Callable[[ModelInputs], bool]
    instead: Callable[[ModelInputs], ModelInputs] | None = None
    fails: str = ""
    version: str = "DeePMD-kit 3.2.0"

    def concerns(self, backend: str, inputs: ModelInputs) -> bool:
        """Tell whether a backend has the defect and a case meets its condition."""
        return self.is_of(backend) and self.applies(inputs)

    def is_of(self, backend: str) -> bool:
        """Tell whether a backend has the defect."""
        return any(fnmatchcase(backend, pattern) for pattern in self.backends)

    @property
    def explanation(self) -> str:
        """What to say where it explains a difference."""
        return f"{self.sentence} ({self.version}, {self.name})"


def explain_failure(backend: str, inputs: ModelInputs, reason: str) -> str:
    """Return the sentence that explains why a backend fails on a case, an empty text where none does."""
    known = (k for k in KNOWN if k.fails and k.concerns(backend, inputs) and re.search(k.fails, reason))
    return " ".join(k.explanation for k in known)


def others(inputs: ModelInputs) -> dict[str, ModelInputs]:
    """Return what is computed instead of a case, by the known differences that are shown at once."""
    found = {}
    for engine in ENGINES:
        shown = shown_by(engine, inputs)
        if shown and (key := key_of(shown)) not in found:
            found[key] = _instead(shown, inputs)
    return found


def shown_by(engine: str, inputs: ModelInputs) -> list[KnownModel]:
    """Return the known differences that change the numbers of a backend in a case: all at once."""
    return [known for known in KNOWN if known.instead and known.concerns(engine, inputs)]


def key_of(shown: Sequence[KnownModel]) -> str:
    """Return the name of some known differences together."""
    return "+".join(known.name for known in shown)


def _instead(shown: Sequence[KnownModel], inputs: ModelInputs) -> ModelInputs:
    for known in shown:
        inputs = known.instead(inputs) if known.instead else inputs
    return inputs


def _left_handed(inputs: ModelInputs) -> bool:
    # Among right-handed ones such a cell gets as many images as they do: nobody's answer, and not explained.
    return inputs.cell is not None and bool(np.all(np.linalg.det(inputs.cell) < 0.0))


def _without_images(inputs: ModelInputs) -> ModelInputs:
    from refdp.neighbors.images import wrap

    if inputs.cell is None:
        return inputs
    return msgspec.structs.replace(inputs, coords=wrap(inputs.coords, inputs.cell), cell=None)


def _members(inputs: ModelInputs) -> Sequence[dict[str, Any]]:
    members: Sequence[dict[str, Any]] = (inputs.data or {}).get("models", ())
    return members


def _members_biased(inputs: ModelInputs) -> bool:
    return any(np.any(m["@variables"]["out_bias"]) for m in _members(inputs) if "@variables" in m)


def _members_unbiased(inputs: ModelInputs) -> ModelInputs:
    def change(data: dict[str, Any]) -> None:
        for member in data["models"]:
            member["@variables"]["out_bias"] = np.zeros_like(member["@variables"]["out_bias"])

    return _changed(inputs, change)


def _members_exclude(inputs: ModelInputs) -> bool:
    return any(member.get("pair_exclude_types") for member in _members(inputs))


def _members_include(inputs: ModelInputs) -> ModelInputs:
    def change(data: dict[str, Any]) -> None:
        for member in data["models"]:
            member["pair_exclude_types"] = []

    return _changed(inputs, change)


def _shifted_polar(inputs: ModelInputs) -> bool:
    section = (inputs.data or {}).get("fitting", {})
    shifted = section.get("type") == "polar" and section.get("shift_diag", True)
    return bool(shifted and np.any(section["@variables"]["constant_matrix"]))


def _unshifted_polar(inputs: ModelInputs) -> ModelInputs:
    def change(data: dict[str, Any]) -> None:
        variables = data["fitting"]["@variables"]
        variables["constant_matrix"] = np.zeros_like(variables["constant_matrix"])

    return _changed(inputs, change)


def _changed(inputs: ModelInputs, change: Callable[[dict[str, Any]], None]) -> ModelInputs:
    data = copy.deepcopy(inputs.data or {})
    change(data)
    return msgspec.structs.replace(inputs, data=data)


KNOWN = (
    KnownModel(
        "left-handed-cell",
        "Cells with left-handed lattice vectors have negative heights, so no periodic images are made.",
        ("deepmd-*",),
        _left_handed,
        _without_images,
    ),
    KnownModel(
        "member-bias",
        "Linear models leave out the biases of their members, which the PyTorch backend adds.",
        ("deepmd-dpmodel", "deepmd-jax"),
        _members_biased,
        _members_unbiased,
    ),
    KnownModel(
        "member-pairs",
        "Linear models leave out the excluded pairs of their members, which the PyTorch backend excludes.",
        ("deepmd-dpmodel", "deepmd-jax"),
        _members_exclude,
        _members_include,
    ),
    KnownModel(
        "constant-matrix",
        "Polarizabilities leave out `constant_matrix`, which is read, and which all other backends add.",
        ("deepmd-pytorch",),
        _shifted_polar,
        _unshifted_polar,
    ),
    KnownModel(
        "linear-unknown",
        "The name under which linear models are written is not one under which they are read.",
        ("deepmd-jax",),
        lambda inputs: (inputs.data or {}).get("type") in ("linear", "linear_ener"),
        fails="Unknown model type",
    ),
)
