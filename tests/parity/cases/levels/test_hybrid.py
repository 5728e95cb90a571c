from __future__ import annotations

import pytest

from parity.cases.levels.hybrid import HYBRID, SETS

ROW = {name: levels[0] for name, levels in HYBRID.factors.items()}


def _children(**levels):
    return HYBRID.config(ROW | levels, 0)["list"]


class TestHybrid:
    def test_sets_of_one_kind_and_of_both_and_nested(self):
        mixing = ("se_atten", "se_atten_v2", "se_e3_tebd")
        kinds = {name: {c["type"] in mixing for c in _children(children=name)} for name in SETS}
        assert kinds["two-body"] == kinds["sides"] == kinds["separate"] == {False}
        assert kinds["mixed"] == {True}
        assert kinds["both"] == kinds["all-kinds"] == kinds["nested"] == {True, False}
        assert [c["type"] for c in _children(children="nested")[0]["list"]] == ["se_e2_a", "se_e2_r"]

    @pytest.mark.parametrize(
        ("level", "expected"), [("neither", [3.1, 3.1]), ("first", [2.6, 3.1]), ("last", [3.1, 2.6])]
    )
    def test_the_shorter_cutoff(self, level, expected):
        assert [c["rcut"] for c in _children(children="two-body", rcut=level)] == expected

    def test_fewer_slots_in_one_number_where_types_are_mixed(self):
        found = [c["sel"] for c in _children(children="both", sel="first")]
        assert found == [[9], [4, 4, 4]]
        found = [c["sel"] for c in _children(children="both", sel="last")]
        assert found == [[12], [3, 3, 3]]

    def test_one_child_excludes_pairs(self):
        found = [c["exclude_types"] for c in _children(children="separate", exclude_types="last")]
        assert found == [[], [], [[0, 0]]]
