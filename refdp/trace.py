"""Named steps: what a calculation passes through on its way, recorded when someone listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

__all__ = ["Step", "Trace", "listening", "prefixed", "record", "step"]

T = TypeVar("T")


class Step(NamedTuple):
    """One intermediate result: its symbol in the book and its value."""

    name: str
    value: Any


class Trace(list[Step]):
    """The steps of one calculation, in the order in which they were taken."""

    def __contains__(self, name: object) -> bool:
        """Tell whether a step of this name was recorded."""
        return any(s.name == name for s in self)

    def value(self, name: str) -> Any:
        """Return the value of the first step called `name`; KeyError where there is none."""
        for s in self:
            if s.name == name:
                return s.value
        raise KeyError(name)

    @property
    def names(self) -> list[str]:
        """The names in order."""
        return [s.name for s in self]


_listener: ContextVar[Trace | None] = ContextVar("refdp_trace", default=None)
_prefix: ContextVar[str] = ContextVar("refdp_trace_prefix", default="")


def step(name: str, value: T) -> T:
    """Return `value` unchanged; record it as step `name` when someone listens.

    Parameters
    ----------
    name
        The symbol of the book.
    value
        Any array.
    """
    trace = _listener.get()
    if trace is not None:
        trace.append(Step(f"{_prefix.get()}{name}", value))
    return value


def listening() -> bool:
    """Tell whether a `record` block is open in this thread."""
    return _listener.get() is not None


@contextmanager
def prefixed(prefix: str) -> Iterator[None]:
    """Put `prefix` in front of the names of the steps inside the block, after the prefixes around it.

    A descriptor that consists of others tells their steps apart so: `0.E`, `1.E`.
    """
    token = _prefix.set(f"{_prefix.get()}{prefix}")
    try:
        yield
    finally:
        _prefix.reset(token)


@contextmanager
def record() -> Iterator[Trace]:
    """Record the named steps of everything calculated inside the block, in this thread.

    Yields
    ------
    Trace
        Filled while the block runs, and kept after it.
    """
    trace = Trace()
    token = _listener.set(trace)
    try:
        yield trace
    finally:
        _listener.reset(token)
