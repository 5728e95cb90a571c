"""What a converted model must give: the numbers of refdp, and what rounding may do to them and to others'."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from parity.backends.backend import Backend
from parity.models.case import ModelInputs
from parity.models.known import others
from parity.models.own import model_of, numpy_outputs, system_of
from parity.models.ties import ties
from parity.models.truth import budget_of
from refdp.errors import UndecidedError

__all__ = ["PLACE", "REFERENCE", "dictionary_of"]

PLACE = "parity.models.reference:REFERENCE"


def _start() -> Any:
    def evaluate(inputs: ModelInputs) -> dict[str, Any]:
        read = msgspec.structs.replace(inputs, data=dictionary_of(inputs), file=None)
        found: dict[str, Any] = {"undecided": "", "ties": []}
        try:
            budgets = {"": _expected(inputs)} | {name: _expected(x) for name, x in others(read).items()}
        except UndecidedError as error:
            return found | {"undecided": str(error), "numbers": {"": _without_budget(inputs)}}
        system = system_of(model_of(inputs), inputs)
        return found | {"ties": [list(tie) for tie in ties(read.data or {}, system)], "numbers": budgets}

    return evaluate


def dictionary_of(inputs: ModelInputs) -> dict[str, Any]:
    """Return the dictionary in the file of a case."""
    from refdp.io.model_files import read_tree

    data: dict[str, Any] = read_tree(inputs.file or "")["model"]
    return data


def _expected(inputs: ModelInputs) -> dict[str, Any]:
    return {"value": numpy_outputs(inputs), "budget": budget_of(inputs)}


def _without_budget(inputs: ModelInputs) -> dict[str, Any]:
    value = numpy_outputs(inputs)
    return {"value": value, "budget": {name: np.full(np.shape(x), np.inf) for name, x in value.items()}}


REFERENCE = Backend("refdp", _start, ("autograd",), ("numpy",), cost=2.0, models=True)
