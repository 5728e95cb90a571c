"""Work on many pieces at a time: a thread for each core, and one thread of BLAS in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from functools import cache
from typing import Any, TypeVar

__all__ = ["each"]

T = TypeVar("T")
R = TypeVar("R")


def each(function: Callable[[T], R], pieces: Sequence[T], threads: int) -> Iterator[R]:
    """Yield `function(piece)` of each piece, in order, calculated on several threads.

    Parameters
    ----------
    function
        What is to be done; NumPy lets others run meanwhile.
    pieces
        What it is done to.
    threads
        How many at most; a single piece, or a single thread, takes none of its own.
    """
    with _controller().limit(limits=1):
        if min(threads, len(pieces)) < 2:
            # A context of its own, as in a thread of its own: who listens to steps here does not hear these.
            yield from (Context().run(function, piece) for piece in pieces)
            return
        with ThreadPoolExecutor(min(threads, len(pieces))) as pool:
            yield from pool.map(function, pieces)


@cache
def _controller() -> Any:
    # Looking for the libraries of a process takes longer than the forces on a molecule. SciPy's is one more.
    import scipy.spatial  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
