"""A report as one page of HTML that needs nothing else: no network, no files, no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from parity.report.model import CaseReport, OutputReport, Report, Verdict
from parity.report.summary import (
    DECADES,
    MARKS,
    STATUSES,
    percent,
    sentences,
    summarize,
    unexplained,
    used_scale,
)

__all__ = ["render"]

LEVELS = 8
LABELS = {
    "agrees": "agrees",
    "differs": "differs",
    "known": "differs (known)",
    "refuses": "refuses",
    "fails": "fails",
    "vacuous": "vacuous",
}
MEANINGS = {
    "agrees": "within the error budget of the case",
    "differs": "further from the truth than rounding can explain",
    "known": "differs for a reason that is known and documented",
    "refuses": "says that it does not support the case",
    "fails": "crashed, hung, or gave no numbers",
    "vacuous": "could not have failed, so it proves nothing",
}


class Cell(NamedTuple):
    """One square of the map; `place` counts the report's verdicts."""

    place: int
    verdict: Verdict

    @property
    def kind(self) -> str:
        """The class that colours it: the status, and the level of budget used where it agrees."""
        status = self.verdict.status
        return f"agrees u{level(self.verdict.used_max)}" if status == "agrees" else status

    @property
    def mark(self) -> str:
        """What stands in it: the percentage of the budget used, or the sign of the status."""
        verdict = self.verdict
        if verdict.status != "agrees" or verdict.used_max is None:
            return MARKS[verdict.status]
        return f"{100.0 * verdict.used_max:.0f}" if verdict.used_max >= 0.005 else "<1"

    @property
    def label(self) -> str:
        """What a screen reader says, and a pointer that rests on it shows."""
        used = percent(self.verdict.used_max)
        told = f", {used} of the budget" if used else ""
        return f"{self.verdict.backend}, {self.verdict.case}: {LABELS[self.verdict.status]}{told}"


def render(report: Report) -> str:
    """Return the page.

    Parameters
    ----------
    report
        What was found. Every text in it is escaped.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    jinja = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "page"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    jinja.filters |= {"percent": percent}
    jinja.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return jinja.get_template("page.html.j2").render(
        report=report,
        lines=summarize(report),
        totals={s: sum(v.status == s for v in report.verdicts) for s in STATUSES},
        wrong=unexplained(report),
        failing=sum(map(len, unexplained(report))),
        known=sentences(report, "known"),
        refused=sentences(report, "refuses"),
        groups=_groups(report),
        details=[_detail(v) for v in report.verdicts],
        cases={f"{c.family}\n{c.name}": _case(c) for c in report.cases},
        labels=LABELS,
        marks=MARKS,
        meanings=MEANINGS,
        levels=LEVELS,
        lowest=percent(10.0**-DECADES),
    )


def level(used: float | None) -> int:
    """Return the colour, 0 to 7, of a share of the budget: equal steps of its logarithm from 1e-3 on."""
    return min(int(LEVELS * used_scale(used or 0.0)), LEVELS - 1)


def _groups(report: Report) -> list[tuple[str, list[tuple[CaseReport, list[Cell | None]]]]]:
    """Return, family by family, the cases with one cell for each backend, None where the two never met."""
    cells = {(v.backend, v.family, v.case): Cell(k, v) for k, v in enumerate(report.verdicts)}
    groups = []
    for family in report.families:
        cases = [c for c in report.cases if c.family == family]
        groups.append(
            (family, [(c, [cells.get((b, family, c.name)) for b in report.backends]) for c in cases])
        )
    return groups


def _detail(verdict: Verdict) -> dict[str, Any]:
    """Return what the page shows of one verdict, as text that JSON can hold."""
    return {
        "backend": verdict.backend,
        "case": verdict.case,
        "family": verdict.family,
        "status": verdict.status,
        "used": [percent(verdict.used_median), percent(verdict.used_max)],
        "reason": verdict.reason,
        "step": _step(verdict),
        "seconds": f"{verdict.seconds:.3g} s",
        "outputs": [_output(o) for o in verdict.outputs],
    }


def _step(verdict: Verdict) -> str:
    from refdp.steps import meaning

    sentence = meaning(verdict.first_step, verdict.family).sentence
    return f"{verdict.first_step}: {sentence}" if sentence else verdict.first_step


def _output(output: OutputReport) -> list[str]:
    numbers = (output.value, output.truth, output.budget)
    return [
        output.name,
        percent(output.used_median),
        percent(output.used_max),
        ", ".join(map(str, output.worst_index)),
        *("" if x is None else repr(float(x)) for x in numbers[:2]),
        "" if output.budget is None else f"{output.budget:.2e}",
    ]


def _case(case: CaseReport) -> dict[str, Any]:
    return {
        "system": case.system,
        "config": json.dumps(case.config, default=str),
        "tested": ", ".join(case.under_test),
        "alive": case.alive,
        "dead": case.dead,
    }
