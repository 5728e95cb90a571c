"""A report as one picture: backends against cases, coloured by the share of the error budget used."""

from __future__ import annotations

import os
from itertools import cycle, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parity.report.model import CaseReport, Report, Status
from parity.report.summary import DECADES, MARKS, percent, used_scale
from refdp.errors import unexpected

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "save_picture"]

SUFFIXES = (".png", ".svg")
RAMP = ("#eaf5f2", "#b5dcd5", "#64b0b4", "#2f8496", "#1a4f70")
COLORS: dict[Status, str] = {
    "differs": "#c62828",
    "known": "#f6c453",
    "refuses": "#d9e1e3",
    "fails": "#6d2c8f",
    "vacuous": "#ffffff",
}
LABELS: dict[Status, str] = {"known": "differs (known)"}
INK = "#17252a"

WIDTH = 8.0
ROW = 0.2  # inches that a backend takes
MARGINS = {"left": 1.75, "right": 0.15, "top": 0.45, "bottom": 0.85, "between": 0.55}


def save_picture(report: Report, path: str | os.PathLike[str]) -> None:
    """Write the picture as PNG (800 pixels wide at its natural size, twice as sharp) or SVG.

    Raises
    ------
    InputError
        The name ends in something else.
    """
    from matplotlib import rc_context

    from refdp.io.files import replacing

    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise unexpected("--picture", str(path), f"a name that ends in {' or '.join(SUFFIXES)}")
    # Without date, version and random names the same report makes the same bytes.
    metadata = {"Software": None} if suffix == ".png" else {"Date": None}
    with rc_context({"svg.hashsalt": "refdp", "svg.fonttype": "none"}), replacing(path) as beside:
        draw(report).savefig(beside, dpi=200, metadata=metadata)


def draw(report: Report) -> Figure:
    """Return the picture, one panel a family."""
    from matplotlib.figure import Figure

    rows = len(report.backends) * ROW
    panels = max(len(report.families), 1)
    height = panels * rows + (panels - 1) * MARGINS["between"] + MARGINS["top"] + MARGINS["bottom"]
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    for k, family in enumerate(report.families):
        bottom = height - MARGINS["top"] - (k + 1) * rows - k * MARGINS["between"]
        width = WIDTH - MARGINS["left"] - MARGINS["right"]
        box = (MARGINS["left"] / WIDTH, bottom / height, width / WIDTH, rows / height)
        _panel(figure.add_axes(box), report, family)
    _legend(figure, report, height)
    return figure


def _panel(axes: Axes, report: Report, family: str) -> None:
    cases = _by_system(report, family)
    verdicts = {(v.backend, v.case): v for v in report.verdicts if v.family == family}
    for y, backend in enumerate(report.backends):
        for x, case in enumerate(cases):
            if verdict := verdicts.get((backend, case.name)):
                _square(axes, x, y, verdict.status, verdict.used_max)
    axes.set(xlim=(0, max(len(cases), 1)), ylim=(len(report.backends), 0))
    axes.set_yticks([y + 0.5 for y in range(len(report.backends))], report.backends, fontsize=8)
    axes.tick_params(length=0, colors=INK)
    axes.spines[:].set_visible(False)
    axes.set_title(family, loc="left", fontsize=9, fontweight="bold", color=INK, pad=4)
    _name_systems(axes, cases, len(report.backends))


def _square(axes: Axes, x: int, y: int, status: Status, used: float | None) -> None:
    from matplotlib.patches import Rectangle

    gap = 0.04
    color = _ramp()(used_scale(used or 0.0)) if status == "agrees" else COLORS[status]
    edge = COLORS["differs"] if status == "vacuous" else "none"
    axes.add_patch(
        Rectangle((x + gap, y + gap), 1 - 2 * gap, 1 - 2 * gap, facecolor=color, edgecolor=edge, lw=0.6)
    )
    if status != "agrees":
        ink = "white" if status in ("differs", "fails") else INK
        axes.text(x + 0.5, y + 0.53, MARKS[status], ha="center", va="center", fontsize=5.5, color=ink)


def _name_systems(axes: Axes, cases: list[CaseReport], bottom: int) -> None:
    """Write each system's name under its cases, with a line where the next one begins."""
    start = 0
    lines = cycle((1, 0))
    for system, group in groupby(cases, key=lambda case: case.system):
        count = len(list(group))
        # Neighbours of few cases take turns on two lines, so that their names do not meet.
        line = next(lines) if count < 3 else 0
        place = bottom + 0.25 + 0.9 * line
        # A long name under the last few cases would leave the picture.
        last = count < 3 and start + count > len(cases) - 3
        middle, side = (start + count, "right") if last else (start + count / 2, "center")
        axes.text(middle, place, system, ha=side, va="top", fontsize=7, color=INK)
        if start:
            axes.axvline(start, color="white", lw=2.5)
        start += count
    axes.set_xticks([])


def _by_system(report: Report, family: str) -> list[CaseReport]:
    cases = [case for case in report.cases if case.family == family]
    order = list(dict.fromkeys(case.system for case in cases))
    return sorted(cases, key=lambda case: order.index(case.system))


def _legend(figure: Figure, report: Report, height: float) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.patches import Patch

    box = (MARGINS["left"] / WIDTH, 0.36 / height, 2.1 / WIDTH, 0.11 / height)
    scale = ScalarMappable(LogNorm(10.0**-DECADES, 1.0), _ramp())
    bar = figure.colorbar(scale, cax=figure.add_axes(box), orientation="horizontal")
    ticks = [10.0**-k for k in reversed(range(DECADES + 1))]
    bar.set_ticks(ticks, labels=[percent(tick) for tick in ticks])
    bar.ax.tick_params(labelsize=6.5, length=2, colors=INK)
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.ax.set_title("largest share of the error budget used", fontsize=7.5, loc="left", color=INK, pad=3)
    found = {verdict.status for verdict in report.verdicts}
    shown = [status for status in COLORS if status in found]
    patches = [Patch(fc=COLORS[s], ec="#c62828" if s == "vacuous" else "none", lw=0.6) for s in shown]
    names = [f"{MARKS[s]}  {LABELS.get(s, s)}" for s in shown]
    where = (0.5, 0.12 / height)
    figure.legend(
        patches, names, loc="lower left", bbox_to_anchor=where, ncols=3, fontsize=7.5, frameon=False
    )


def _ramp() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("budget", RAMP)
