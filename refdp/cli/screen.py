"""What commands print: tables and lines, with colour where a terminal shows it."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "number", "print_table"]

WIDTH_OF_A_FILE = 160


def console(*, stderr: bool = False) -> Console:
    """Return where to print: the terminal, or plain text of a fixed width where there is none."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDTH_OF_A_FILE
    # A command that is called in a notebook prints as well, instead of making a display.
    made = Console(
        stderr=stderr, width=width, markup=False, highlight=False, emoji=False, force_jupyter=False
    )
    made.soft_wrap = True
    return made


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Container[int]) -> None:
    """Print a table.

    Parameters
    ----------
    header
        The head of each column.
    rows
        The cells, as text.
    right
        The columns that are numbers.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    for k, head in enumerate(header):
        table.add_column(head, justify="right" if k in right else "left", no_wrap=k in right)
    for row in rows:
        table.add_row(*row)
    console().print(table)


def number(x: float, digits: int = 6) -> str:
    """Return a number in as few characters as show `digits` of it."""
    return f"{x:.{digits}g}"
