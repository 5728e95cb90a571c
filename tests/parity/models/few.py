"""A few cases of whole models, built and judged once for all tests."""

from __future__ import annotations

from functools import cache
from typing import Any

from parity.backends.pool import Result
from parity.models.build import build
from parity.models.case import ModelInputs
from parity.models.cases import model_cases
from parity.models.judge import JUDGE
from parity.models.own import numpy_outputs
from parity.models.truth import truth_of

__all__ = ["inputs_of", "judged", "outputs_of", "truth"]


@cache
def inputs_of(name: str) -> ModelInputs:
    """Return the arrays of the case `model-NAME`."""
    return build(next(case for case in model_cases() if case.name == f"model-{name}"))


@cache
def truth(name: str) -> dict[str, Any]:
    """Return its truth."""
    return truth_of(inputs_of(name))


@cache
def judged(name: str) -> Result:
    """Return what the judge says of it."""
    return Result("judge", f"model-{name}", "done", outputs=JUDGE.start()(inputs_of(name)))


@cache
def outputs_of(name: str) -> dict[str, Any]:
    """Return what refdp gives on NumPy."""
    return numpy_outputs(inputs_of(name))
