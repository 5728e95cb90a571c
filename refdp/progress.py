"""A progress bar for whoever waits in a terminal, and nothing for anybody else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

__all__ = ["follow"]

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")

PATIENCE = 1.0


def follow(items: Iterable[T], total: int, what: str, show: bool | None = None) -> Iterator[T]:
    """Yield the items; show a bar on standard error once they have taken a second.

    Parameters
    ----------
    items
        What is worked through.
    total
        How many.
    what
        The word beside the bar.
    show
        Whether to show it; by default where standard error is a terminal.
    """
    if not (sys.stderr.isatty() if show is None else show):
        yield from items
        return
    start, bar = time.monotonic(), None
    try:
        for done, item in enumerate(items, 1):
            if bar is None and time.monotonic() - start > PATIENCE:
                bar = _bar(what, total)
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)
            yield item
    finally:
        if bar is not None:
            bar.stop()


def _bar(what: str, total: int) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    bar.add_task(what, total=total)
    bar.start()
    return bar
