"""Parts within parts: so many and so deep, and not one more."""

from __future__ import annotations

import pytest

from refdp.errors import ConfigError, SerializationError
from refdp.nesting import Nesting

NESTING = Nesting("list", "children", 3, "lists", 2)


def deep(levels):
    """Return a part with others `levels` deep."""
    return {"list": [deep(levels - 1)]} if levels else {}


class TestNesting:
    @pytest.mark.parametrize(
        "data", [{}, deep(2), {"list": [{}] * 3}, {"list": 5}, {"list": [1, None]}, 7, None]
    )
    def test_fine(self, data):
        NESTING.check(data, ConfigError)

    def test_too_deep(self):
        with pytest.raises(ConfigError, match="`list`: expected at most 2 levels of lists, got 'more'"):
            NESTING.check(deep(3), ConfigError)

    @pytest.mark.parametrize("data", [{"list": [{}] * 4}, {"list": [{"list": [{}, {}]}] * 2}])
    def test_too_many_at_one_depth(self, data):
        with pytest.raises(SerializationError, match="`list`: expected at most 3 children, got 4"):
            NESTING.check(data, SerializationError)
