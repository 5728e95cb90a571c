"""A report in short: counts and budget used by backend and family, and what has to be said in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median
from typing import NamedTuple, get_args

from parity.report.model import Report, Status, Verdict

__all__ = ["MARKS", "STATUSES", "Line", "percent", "sentences", "summarize", "unexplained", "used_scale"]

STATUSES: tuple[Status, ...] = get_args(Status)

# How each status is told apart where there is no colour.
MARKS: dict[Status, str] = {
    "agrees": "✓",
    "differs": "✗",
    "known": "K",
    "refuses": "–",
    "fails": "!",
    "vacuous": "∅",
}

# Decades of budget used that colours resolve; what uses less looks the same.
DECADES = 3


class Line(NamedTuple):
    """What one backend did with one family: how many cases ended how, and how much budget they used."""

    backend: str
    family: str
    counts: dict[Status, int]
    used_median: float | None
    used_max: float | None


def summarize(report: Report) -> list[Line]:
    """Return a line for each backend and family that met; the budget is that of the cases which agree."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in report.verdicts:
        groups.setdefault((verdict.backend, verdict.family), []).append(verdict)
    keys = [(b, f) for b in report.backends for f in report.families if (b, f) in groups]
    return [_line(backend, family, groups[backend, family]) for backend, family in keys]


def unexplained(report: Report) -> list[list[Verdict]]:
    """Return the verdicts that fail the run; those of backends that fail a case alike are one group."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for v in report.verdicts:
        if v.status in ("differs", "fails", "vacuous"):
            groups.setdefault((v.status, v.family, v.case, v.reason, v.first_step), []).append(v)
    return list(groups.values())


def sentences(report: Report, status: Status) -> list[tuple[str, list[Verdict]]]:
    """Return each different reason of a status once, with the verdicts that have it."""
    found: dict[str, list[Verdict]] = {}
    for verdict in report.verdicts:
        if verdict.status == status:
            found.setdefault(verdict.reason, []).append(verdict)
    return list(found.items())


def percent(used: float | None) -> str:
    """Return a share of the budget as text, `1.2 %`; multiples of it as such, `35x`."""
    if used is None:
        return ""
    if math.isnan(used):
        return "nan"
    if used >= 10.0:
        return f"{used:.3g}x"
    return f"{100.0 * used:.2g} %" if used < 0.995 else f"{100.0 * used:.0f} %"


def used_scale(used: float) -> float:
    """Return where a share of the budget lies on the colour scale: 0 for 1e-3 and less, 1 for the whole."""
    if not used > 0.0:
        return 0.0
    return min(max(1.0 + math.log10(used) / DECADES, 0.0), 1.0)


def _line(backend: str, family: str, verdicts: Iterable[Verdict]) -> Line:
    listed = list(verdicts)
    counts = Counter(v.status for v in listed)
    medians, largest = list(_used(listed, "used_median")), list(_used(listed, "used_max"))
    return Line(
        backend,
        family,
        {status: counts[status] for status in STATUSES},
        median(medians) if medians else None,
        max(largest, default=None),
    )


def _used(verdicts: Iterable[Verdict], which: str) -> Iterator[float]:
    for verdict in verdicts:
        used = getattr(verdict, which)
        if verdict.status == "agrees" and used is not None:
            yield used
