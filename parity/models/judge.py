"""What the harness computes of a case of a whole model: truth, budgets, known differences, signs of life."""

from __future__ import annotations

from typing import Any

from parity.backends.backend import Backend
from parity.models.alive import signs_of_life
from parity.models.case import ModelInputs
from parity.models.known import others
from parity.models.truth import truth_of

__all__ = ["JUDGE", "PLACE"]

PLACE = "parity.models.judge:JUDGE"


def _start() -> Any:
    def evaluate(inputs: ModelInputs) -> dict[str, Any]:
        truth = truth_of(inputs)
        signs = signs_of_life(inputs, {name: exact["budget"] for name, exact in truth.items()})
        instead = {name: truth_of(other) for name, other in others(inputs).items()}
        return {"truth": truth, "instead": instead, **signs._asdict()}

    return evaluate


JUDGE = Backend("judge", _start, ("flint", "autograd"), ("python-flint",), cost=1.0, models=True)
