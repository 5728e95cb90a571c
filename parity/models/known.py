"""Known differences of whole models: what a backend computes instead, so that nothing else is excused."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import msgspec
import numpy as np

from parity.models.case import ModelInputs

__all__ = ["KNOWN", "KnownModel", "explain_failure", "others"]


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
    """Return, by known difference that a case can show, the case that is computed instead."""
    return {known.name: known.instead(inputs) for known in KNOWN if known.instead and known.applies(inputs)}


def _left_handed(inputs: ModelInputs) -> bool:
    return inputs.cell is not None and bool(np.any(np.linalg.det(inputs.cell) < 0.0))


def _without_images(inputs: ModelInputs) -> ModelInputs:
    from refdp.neighbors.images import wrap

    if inputs.cell is None:
        return inputs
    return msgspec.structs.replace(inputs, coords=wrap(inputs.coords, inputs.cell), cell=None)


def _members_biased(inputs: ModelInputs) -> bool:
    members = (inputs.data or {}).get("models", ())
    return any(np.any(member["@variables"]["out_bias"]) for member in members if "@variables" in member)


def _members_unbiased(inputs: ModelInputs) -> ModelInputs:
    def change(data: dict[str, Any]) -> None:
        for member in data["models"]:
            member["@variables"]["out_bias"] = np.zeros_like(member["@variables"]["out_bias"])

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
        lambda inputs: (inputs.data or {}).get("type") == "linear",
        fails="Unknown model type",
    ),
)
