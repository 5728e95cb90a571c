"""What the harness computes of each case, in a worker like any backend: truth, budgets, signs of life."""

from __future__ import annotations

from typing import Any

from parity.alive import signs_of_life
from parity.backends.backend import Backend, Evaluate
from parity.case import Inputs
from parity.truth import truth_of

__all__ = ["JUDGE", "PLACE"]

PLACE = "parity.judge:JUDGE"


def _start() -> Evaluate:
    def evaluate(inputs: Inputs) -> dict[str, Any]:
        return {"truth": truth_of(inputs), **signs_of_life(inputs)._asdict()}

    return evaluate


JUDGE = Backend("judge", _start, ("flint",), ("python-flint",), cost=0.3)
