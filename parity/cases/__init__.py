"""What is compared: the grid of options and the special cases, by family."""

from __future__ import annotations

from parity.case import Case
from parity.cases.grid import grid
from parity.cases.levels import LEVELS
from parity.cases.special import special

__all__ = ["FAMILIES", "cases_of"]

FAMILIES = tuple(LEVELS)


def cases_of(family: str) -> list[Case]:
    """Return the cases of a family: its grid, then its special cases."""
    return grid(family) + special(family)
