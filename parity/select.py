"""Which families, backends and cases a user means, by name or pattern."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from parity.backends.backend import Backend
from parity.backends.registry import backends, find
from parity.case import Case
from parity.cases import FAMILIES, cases_of
from refdp.errors import InputError, unexpected

__all__ = ["matching", "select_backends", "select_cases", "select_families"]


def select_families(patterns: Sequence[str] | None) -> list[str]:
    """Return the families meant; all where None."""
    return matching("families", patterns, FAMILIES)


def select_cases(families: Sequence[str], patterns: Sequence[str] | None) -> list[Case]:
    """Return the cases of some families whose names match one of the patterns; all where None."""
    cases = {case.name: case for family in families for case in cases_of(family)}
    return [cases[name] for name in matching("cases", patterns, cases)]


def select_backends(patterns: Sequence[str] | None) -> dict[str, Backend]:
    """Return the backends meant, by the name or place that finds them.

    Where None, all but those that need a device which is not there; one that is not installed is among them.
    """
    known = backends()
    if patterns is None:
        return {name: backend for name, backend in known.items() if not backend.check()}
    places = [pattern for pattern in patterns if ":" in pattern]
    names = [pattern for pattern in patterns if ":" not in pattern]
    chosen = {name: known[name] for name in matching("backends", names, known)} if names else {}
    chosen |= {place: find(place) for place in places}
    called = [backend.name for backend in chosen.values()]
    if twice := sorted({name for name in called if called.count(name) > 1}):
        raise unexpected("backends", twice, "backends of different names")
    return chosen


def matching(argument: str, patterns: Sequence[str] | None, names: Iterable[str]) -> list[str]:
    """Return the names that match one of the patterns, in their own order.

    Raises
    ------
    InputError
        A pattern matches nothing; the message names what comes nearest.
    """
    names = list(names)
    if patterns is None:
        return names
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise _nothing(argument, pattern, names)
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _nothing(argument: str, pattern: str, names: list[str]) -> InputError:
    near = difflib.get_close_matches(pattern, names, n=3, cutoff=0.4) or names[:8]
    more = "" if len(near) == len(names) else ", ..."
    return unexpected(argument, pattern, f"a name or pattern of {', '.join(near)}{more}")
