"""Which families, backends and cases a user means, by name or pattern."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from parity.backends.backend import Backend
from parity.backends.registry import backends, find
from parity.cases import FAMILIES, cases_of
from parity.models.case import FAMILY
from parity.models.cases import model_cases
from parity.models.registry import model_backends
from refdp.errors import InputError, unexpected

__all__ = ["matching", "select_backends", "select_cases", "select_families", "select_model_backends"]


def select_families(patterns: Sequence[str] | None) -> list[str]:
    """Return the families meant; all where None."""
    return matching("families", patterns, (*FAMILIES, FAMILY))


def select_cases(families: Sequence[str], patterns: Sequence[str] | None) -> list[Any]:
    """Return the cases of some families whose names match one of the patterns; all where None."""
    found = (model_cases() if family == FAMILY else cases_of(family) for family in families)
    cases: dict[str, Any] = {case.name: case for each in found for case in each}
    return [cases[name] for name in matching("cases", patterns, cases)]


def select_backends(patterns: Sequence[str] | None) -> dict[str, Backend]:
    """Return the backends meant that compute descriptors, by the name or place that finds them.

    Where None, all but those that need a device which is not there; one that is not installed is among them.
    """
    known = backends()
    if patterns is None:
        return {name: backend for name, backend in known.items() if not backend.check()}
    places = [pattern for pattern in patterns if ":" in pattern]
    names = [pattern for pattern in patterns if ":" not in pattern]
    chosen = {name: known[name] for name in matching("backends", names, known)} if names else {}
    chosen |= _at(places, models=False)
    called = [backend.name for backend in chosen.values()]
    if twice := sorted({name for name in called if called.count(name) > 1}):
        raise unexpected("backends", twice, "backends of different names")
    return chosen


def select_model_backends(patterns: Sequence[str] | None) -> dict[str, Backend]:
    """Return those of the backends meant that evaluate whole models, by the place that finds them."""
    known = {backend.name: place for place, backend in model_backends().items()}
    chosen = _at((pattern for pattern in patterns or () if ":" in pattern), models=True)
    names = [name for name in known if patterns is None or _meant(name, patterns)]
    return {known[name]: find(known[name]) for name in names} | chosen


def _at(places: Iterable[str], *, models: bool) -> dict[str, Backend]:
    """Return the backends at some places that evaluate whole models, or those that do not."""
    found = {place: find(place) for place in places}
    return {place: backend for place, backend in found.items() if backend.models == models}


def _meant(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


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
