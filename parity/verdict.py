"""The verdict on one backend and one case, from what came back and what is true."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity.backends.backend import Backend
from parity.backends.pool import Result
from parity.case import Case, Inputs
from parity.compare import Comparison, compare
from parity.known import explain, explain_failure
from parity.models.case import ModelCase
from parity.report.model import Verdict

__all__ = ["spoken", "verdict", "without_comparison"]

AnyCase = Case | ModelCase


def verdict(backend: Backend, inputs: Inputs, result: Result, judged: Result) -> Verdict:
    """Return what to say of a result.

    Parameters
    ----------
    backend, inputs, result
        Who answered what.
    judged
        The truth, the budgets and the signs of life of the case.
    """
    case = inputs.case
    if result.status == "fails" and judged.status == "done" and not judged.outputs["dead"]:
        sentence = explain_failure(backend.name, inputs, result.reason)
        if sentence:
            return spoken(backend, case, "known", sentence, seconds=result.seconds)
    if early := without_comparison(backend, case, result, judged):
        return early
    exact = judged.outputs["truth"][backend.arithmetic(case)]
    found = compare(result.outputs, exact, backend.precision)
    status, reason = _status(backend, inputs, result, found)
    return spoken(backend, case, status, reason, found, result.seconds)


def without_comparison(backend: Backend, case: AnyCase, result: Result, judged: Result) -> Verdict | None:
    """Return the verdict where there is nothing to compare, or nothing to compare with; None elsewhere."""
    if judged.status != "done":
        return spoken(backend, case, "fails", f"there is no truth to compare with: {judged.reason}")
    if dead := judged.outputs["dead"]:
        reason = "; ".join(f"{aspect}: {text}" for aspect, text in dead.items())
        return spoken(backend, case, "vacuous", reason)
    if result.status != "done":
        return spoken(backend, case, result.status, result.reason, seconds=result.seconds)
    if not _arrays(result.outputs):
        return spoken(backend, case, "fails", "returned something else than arrays by name")
    return None


def _arrays(outputs: Any) -> bool:
    return isinstance(outputs, dict) and all(x is None or isinstance(x, np.ndarray) for x in outputs.values())


def _status(backend: Backend, inputs: Inputs, result: Result, found: Comparison) -> tuple[Any, str]:
    if not found.reason:
        return "agrees", ""
    sentence = "" if found.mismatch else explain(backend.name, inputs, result.outputs, found.over)
    return ("known", sentence) if sentence else ("differs", found.reason)


def spoken(
    backend: Backend,
    case: AnyCase,
    status: Any,
    reason: str,
    found: Comparison | None = None,
    seconds: float = 0.0,
) -> Verdict:
    """Return a verdict with the share of the budget that a comparison found.

    Parameters
    ----------
    backend, case, status, reason
        Who, on what, how, and why.
    found
        The comparison, where there was one; its first output speaks for the case.
    seconds
        Time taken.
    """
    reports = found.reports if found else ()
    medians = [r.used_median for r in reports if r.used_median is not None]
    largest = [r.used_max for r in reports if r.used_max is not None]
    return Verdict(
        backend=backend.name,
        case=case.name,
        family=case.family,
        status=status,
        used_median=medians[0] if medians else None,
        used_max=float(np.max(largest)) if largest else None,
        reason=reason,
        outputs=reports,
        seconds=seconds,
    )
