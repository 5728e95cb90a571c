"""Comparisons that are proven or refused."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from refdp.errors import UndecidedError

__all__ = ["Relations"]

Booleans = np.ndarray[Any, np.dtype[np.bool_]]


class Relations(ABC):
    """Comparisons of wrapped arrays: a plain array of booleans, or `UndecidedError`.

    A relation is decided where it or its negation is proven for every pair of numbers in the two balls.
    """

    @abstractmethod
    def proven(self, name: str, x1: Any, x2: Any) -> Booleans:
        """Return where `less` or `less_equal` (the `name`) is proven."""

    @abstractmethod
    def is_real(self, value: Any) -> bool:
        """Tell whether a value is a wrapped array, a float or a NumPy array of floats."""

    def less(self, x1: Any, x2: Any, /) -> Booleans:
        """Return x1 < x2."""
        return self._relation("less", x1, x2)

    def less_equal(self, x1: Any, x2: Any, /) -> Booleans:
        """Return x1 <= x2."""
        return self._relation("less_equal", x1, x2)

    def greater(self, x1: Any, x2: Any, /) -> Booleans:
        """Return x1 > x2."""
        return self._relation("less", x2, x1)

    def greater_equal(self, x1: Any, x2: Any, /) -> Booleans:
        """Return x1 >= x2."""
        return self._relation("less_equal", x2, x1)

    def equal(self, x1: Any, x2: Any, /) -> Booleans:
        """Return x1 == x2."""
        if not (self.is_real(x1) or self.is_real(x2)):
            return np.asarray(np.equal(x1, x2))
        same = self.proven("less_equal", x1, x2) & self.proven("less_equal", x2, x1)
        apart = self.proven("less", x1, x2) | self.proven("less", x2, x1)
        return _decided("equal", same, apart)

    def not_equal(self, x1: Any, x2: Any, /) -> Booleans:
        """Return x1 != x2."""
        return ~self.equal(x1, x2)

    def _relation(self, name: str, x1: Any, x2: Any) -> Booleans:
        if not (self.is_real(x1) or self.is_real(x2)):
            return np.asarray(getattr(np, name)(x1, x2))
        opposite = "less_equal" if name == "less" else "less"
        return _decided(name, self.proven(name, x1, x2), self.proven(opposite, x2, x1))


def _decided(name: str, holds: Booleans, fails: Booleans) -> Booleans:
    decided = np.asarray(holds | fails)
    undecided = decided.size - int(np.count_nonzero(decided))
    if undecided:
        message = (
            f"{name}: {undecided} of {decided.size} comparisons are undecided, the balls overlap; "
            "more bits may part them"
        )
        raise UndecidedError(message)
    return np.asarray(holds, bool)
