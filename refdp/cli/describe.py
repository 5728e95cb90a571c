"""`refdp describe`: the descriptor of every atom, as a file or in summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp._version import __version__
from refdp.cli.inputs import check_output, descriptor_options, read_descriptor, read_inputs
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

    Where CONFIG has se_a_mask, aparam.npy of SYSTEM tells which atoms are real (1) and which virtual (0);
    virtual ones have a descriptor of zero.

    An .npz file holds `descriptor` (frames, atoms, width), `types`, `type_map`, `davg`, `dstd` (for the first
    child of a hybrid `0.davg`, `0.dstd`), the complete `config` as JSON text and the `version` of refdp; an
    .npy file the descriptor only.

    \b
    Examples:
      refdp describe input.json example:water
      refdp describe input.json data/water -o water.npz --threads 4
      refdp describe se_a_mask.json data/zinc -o zinc.npz
    """  # noqa: D301  # click's \b
    from refdp.description import describe

    check_output("--output", output, SUFFIXES)
    if output is not None and output.exists() and not force:
        message = f"`--output`: {output} exists; --force replaces it"
        raise InputError(message)
    read, atoms = read_inputs(config, system)
    descriptor = read_descriptor(read, atoms, seed, statistics)
    rows = describe(descriptor, atoms, threads=threads, block=block)
    _summarize(descriptor, atoms, rows)
    if output is not None:
        _write(output, _contents(descriptor, atoms, rows))
        click.echo(f"wrote {output}")


def _contents(descriptor: Descriptor, system: System, rows: Any) -> dict[str, Any]:
    import numpy as np

    from refdp.species import match_types

    return {
        "descriptor": rows,
        "types": match_types(descriptor, system).atype,
        "type_map": np.array(descriptor.type_map or system.type_map or (), dtype=np.str_),
        **_statistics(descriptor),
        "config": np.array(_config_text(descriptor)),
        "version": np.array(__version__),
    }


def _statistics(descriptor: Descriptor, prefix: str = "") -> dict[str, Any]:
    import numpy as np

    from refdp.descriptors import Hybrid

    if isinstance(descriptor, Hybrid):
        parts = [_statistics(child, f"{prefix}{k}.") for k, child in enumerate(descriptor.children)]
        return {name: x for part in parts for name, x in part.items()}
    found = {name: getattr(descriptor, name, None) for name in ("davg", "dstd")}
    return {f"{prefix}{name}": np.asarray(x) for name, x in found.items() if x is not None}


def _config_text(descriptor: Descriptor) -> str:
    return json.dumps(_section(descriptor))


def _section(descriptor: Any) -> dict[str, Any]:
    """Return the section of an input file that gives this descriptor, statistics apart."""
    import msgspec

    from refdp.descriptors import Hybrid

    name = {"type": descriptor.names[0]}
    if isinstance(descriptor, Hybrid):
        return {**name, "list": [_section(child) for child in descriptor.children]}
    return name | msgspec.to_builtins(descriptor.options)


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
    from refdp.species import match_types

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
