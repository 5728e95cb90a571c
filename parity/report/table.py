"""A report in the terminal: a table of backends and families, then what has to be said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parity.report.model import Report, Status, Verdict
from parity.report.summary import MARKS, STATUSES, Line, percent, sentences, summarize, unexplained

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = ["print_report"]

STYLES: dict[Status, str] = {
    "agrees": "green",
    "differs": "bold red",
    "known": "yellow",
    "refuses": "dim",
    "fails": "bold magenta",
    "vacuous": "bold red",
}
TITLES: dict[Status, str] = {"known": "differs (known)"}
MOST_CASES = 3
ROOM = 125  # columns for the heads of the table in words


def print_report(report: Report, console: Console) -> None:
    """Print a report.

    Parameters
    ----------
    report
        What was found.
    console
        Where to.
    """
    narrow = console.width < ROOM
    console.print(_table(report, narrow))
    if narrow:
        console.print(", ".join(f"{MARKS[status]} {TITLES.get(status, status)}" for status in STATUSES))
    for group in unexplained(report):
        console.print(_complaint(group))
    _print_sentences(report, "known", "Known differences", console)
    _print_sentences(report, "refuses", "Refusals", console)
    console.print(_verdict(report))


def _table(report: Report, narrow: bool) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, collapse_padding=True)
    table.add_column("backend", no_wrap=True)
    table.add_column("family", no_wrap=True)
    for status in STATUSES:
        table.add_column(MARKS[status] if narrow else TITLES.get(status, status), justify="right")
    for which in ("median", "max"):
        table.add_column(f"used, {which}" if narrow else f"budget used, {which}", justify="right")
    last = ""
    for line in summarize(report):
        if last and line.backend != last:
            table.add_section()
        table.add_row("" if line.backend == last else line.backend, *_cells(line))
        last = line.backend
    return table


def _cells(line: Line) -> list[Text | str]:
    from rich.text import Text

    counts = [Text(str(n), STYLES[status]) if n else Text("·", "dim") for status, n in line.counts.items()]
    return [line.family, *counts, percent(line.used_median), percent(line.used_max)]


def _complaint(group: list[Verdict]) -> Text:
    """Say what backends that fail alike did with one case, and where it began to go wrong."""
    from rich.text import Text

    first, backends = group[0], ", ".join(v.backend for v in group)
    status = (f"{first.status} ", STYLES[first.status])
    text = Text.assemble(status, (backends, "bold"), f" on {first.case} ({first.family})")
    used = [v.used_max for v in group if v.used_max is not None]
    if used:
        text.append(f", budget used {percent(max(used))}")
    if first.first_step:
        text.append(f", first at step {first.first_step}")
    if first.reason:
        text.append(f"\n  {first.reason}")
    return text


def _print_sentences(report: Report, status: Status, title: str, console: Console) -> None:
    from rich.text import Text

    found = sentences(report, status)
    if not found:
        return
    console.print(Text(f"{title}:", "bold"))
    for reason, verdicts in found:
        backends = ", ".join(dict.fromkeys(v.backend for v in verdicts))
        cases = list(dict.fromkeys(v.case for v in verdicts))
        more = f" and {len(cases) - MOST_CASES} more" if len(cases) > MOST_CASES else ""
        console.print(
            Text.assemble("  ", (backends, STYLES[status]), f" ({', '.join(cases[:MOST_CASES])}{more})")
        )
        console.print(Text(f"    {reason or 'no reason given'}"))
    console.print()


def _verdict(report: Report) -> Text:
    from rich.text import Text

    what = f"{len(report.cases)} cases, {len(report.backends)} backends, {report.seconds:.0f} s"
    if report.passed:
        return Text.assemble(("passed", "bold green"), f": nothing differs that is not explained ({what})")
    bad = sum(map(len, unexplained(report)))
    return Text.assemble(("failed", "bold red"), f": {bad} of {len(report.verdicts)} comparisons ({what})")
