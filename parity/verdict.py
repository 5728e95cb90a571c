"""The verdict on one backend and one case, from what came back and what is true."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity.backends.backend import Backend
from parity.backends.pool import Result
from parity.case import Case, Inputs
from parity.compare import Comparison, compare
from parity.known import explain, explain_failure
from parity.report.model import Verdict

__all__ = ["verdict"]


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
    if judged.status != "done":
        return _verdict(backend, case, "fails", f"there is no truth to compare with: {judged.reason}")
    if dead := judged.outputs["dead"]:
        reason = "; ".join(f"{aspect}: {text}" for aspect, text in dead.items())
        return _verdict(backend, case, "vacuous", reason)
    if result.status == "fails" and (sentence := explain_failure(backend.name, inputs, result.reason)):
        return _verdict(backend, case, "known", sentence, seconds=result.seconds)
    if result.status != "done":
        return _verdict(backend, case, result.status, result.reason, seconds=result.seconds)
    if not _arrays(result.outputs):
        return _verdict(backend, case, "fails", "returned something else than arrays by name")
    exact = judged.outputs["truth"][backend.arithmetic(case)]
    found = compare(result.outputs, exact, backend.precision)
    status, reason = _status(backend, inputs, result, found)
    return _verdict(backend, case, status, reason, found, result.seconds)


def _arrays(outputs: Any) -> bool:
    return isinstance(outputs, dict) and all(x is None or isinstance(x, np.ndarray) for x in outputs.values())


def _status(backend: Backend, inputs: Inputs, result: Result, found: Comparison) -> tuple[Any, str]:
    if not found.reason:
        return "agrees", ""
    sentence = "" if found.mismatch else explain(backend.name, inputs, result.outputs, found.over)
    return ("known", sentence) if sentence else ("differs", found.reason)


def _verdict(
    backend: Backend,
    case: Case,
    status: Any,
    reason: str,
    found: Comparison | None = None,
    seconds: float = 0.0,
) -> Verdict:
    reports = found.reports if found else ()
    medians = [r.used_median for r in reports if r.used_median is not None]
    largest = [r.used_max for r in reports if r.used_max is not None]
    return Verdict(
        backend=backend.name,
        case=case.name,
        family=case.family,
        status=status,
        # The descriptor, the first output, speaks for the case.
        used_median=medians[0] if medians else None,
        used_max=float(np.max(largest)) if largest else None,
        reason=reason,
        outputs=reports,
        seconds=seconds,
    )
