"""The comparison: how much of its error budget each element of an output uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from parity.report.model import OutputReport

__all__ = ["Comparison", "compare", "used"]


class Comparison(NamedTuple):
    """How outputs compare with the truth.

    Attributes
    ----------
    reports
        One for each output that could be compared number by number.
    over
        By output, where the budget is exceeded or the value is not finite.
    reason
        What is wrong; an empty text where nothing is.
    mismatch
        Whether shapes, dtypes or what is None are wrong.
    """

    reports: tuple[OutputReport, ...]
    over: dict[str, NDArray[np.bool_]]
    reason: str
    mismatch: bool


def compare(outputs: Mapping[str, NDArray[Any] | None], truth: Mapping[str, Any], dtype: str) -> Comparison:
    """Compare outputs with the truth: what is None, shapes and dtypes first, then every number.

    Parameters
    ----------
    outputs
        By name, arrays or None.
    truth
        By name, the arrays `head`, `tail`, `radius` and `budget`, or None.
    dtype
        The dtype promised.
    """
    shapes = [
        text for name, exact in truth.items() if (text := _mismatch(name, outputs.get(name), exact, dtype))
    ]
    if shapes:
        return Comparison((), {}, "; ".join(shapes), mismatch=True)
    reports, over, reasons = [], {}, []
    for name, exact in truth.items():
        value = outputs.get(name)
        if value is None:
            continue
        share = used(value, exact)
        report = _report(name, value, exact, share)
        reports.append(report)
        exceeded = share > 1.0
        if exceeded.any():
            over[name] = exceeded
            reasons.append(_sentence(report, int(np.count_nonzero(exceeded)), share.size))
    return Comparison(tuple(reports), over, "; ".join(reasons), mismatch=False)


def used(value: NDArray[Any], exact: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return, by element, how much of its budget the distance from the truth uses.

    Infinite where a budget of zero is exceeded, and for what is no number. The truth has more digits than a
    float64, so its two parts are subtracted one after the other: the first difference, of close numbers, is
    exact.
    """
    with np.errstate(all="ignore"):
        error = np.abs((value.astype(np.float64) - exact["head"]) - exact["tail"]) + exact["radius"]
        share = error / exact["budget"]
    # Only exact numbers, such as the zeros of an empty slot, have no budget.
    share = np.where(exact["budget"] > 0.0, share, np.where(error > 0.0, np.inf, 0.0))
    # A budget without end would accept anything.
    return np.where(np.isnan(error) | ~np.isfinite(exact["budget"]), np.inf, share)


def _mismatch(name: str, value: NDArray[Any] | None, exact: Any, dtype: str) -> str:
    if (value is None) != (exact is None):
        return f"`{name}` is {'missing' if value is None else 'given, but not defined'}"
    if value is None:
        return ""
    shape = exact["head"].shape
    if value.shape != shape:
        return f"`{name}` has shape {value.shape} instead of {shape}"
    return "" if value.dtype == np.dtype(dtype) else f"`{name}` has dtype {value.dtype} instead of {dtype}"


def _report(name: str, value: NDArray[Any], exact: Any, share: NDArray[np.float64]) -> OutputReport:
    if share.size == 0:
        return OutputReport(name=name, used_median=None, used_max=None)
    worst = np.unravel_index(int(np.argmax(share)), share.shape)
    return OutputReport(
        name=name,
        used_median=float(np.median(share)),
        used_max=float(share[worst]),
        worst_index=tuple(int(k) for k in worst),
        value=float(value[worst]),
        truth=float(exact["head"][worst]),
        budget=float(exact["budget"][worst]),
    )


def _sentence(report: OutputReport, exceeded: int, size: int) -> str:
    place = ", ".join(map(str, report.worst_index))
    return (
        f"`{report.name}`: {exceeded} of {size} numbers beyond the budget; worst at [{place}]: "
        f"{report.value!r} instead of {report.truth!r}, {report.used_max:.3g} times the budget"
    )
