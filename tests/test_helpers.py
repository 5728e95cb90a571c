"""The assertions themselves: each must fail when it should."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import assert_same_bits, assert_within, differences, relative_error


class TestAssertWithin:
    def test_passes_at_the_bound(self):
        assert_within([1.0, 2.5], [1.0, 2.0], 0.5)

    @pytest.mark.parametrize(
        ("actual", "bound", "said"),
        [
            ([1.0, 2.0 + 2.0**-40], 2.0**-41, r"1 of 2 differ; worst at \(np.int64\(1\),\)"),
            ([1.0, np.nan], 1e300, "nan"),
            ([1.0, 2.1], [1.0, 0.05], "off by 1.000e-01 where 5.000e-02"),
            ([1.0, 2.0, 3.0], 1.0, r"shape \(3,\) is not \(2,\)"),
        ],
    )
    def test_fails(self, actual, bound, said):
        with pytest.raises(AssertionError, match=said):
            assert_within(actual, [1.0, 2.0], bound)

    def test_a_bound_that_is_nan_allows_nothing(self):
        with pytest.raises(AssertionError):
            assert_within([1.0], [1.0], np.nan)


class TestAssertSameBits:
    def test_passes(self):
        assert_same_bits(np.array([1.0, np.nan]), np.array([1.0, np.nan]))

    @pytest.mark.parametrize(
        "other", [np.array([1.0 + 2.0**-52]), np.array([1.0], np.float32), np.array([[1.0]]), np.array([1])]
    )
    def test_fails(self, other):
        with pytest.raises(AssertionError):
            assert_same_bits(other, np.array([1.0]))


def test_relative_error_is_relative_to_the_largest():
    assert relative_error(np.array([1.0, 3.0]), np.array([0.0, 4.0])) == 0.25


TREE = {"a": [1, None, {"w": np.arange(3.0)}], "b": "x", "c": (0, 1)}


class TestDifferences:
    def test_none_in_equal_trees(self):
        assert differences(TREE, {"a": [1, None, {"w": np.arange(3.0)}], "b": "x", "c": [0, 1]}) == []

    @pytest.mark.parametrize(
        "change",
        [
            {"b": "y"},
            {"c": (0, True)},
            {"a": [1.0, None, {"w": np.arange(3.0)}]},
            {"a": [1, None, {"w": np.arange(3)}]},
            {"a": [1, None, {"w": np.arange(3.0).reshape(1, 3)}]},
            {"a": [1, None, {"w": np.nextafter(np.arange(3.0), 9)}]},
            {"a": [1, None, {"w": [0.0, 1.0, 2.0]}]},
            {"a": [1, None]},
            {"d": 1},
        ],
    )
    def test_sees_each(self, change):
        assert len(differences(TREE, TREE | change)) == 1

    def test_sees_the_order_of_keys(self):
        assert differences({"a": 1, "b": 2}, {"b": 2, "a": 1}) == [": keys ['a', 'b'] are not ['b', 'a']"]
