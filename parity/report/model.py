"""What a parity run finds, as data: the one thing that tables, pages and files are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import msgspec

__all__ = ["CaseReport", "OutputReport", "Report", "Status", "Verdict", "merged"]

Status: TypeAlias = Literal["agrees", "differs", "known", "refuses", "fails", "vacuous"]


class OutputReport(msgspec.Struct, frozen=True, kw_only=True):
    """How far one output array of one backend is from the truth, in units of its error budget."""

    name: str
    used_median: float | None
    used_max: float | None
    worst_index: tuple[int, ...] = ()
    value: float | None = None
    truth: float | None = None
    budget: float | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one backend did with one case."""

    backend: str
    case: str
    family: str
    status: Status
    used_median: float | None = None
    used_max: float | None = None
    reason: str = ""
    first_step: str = ""
    outputs: tuple[OutputReport, ...] = ()
    seconds: float = 0.0


class CaseReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, and what shows that the comparison could have failed."""

    name: str
    family: str
    system: str
    config: dict[str, Any]
    under_test: tuple[str, ...]
    alive: dict[str, str]
    dead: dict[str, str] = {}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    created: str
    seconds: float
    environment: dict[str, str]
    backends: tuple[str, ...]
    families: tuple[str, ...]
    cases: tuple[CaseReport, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether something was compared, and nothing differs, fails or is vacuous.

        Refusals and known differences are no failures, but a run of refusals only has shown nothing.
        """
        compared = any(v.status in ("agrees", "known") for v in self.verdicts)
        return compared and not any(v.status in ("differs", "fails", "vacuous") for v in self.verdicts)


def merged(reports: Sequence[Report]) -> Report:
    """Return several reports as one; the first says when and where."""
    first, *_ = reports
    return msgspec.structs.replace(
        first,
        seconds=sum(report.seconds for report in reports),
        environment={key: text for report in reversed(reports) for key, text in report.environment.items()},
        backends=tuple(dict.fromkeys(name for report in reports for name in report.backends)),
        families=tuple(family for report in reports for family in report.families),
        cases=tuple(case for report in reports for case in report.cases),
        verdicts=tuple(v for report in reports for v in report.verdicts),
    )
