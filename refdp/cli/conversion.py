"""`refdp parity --model MODEL --data SET`: is a converted model faithful."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refdp.errors import InputError, unexpected

if TYPE_CHECKING:
    from parity.models.conversion_report import Conversion, Deviation, Row
    from refdp.models.base import Model

__all__ = ["check_conversion", "load_converted"]

SHOWN = ("energy", "forces", "virial")
PARAMETERS = ("fparam", "aparam")
NOTHING_SHOWN = 2


def check_conversion(
    model: Path,
    data: str,
    frames: int,
    backends: Sequence[str],
    against: Path | None,
    jobs: int | None,
    json_file: Path | None,
) -> None:
    """Compare a model file with refdp and print what is found.

    The exit status is 1 where it is not faithful, and 2, as for other errors, where nothing is shown.

    Parameters
    ----------
    model
        A `.dp` or `.yaml` file.
    data
        SYSTEM, as other commands understand it.
    frames
        How many frames, from the first.
    backends
        Patterns of names; DeePMD-kit's if empty.
    against
        Another model file, which must give the same.
    jobs
        Processes at a time.
    json_file
        Where to write what was found.

    Raises
    ------
    InputError
        A file cannot be read, or refdp cannot evaluate the model for the data.
    """
    import msgspec

    from parity.models import conversion
    from parity.report.files import write_json
    from refdp.blocks import thread_count
    from refdp.cli.frames import open_frames

    loaded = load_converted(model)
    places = _places(backends or ["deepmd-*"])
    if against is not None and not against.is_file():
        raise unexpected("--against", str(against), "a model file")
    source = open_frames(data, (*PARAMETERS, "energy", "force", "virial"), math.isinf(loaded.rcut), frames)
    found = conversion.check_conversion(
        model, loaded, source.chunks, places, against=against, jobs=jobs or thread_count(None)
    )
    found = msgspec.structs.replace(found, data=data)
    if json_file is not None:
        write_json(found, json_file)
        click.echo(f"wrote {json_file}")
    _print(found)
    if not found.faithful:
        sys.exit(NOTHING_SHOWN if found.faithful is None else 1)


def load_converted(path: Path) -> Model:
    """Return the model in a file that refdp reads.

    Raises
    ------
    InputError
        The file is one of another program, which DeePMD-kit converts.
    """
    import refdp
    from refdp.io.model_files import SUFFIXES

    if path.suffix.lower() not in SUFFIXES:
        way = f"run `dp convert-backend {path.name} {path.stem}.dp` first, and check {path.stem}.dp"
        message = f"`--model`: expected a file that ends in {', '.join(SUFFIXES)}, got {str(path)!r}; {way}"
        raise InputError(message)
    model: Model = refdp.load(path)
    return model


def _places(patterns: Sequence[str]) -> list[str]:
    """Return the places of the backends meant; a pattern that means none is an error."""
    from parity.models.registry import model_backends
    from parity.select import matching, select_model_backends

    names = [backend.name for backend in model_backends().values()]
    matching("--backend", [pattern for pattern in patterns if ":" not in pattern], names)
    return list(select_model_backends(patterns))


def _print(found: Conversion) -> None:
    from refdp.cli.screen import print_table

    names = list(dict.fromkeys(d.output for row in found.rows for d in row.outputs))
    shown = [name for name in SHOWN if name in names] or names
    header = ["backend", ""]
    for name in shown:
        unit = next((d.unit for row in found.rows for d in row.outputs if d.output == name), "")
        header += [f"{name}: used", f"largest{unit and f', {unit}'}"]
    if found.rows:
        print_table(header, [_cells(row, shown) for row in found.rows], right=range(2, len(header)))
    for row in found.rows:
        if row.reason:
            click.echo(f"{row.backend} {row.status}: {row.reason}")
    if found.errors:
        units = {"forces": "eV/angstrom"}
        told = [f"{name} {x:.3g} {units.get(name, 'eV per atom')}" for name, x in found.errors.items()]
        click.echo(f"errors of the model against the labels (RMSE): {', '.join(told)}")
    click.echo(found.sentence)


def _cells(row: Row, names: Sequence[str]) -> list[str]:
    by_name = {d.output: d for d in row.outputs}
    cells = [cell for name in names for cell in _pair(by_name.get(name))]
    return [row.backend, row.status, *cells]


def _pair(deviation: Deviation | None) -> tuple[str, str]:
    from parity.report.summary import percent

    if deviation is None:
        return "", ""
    return percent(deviation.used), f"{deviation.largest:.1e}"
