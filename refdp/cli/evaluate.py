"""`refdp evaluate`: what a model says of a system, in summary, against labels, and as a file or data set."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp.cli.frames import open_frames
from refdp.cli.inputs import DEFAULT_SEED, system_argument
from refdp.cli.models import read_model
from refdp.cli.outputs import is_energy, outputs, predictions, units
from refdp.cli.predictions import (
    check_names,
    check_target,
    is_table,
    labelled,
    write_folder,
    write_table,
)

if TYPE_CHECKING:
    from refdp.cli.frames import Source
    from refdp.cli.tally import Errors, Spread, Tally
    from refdp.evaluation import Evaluation
    from refdp.io.dataset import Frames
    from refdp.models.base import Model

__all__ = ["command"]

PARAMETERS = ("fparam", "aparam")


@click.command("evaluate")
@click.argument("model", metavar="MODEL")
@system_argument
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="An .npz file, or a folder to be."
)
@click.option("--force", is_flag=True, help="Replace PATH where it exists.")
@click.option("--no-forces", is_flag=True, help="Energies only, in a third of the time.")
@click.option("--frames", type=click.IntRange(min=1), metavar="N", help="The first N frames only.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Seed of random weights, where MODEL is an input file; by default its own, or {DEFAULT_SEED}.",
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="By default one for each core.")
@click.option("--block", type=click.IntRange(min=1), metavar="N", help="How many atoms are done together.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    model: str,
    system: str,
    output: Path | None,
    force: bool,
    no_forces: bool,
    frames: int | None,
    seed: int | None,
    threads: int | None,
    block: int | None,
    as_json: bool,
) -> None:
    """Evaluate a model: energies, forces and virials, or whatever it predicts.

    MODEL is a model file of DeePMD-kit, .dp or .yaml; or an input file, .json, whose model gets random
    weights. Frame and atomic parameters are those of SYSTEM, fparam.npy and aparam.npy, and where SYSTEM has
    labels, the errors against them are shown. Frames are read and evaluated some at a time.

    The output is one .npz file, or a folder in DeePMD-kit's layout with the atoms of SYSTEM and the
    predictions as labels: energy, force, virial, atom_ener; dipole, polarizability, dos or a property, and
    those of atoms. Only a folder is written as it grows; a file is held in memory until it is complete.

    \b
    Examples:
      refdp evaluate model.dp data/water
      refdp evaluate model.dp data/water -o predicted
      refdp evaluate model.yaml traj.extxyz@::10 -o out.npz --no-forces
      refdp evaluate input.json example:water --seed 3
    """  # noqa: D301  # click's \b
    from refdp.evaluation import evaluate

    loaded = read_model(model, system, seed)
    labels = (*(each.label for each in outputs(loaded.quantity)), *PARAMETERS)
    # Only se_a_mask has no cutoff; its atomic parameters tell which atoms are real.
    source = open_frames(system, labels, math.isinf(loaded.rcut), frames)
    check_target(output, force, system, source)
    if output is not None:
        check_names(loaded.quantity, source)
    _warn_of_numbers(loaded, source)
    derivatives = not no_forces and is_energy(loaded.quantity)
    run = partial(evaluate, loaded, derivatives=derivatives, threads=threads, block=block)
    tally = _evaluate(loaded, source, run, output)
    _warn_of_shapes(system, tally)
    _tell(system, tally, output, as_json)


def _evaluate(model: Model, source: Source, run: Callable[..., Evaluation], output: Path | None) -> Tally:
    """Evaluate all frames and write them, if anywhere; return what there is to tell of them."""
    from refdp.cli.tally import Tally

    tally = Tally(model.quantity)
    wanted = [name for name in PARAMETERS if getattr(model, f"numb_{name}")]
    pairs = _predicted(source, run, wanted, tally)
    if output is None:
        for _ in pairs:
            pass
        return tally
    write = write_table if is_table(output) else write_folder
    write(output, (labelled(frames, predicted, wanted) for frames, predicted in pairs))
    return tally


def _predicted(
    source: Source, run: Callable[..., Evaluation], wanted: Sequence[str], tally: Tally
) -> Iterator[tuple[Frames, dict[str, Any]]]:
    """Yield the frames with what is predicted for them, and count it."""
    from refdp.progress import follow

    # One bar: of the blocks of a single chunk, or of the chunks.
    alone = source.pieces == 1
    for frames in follow(source.chunks, source.pieces, "frames", False if alone else None):
        given = {name: frames.labels.get(name) for name in wanted}
        predicted = predictions(run(frames.system, **given, progress=None if alone else False))
        tally.add(frames, predicted)
        yield frames, predicted


def _warn_of_numbers(model: Model, source: Source) -> None:
    if model.type_map is None and source.names is not None:
        pairs = ", ".join(f"{k} is {name}" for k, name in enumerate(source.names))
        click.echo(f"the types of the model have no names and are taken by number: {pairs}", err=True)


def _warn_of_shapes(system: str, tally: Tally) -> None:
    for label, (found, predicted) in tally.unlike.items():
        message = f"the label `{label}` of {system} is not compared: a frame of it has the shape {found}"
        click.echo(f"{message}, of the predictions {predicted}", err=True)


def _tell(system: str, tally: Tally, output: Path | None, as_json: bool) -> None:
    facts = _facts(tally) | ({"output": str(output)} if output else {})
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    _print(system, facts, tally)
    if output:
        click.echo(f"wrote {output}")


def _facts(tally: Tally) -> dict[str, Any]:
    worst = tally.worst and dict(zip(("frame", "atom"), tally.worst, strict=True))
    return {
        "quantity": tally.quantity.name,
        "frames": tally.nf,
        "atoms": tally.atoms,
        "predictions": _figures(tally, tally.spreads),
        "largest_force": worst,
        "errors": _figures(tally, tally.errors),
    }


def _figures(tally: Tally, found: Mapping[str, Spread | Errors]) -> dict[str, dict[str, Any]]:
    """Return the figures of each thing that is told, with their unit if it has one."""
    known = units(tally.quantity)
    return {
        name: ({"unit": known[name]} if name in known else {}) | each.facts() for name, each in found.items()
    }


def _print(system: str, facts: dict[str, Any], tally: Tally) -> None:
    from refdp.cli.tally import NUMBERS

    click.echo(f"{facts['quantity']} of {tally.nf} frames of {system}, {tally.atoms} atoms in all")
    _print_figures("predicted", NUMBERS, facts["predictions"])
    if tally.worst is not None:
        click.echo("largest force: frame {}, atom {}".format(*tally.worst))
    if facts["errors"]:
        _print_figures("against labels", ("rmse", "mae", "largest", "numbers"), facts["errors"])


def _print_figures(title: str, names: tuple[str, ...], figures: dict[str, Any]) -> None:
    from refdp.cli.screen import number, print_table

    rows = [
        [name, each.get("unit", ""), *(number(each[key]) for key in names if key in each)]
        for name, each in figures.items()
    ]
    print_table([title, "unit", *names], rows, right=range(2, 2 + len(names)))
