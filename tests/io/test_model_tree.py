"""What a variable is, in which order leaves are met, and how large a tree may be."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import ModelFileError
from refdp.io.model_tree import MAX_DEPTH, convert_leaves, plain_value


def visits(tree):
    """The leaves in the order in which they are met, and which were variables."""
    seen = []
    convert_leaves(
        tree, lambda x, where: seen.append((where, x, True)), lambda x, where: seen.append((where, x))
    )
    return seen


def nested(levels):
    tree = {}
    for _ in range(levels):
        tree = {"a": tree}
    return tree


class TestConvertLeaves:
    def test_the_order_and_what_is_a_variable(self):
        tree = {
            "b": 1,
            "@variables": {"w": 2, "n": None, "l": [3, {"x": "t"}], "@variables": {}},
            "a": [4, (5,)],
        }
        assert visits(tree) == [
            ("b", 1),
            ("@variables.w", 2, True),
            ("@variables.n", None),
            ("@variables.l[0]", 3, True),
            ("@variables.l[1].x", "t", True),
            ("a[0]", 4),
            ("a[1][0]", 5),
        ]

    def test_keys_stay_and_tuples_become_lists(self):
        tree = {"b": (1, [2]), "a": {"z": 0, "y": {}}}
        found = convert_leaves(tree, lambda x, _: x, lambda x, _: x)
        assert found == {"b": [1, [2]], "a": {"z": 0, "y": {}}}
        assert list(found) == ["b", "a"]

    def test_nothing_of_the_tree_is_changed_or_shared(self):
        tree = {"a": [1], "b": {"c": 2}}
        found = convert_leaves(tree, lambda x, _: x, lambda x, _: x)
        found["a"].append(3)
        found["b"]["d"] = 4
        assert tree == {"a": [1], "b": {"c": 2}}

    def test_depth(self):
        visits(nested(MAX_DEPTH))
        with pytest.raises(ModelFileError, match=r"`a\.a\..*more than 100 levels deep"):
            visits(nested(MAX_DEPTH + 1))

    def test_a_tree_within_itself(self):
        tree = {}
        tree["a"] = tree
        with pytest.raises(ModelFileError, match="levels deep"):
            visits(tree)

    def test_entries(self, monkeypatch):
        monkeypatch.setattr("refdp.io.model_tree.MAX_ENTRIES", 10)
        assert len(visits({"a": [0] * 8})) == 8
        with pytest.raises(ModelFileError, match="more than 10 entries"):
            visits({"a": [0] * 9})

    def test_few_lists_that_stand_for_many(self, monkeypatch):
        monkeypatch.setattr("refdp.io.model_tree.MAX_ENTRIES", 1000)
        bomb = [0] * 10
        for _ in range(20):
            bomb = [bomb] * 10
        with pytest.raises(ModelFileError, match="more than 1000 entries"):
            visits({"a": bomb})


class TestPlainValue:
    @pytest.mark.parametrize(
        ("value", "plain"),
        [
            (None, None),
            (True, True),
            (np.True_, True),
            (3, 3),
            (np.int8(3), 3),
            (np.uint64(2**64 - 1), 2**64 - 1),
            (-(2**63), -(2**63)),
            (0.1, 0.1),
            (np.float64(0.1), 0.1),
            (np.float32(0.1), 0.10000000149011612),
            ("é", "é"),
            (np.str_("é"), "é"),
        ],
    )
    def test_values_of_pythons_own_kinds(self, value, plain):
        found = plain_value(value, "x")
        assert (found, type(found)) == (plain, type(plain))

    @pytest.mark.parametrize(
        "value",
        [np.ones(2), np.array(1.0), 1j, b"x", object(), {1}, 2**64, -(2**63) - 1, "\ud800", np.longdouble(1)],
    )
    def test_others(self, value):
        with pytest.raises(ModelFileError, match="`x`: expected "):
            plain_value(value, "x")
