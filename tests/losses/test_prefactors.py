"""Prefactors: the straight line, the two rules, the sum."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.losses.prefactors import counts, prefactor, weighted_sum
from tests.losses.cases import options


class TestPrefactor:
    @pytest.mark.parametrize(("lr", "value"), [(1.0, 1000.0), (0.5, 500.5), (0.25, 250.75), (0.0, 1.0)])
    def test_is_a_straight_line(self, lr, value):
        assert prefactor(1000.0, 1.0, 2.0 * lr, 2.0) == value

    def test_of_an_array(self):
        assert prefactor(3.0, 1.0, np.array(0.5), 1.0) == 2.0

    def test_a_training_that_starts_with_nothing(self):
        with pytest.raises(InputError, match="`start_lr`: expected the learning rate at the start, not zero"):
            prefactor(3.0, 1.0, 0.5, 0)


class TestCounts:
    @pytest.mark.parametrize(
        ("start", "limit", "either", "both"),
        [
            (0.0, 0.0, False, False),
            (1.0, 0.0, True, False),
            (0.0, 1.0, True, False),
            (1e-300, 1.0, True, True),
        ],
    )
    def test_rules(self, start, limit, either, both):
        assert counts(start, limit) is counts(start, limit, "either") is either
        assert counts(start, limit, "both") is both


class TestWeightedSum:
    def test_by_hand(self):
        section = options(start_pref_e=2.0, limit_pref_e=0.0, start_pref_f=0.0, limit_pref_f=4.0)
        assert weighted_sum({"e": np.array(10.0), "f": np.array(100.0)}, section, 0.25, 1.0) == 5.0 + 300.0

    def test_of_nothing(self):
        assert weighted_sum({}, options(), 1.0, 1.0) == 0.0
