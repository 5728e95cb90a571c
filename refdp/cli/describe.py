"""`refdp describe`: the descriptor of every atom, as a file or in summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp._version import __version__
from refdp.cli.inputs import check_output, descriptor_options, read_descriptor, read_system
from refdp.errors import InputError

if TYPE_CHECKING:
    from refdp.descriptors import Descriptor
    from refdp.system import System

__all__ = ["command"]

SUFFIXES = (".npz", ".npy")


@click.command("describe")
@descriptor_options
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="An .npz or .npy file.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="By default one for each core.")
@click.option("--block", type=click.IntRange(min=1), metavar="N", help="How many atoms are done together.")
def command(
    config: str,
    system: str,
    seed: int | None,
    statistics: bool,
    output: Path | None,
    force: bool,
    threads: int | None,
    block: int | None,
) -> None:
    """Compute the descriptor of every atom.

    An .npz file holds `descriptor` (frames, atoms, width), `types`, `type_map`, `davg`, `dstd`, the complete
    `config` as JSON text and the `version` of refdp; an .npy file the descriptor only.

    \b
    Examples:
      refdp describe input.json example:water
      refdp describe input.json data/water -o water.npz --threads 4
    """  # noqa: D301  # click's \b
    from refdp.evaluate import BLOCK, describe

    check_output("--output", output, SUFFIXES)
    if output is not None and output.exists() and not force:
        message = f"`--output`: {output} exists; --force replaces it"
        raise InputError(message)
    atoms = read_system(system)
    descriptor = read_descriptor(config, atoms, seed, statistics)
    rows = describe(descriptor, atoms, threads=threads, block=block or BLOCK)
    _summarize(descriptor, atoms, rows)
    if output is not None:
        _write(output, _contents(descriptor, atoms, rows))
        click.echo(f"wrote {output}")


def _contents(descriptor: Descriptor, system: System, rows: Any) -> dict[str, Any]:
    import numpy as np

    from refdp.evaluate import match_types

    return {
        "descriptor": rows,
        "types": match_types(descriptor, system).atype,
        "type_map": np.array(descriptor.type_map or system.type_map or (), dtype=np.str_),
        **{
            name: np.asarray(x)
            for name in ("davg", "dstd")
            if (x := getattr(descriptor, name, None)) is not None
        },
        "config": np.array(_config_text(descriptor)),
        "version": np.array(__version__),
    }


def _config_text(descriptor: Descriptor) -> str:
    import msgspec

    return json.dumps({"type": descriptor.names[0]} | msgspec.to_builtins(descriptor.options))


def _write(output: Path, contents: dict[str, Any]) -> None:
    import numpy as np

    from refdp.io.files import replacing

    # An open file: given a path, NumPy may add a suffix of its own to it.
    with replacing(output) as beside, beside.open("wb") as file:
        if output.suffix.lower() == ".npy":
            np.save(file, contents["descriptor"])
        else:
            np.savez(file, **contents)


def _summarize(descriptor: Descriptor, system: System, rows: Any) -> None:
    import numpy as np

    from refdp.cli.screen import number, print_table
    from refdp.evaluate import match_types

    nf, natoms, dim = rows.shape
    click.echo(f"{descriptor.names[0]}: shape (nf, natoms, dim) = ({nf}, {natoms}, {dim})")
    atype = match_types(descriptor, system).atype
    names = descriptor.type_map or system.type_map
    lines = []
    for kind in np.unique(atype):
        chosen = rows[atype == kind]
        name = "virtual" if kind < 0 else names[kind] if names else str(kind)
        figures = (chosen.mean(), chosen.std(), chosen.min(), chosen.max()) if dim else ()
        lines.append([name, str(len(chosen)), *map(number, figures)])
    print_table(["type", "atoms", "mean", "deviation", "least", "largest"], lines, right=range(1, 6))
