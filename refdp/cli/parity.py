"""`refdp parity`: compare every implementation on this machine with the proven truth, or check a model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp.cli.conversion import check_conversion
from refdp.cli.inputs import check_output
from refdp.errors import unexpected

if TYPE_CHECKING:
    from parity.report.model import Report

__all__ = ["command"]

FILE = click.Path(path_type=Path, dir_okay=False)
FRAMES = 4


@click.command("parity")
@click.option(
    "--family", "families", multiple=True, metavar="NAME", help="A name or pattern; may be repeated."
)
@click.option(
    "--backend",
    "backends",
    multiple=True,
    metavar="NAME",
    help="A name, a pattern, or a place such as mypackage.module:BACKEND; may be repeated.",
)
@click.option(
    "--case",
    "cases",
    multiple=True,
    metavar="NAME",
    help="A name or pattern such as '*water*'; may be repeated.",
)
@click.option(
    "--thorough", is_flag=True, help="Every case for backends that compile, too, which takes much longer."
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at a time.")
@click.option(
    "--json",
    "json_file",
    type=FILE,
    help="The report as data; by default report.json, and none with --model.",
)
@click.option(
    "--html",
    "html_file",
    type=FILE,
    help="The report as a page; by default report.html.",
)
@click.option("--picture", type=FILE, help="The map as .png or .svg, too.")
@click.option(
    "--model",
    type=FILE,
    metavar="MODEL",
    help="Check this model file, .dp or .yaml, instead of all that is known.",
)
@click.option("--data", metavar="SYSTEM", help="With --model: atoms to evaluate it for.")
@click.option(
    "--frames",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"With --model: the first N frames of SYSTEM; by default {FRAMES}.",
)
@click.option(
    "--against", type=FILE, metavar="FILE", help="With --model: another model file, which must give the same."
)
@click.option("--list", "only_list", is_flag=True, help="List backends and cases, and run nothing.")
def command(
    families: tuple[str, ...],
    backends: tuple[str, ...],
    cases: tuple[str, ...],
    thorough: bool,
    jobs: int | None,
    json_file: Path | None,
    html_file: Path | None,
    picture: Path | None,
    model: Path | None,
    data: str | None,
    frames: int | None,
    against: Path | None,
    only_list: bool,
) -> None:
    """Compare every backend with the truth, or with --model one model in every backend.

    Every backend computes every case; those that compile, a second or more for each, a part of the large
    families in which every option occurs, unless cases are named. A backend agrees where it stays within the
    error budget of the case: what rounding can do to it, element by element. The exit status is 1 where one
    differs for no known reason, fails, or was not really tested.

    With --model the numbers of refdp are compared with those of DeePMD-kit (or of the backends named) for the
    atoms of SYSTEM, a data set or an example: energies, forces and virials. The last line says whether the
    conversion is faithful; where it is not, the exit status is 1, and 2 where nothing is shown.

    \b
    Examples:
      refdp parity
      refdp parity --model model.dp --data data/water --frames 10
      refdp parity --model model.dp --data example:water --against frozen.pth
      refdp parity --family se_e2_a --case '*water*'
      refdp parity --list
    """  # noqa: D301  # click's \b
    if only_list:
        _print_list(families, cases)
        return
    if model is not None:
        _check_alone(family=families, case=cases, html=html_file, picture=picture)
        check_output("--json", json_file)
        check_conversion(model, _data(data), frames or FRAMES, backends, against, jobs, json_file)
        return
    _check_alone("--model", data=data, frames=frames, against=against)
    json_file, html_file = json_file or Path("report.json"), html_file or Path("report.html")
    for option, path in (("--json", json_file), ("--html", html_file), ("--picture", picture)):
        check_output(option, path, (".png", ".svg") if option == "--picture" else ())
    from parity.run import run

    report = run(
        families=families or None,
        backends=backends or None,
        cases=cases or None,
        jobs=jobs,
        thorough=thorough,
    )
    _write_report(report, json_file, html_file, picture)
    _print_report(report)
    if not report.passed:
        sys.exit(1)


def _check_alone(wanted: str = "", **given: Any) -> None:
    """Raise InputError where an option is given that is for the other use of the command."""
    for name, value in given.items():
        if value:
            raise unexpected(
                f"--{name}", str(value), f"{wanted} with it" if wanted else "none beside --model"
            )


def _data(data: str | None) -> str:
    if data is None:
        raise unexpected("--data", None, "a data set, or an example such as example:water, for --model")
    return data


def _print_report(report: Report) -> None:
    from parity.report.table import print_report
    from refdp.cli.screen import console

    print_report(report, console())


def _write_report(report: Report, json_file: Path, html_file: Path, picture: Path | None) -> None:
    from parity.report.files import write_json, write_text
    from parity.report.html import render

    write_json(report, json_file)
    write_text(render(report), html_file)
    if picture is not None:
        from parity.report.picture import save_picture

        save_picture(report, picture)
    click.echo(f"wrote {', '.join(str(path) for path in (json_file, html_file, picture) if path)}")


def _print_list(families: Sequence[str], patterns: Sequence[str]) -> None:
    from parity.backends.registry import backends
    from parity.select import select_cases, select_families
    from refdp.cli.screen import print_table

    known = backends().values()
    print_table(["backend", "version", ""], [[b.name, b.version(), b.missing()] for b in known], right=())
    cases = select_cases(select_families(families or None), patterns or None)
    rows = [[case.name, case.system, ", ".join(case.under_test), case.note] for case in cases]
    print_table(["case", "system", "options away from their default", ""], rows, right=())
