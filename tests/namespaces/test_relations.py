"""Comparisons: proven or refused, never guessed."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from refdp.errors import UndecidedError

NAMES = ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]
SYMBOLS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


class TestRelations:
    @pytest.mark.parametrize("name", NAMES)
    def test_exact_numbers_are_decided_ties_included(self, kind, name):
        x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
        result = getattr(kind.namespace, name)(kind.array(x), kind.array(y))
        np.testing.assert_array_equal(result, getattr(np, name)(x, y), strict=True)

    @pytest.mark.parametrize("name", NAMES)
    def test_rough_numbers_that_are_apart_are_decided(self, kind, name):
        xp = kind.namespace
        x, y = xp.exp(kind.array([1.0, 2.0])), xp.exp(kind.array([2.0, 1.0]))
        result = getattr(xp, name)(x, y)
        np.testing.assert_array_equal(result, getattr(np, name)([1.0, 2.0], [2.0, 1.0]), strict=True)

    @pytest.mark.parametrize("relation", SYMBOLS)
    def test_overlapping_numbers_are_refused_and_counted(self, kind, relation):
        xp = kind.namespace
        x = xp.exp(kind.array([1.0, 2.0, 3.0]))
        y = xp.concat([x[:2] * (x[:2] / x[:2]), kind.array([0.0])])
        with pytest.raises(UndecidedError, match=r"2 of 3 comparisons are undecided.*more bits"):
            relation(x, y)

    @pytest.mark.parametrize("name", NAMES)
    def test_integers_are_numpys(self, kind, name):
        x, y = np.array([1, 2, 3]), 2
        np.testing.assert_array_equal(
            getattr(kind.namespace, name)(x, y), getattr(np, name)(x, y), strict=True
        )

    def test_nothing_to_compare(self, kind):
        assert (kind.array(np.zeros((0, 2))) < 1.0).shape == (0, 2)
