"""`refdp convert`: a model from one container to another."""

from __future__ import annotations

from pathlib import Path

import click

from refdp.cli.inputs import check_output
from refdp.errors import InputError

__all__ = ["command"]


@click.command("convert")
@click.argument("model", metavar="MODEL")
@click.argument("output", metavar="OUTPUT", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace OUTPUT where it exists.")
def command(model: str, output: Path, force: bool) -> None:
    """Write a model file in the other container, exactly.

    MODEL and OUTPUT end in .dp (HDF5) or .yaml. Keys that refdp does not know are carried along, so models of
    any kind can be converted.

    \b
    Examples:
      refdp convert model.dp model.yaml
    """  # noqa: D301  # click's \b
    from refdp.io.model_files import SUFFIXES, read_tree, write_tree

    check_output("OUTPUT", output, SUFFIXES)
    if output.exists() and not force:
        message = f"`OUTPUT`: {output} exists; --force replaces it"
        raise InputError(message)
    write_tree(output, read_tree(model))
