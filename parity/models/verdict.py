"""The verdict on one backend and one whole model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from parity.backends.backend import Backend
from parity.backends.pool import Result
from parity.compare import Comparison, compare
from parity.models.case import ModelInputs
from parity.models.known import explain_failure, key_of, shown_by
from parity.report.model import Verdict
from parity.verdict import spoken, without_comparison

__all__ = ["compared", "model_verdict"]


def model_verdict(backend: Backend, inputs: ModelInputs, result: Result, judged: Result) -> Verdict:
    """Return what to say of a result; parameters as for `parity.verdict.verdict`."""
    case = inputs.case
    if early := without_comparison(backend, case, result, judged):
        sentence = explain_failure(backend.name, inputs, result.reason) if early.status == "fails" else ""
        return msgspec.structs.replace(early, status="known", reason=sentence) if sentence else early
    found = compared(backend, result.outputs, judged.outputs["truth"])
    if not found.reason:
        return spoken(backend, case, "agrees", "", found, result.seconds)
    shown = shown_by(backend.name, inputs)
    instead = judged.outputs["instead"].get(key_of(shown))
    if shown and instead is not None and not compared(backend, result.outputs, instead).reason:
        explanation = " ".join(known.explanation for known in shown)
        return spoken(backend, case, "known", explanation, found, result.seconds)
    told = spoken(backend, case, "differs", found.reason, found, result.seconds)
    return msgspec.structs.replace(told, first_step=next(iter(found.over), ""))


def compared(backend: Backend, outputs: Mapping[str, Any], truth: Mapping[str, Any]) -> Comparison:
    """Compare what a backend gives, without what it never gives, with the truth."""
    expected = {name: exact for name, exact in truth.items() if name not in backend.lacks}
    return compare(outputs, expected, "float64")
