"""The command `refdp` itself: which commands there are, and what becomes of errors and warnings."""

from __future__ import annotations

import errno
import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from refdp import __version__
from refdp.errors import RefdpError, SelOverflowWarning

__all__ = ["COMMANDS", "Refused", "main"]

COMMANDS = ("describe", "evaluate", "info", "convert", "explain", "certify", "parity", "bench")

OUR_PACKAGES = ("refdp", "parity")


class Refused(click.ClickException):
    """An error of the user's making: one line on standard error and exit status 2."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class Commands(click.Group):
    """A group that imports a command's file when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click passes it
        """Return the names, in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command by its name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"refdp.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors and warnings of refdp become one line each."""
        with _one_line_each():
            return super().invoke(ctx)


@contextmanager
def _one_line_each() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("always", SelOverflowWarning)
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if not issubclass(category, SelOverflowWarning):
                usual(message, category, *where, **more)
                return
            click.echo(f"{click.style('Warning:', fg='yellow')} {' '.join(str(message).split())}", err=True)

        warnings.showwarning = show
        try:
            yield
        except RefdpError as error:
            raise Refused(str(error)) from error
        except ModuleNotFoundError as error:
            raise _missing(error) from error
        except MemoryError as error:
            message = f"not enough memory: {error}"
            raise Refused(message) from error
        except OSError as error:
            # Nobody reads any more (`refdp ... | head`): click ends that quietly.
            if error.errno == errno.EPIPE:
                raise
            raise Refused(str(error)) from error


def _missing(error: ModuleNotFoundError) -> Exception:
    name = (error.name or "").partition(".")[0]
    if name in OUR_PACKAGES:
        return error
    return Refused(f"the package {name} is needed and not installed: pip install 'refdp[parity]'")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="refdp")
def main() -> None:
    """Compute Deep Potential descriptors, look inside, prove their digits, compare implementations.

    CONFIG is a DeePMD-kit input file, its model section or its descriptor section (JSON, "-" for standard
    input). SYSTEM is the folder of a DeePMD-kit data set (with type.raw and set.*) or file.hdf5#/group; a
    file that ASE reads, perhaps with an index (traj.extxyz@0:10); or an example that comes with refdp, such
    as example:water. For se_a_mask its aparam.npy is the mask: 1 real, 0 virtual.

    \b
    Examples:
      refdp info example:water --rcut 6              which `sel` to choose
      refdp describe input.json data/ -o out.npz     the descriptor of every atom
      refdp evaluate model.dp data/                  energies, forces and virials, and their errors
      refdp explain input.json example:water --atom 3
                                                     every step of the way to it
      refdp certify input.json example:water --atom 3
                                                     its digits, proven
      refdp parity                                   compare every implementation on this machine
      refdp bench                                    how fast, against the others
    """  # noqa: D301  # click reads \b as "leave this paragraph alone"
