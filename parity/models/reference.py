"""What a converted model must give: the numbers of refdp, and what rounding may do to them and to others'."""

from __future__ import annotations

from typing import Any

import msgspec

from parity.backends.backend import Backend
from parity.models.case import ModelInputs
from parity.models.known import others
from parity.models.own import numpy_outputs
from parity.models.truth import budget_of

__all__ = ["PLACE", "REFERENCE", "dictionary_of"]

PLACE = "parity.models.reference:REFERENCE"


def _start() -> Any:
    def evaluate(inputs: ModelInputs) -> dict[str, Any]:
        read = msgspec.structs.replace(inputs, data=dictionary_of(inputs), file=None)
        return {"": _expected(inputs)} | {name: _expected(other) for name, other in others(read).items()}

    return evaluate


def dictionary_of(inputs: ModelInputs) -> dict[str, Any]:
    """Return the dictionary in the file of a case."""
    from refdp.io.model_files import read_tree

    data: dict[str, Any] = read_tree(inputs.file or "")["model"]
    return data


def _expected(inputs: ModelInputs) -> dict[str, Any]:
    return {"value": numpy_outputs(inputs), "budget": budget_of(inputs)}


REFERENCE = Backend("refdp", _start, ("autograd",), ("numpy",), cost=2.0, models=True)
