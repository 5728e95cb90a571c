"""The three kinds of wrapped arrays behind one face, for tests of what they share."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import pytest

__all__ = ["Kind"]


class Kind(Enum):
    """A namespace of wrapped arrays; the name is the test id."""

    BALLS = "balls"
    SERIES = "series"
    BUDGETS = "budgets"

    def __str__(self) -> str:
        return self.value

    @property
    def namespace(self) -> Any:
        """The namespace; the test is skipped where python-flint is needed and not installed."""
        if self is Kind.BUDGETS:
            return pytest.importorskip("refdp.namespaces.budgets").BudgetNamespace(53)
        pytest.importorskip("flint")
        if self is Kind.BALLS:
            return pytest.importorskip("refdp.namespaces.balls").BallNamespace(90)
        return pytest.importorskip("refdp.namespaces.series").SeriesNamespace(90)

    def array(self, x: Any) -> Any:
        """Return numbers, integers as well, as a wrapped array."""
        return self.namespace.asarray(x, dtype=float)

    def numpy(self, x: Any) -> np.ndarray:
        """Return the midpoints of a wrapped array; fail where it is none of this kind."""
        assert type(x) is self.namespace.array_type, f"{type(x)} came out of {self.value}"
        return self.namespace.midpoint(x)
