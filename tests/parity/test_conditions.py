from __future__ import annotations

import pytest

from parity import conditions
from parity.case import build
from parity.cases import cases_of

HYBRIDS = ("virtual", "virtual-types", "several-numbers")


def _inputs(family, name):
    return build(next(case for case in cases_of(family) if case.name == f"{family}-{name}"))


class TestVirtual:
    @pytest.mark.parametrize(
        ("family", "name", "expected"),
        [
            ("se_e2_a", "virtual-two-side", (True, False, False)),
            ("se_e2_a", "virtual-one-side", (False, True, False)),
            ("se_e2_r", "virtual", (False, True, False)),
            ("se_e3", "virtual", (False, True, False)),
            ("se_atten", "virtual", (False, False, True)),
            ("se_e3_tebd", "virtual", (False, False, True)),
            ("se_e3", "excluded", (False, False, False)),
            ("se_atten", "excluded", (False, False, False)),
        ],
    )
    def test_who_sees_virtual_atoms_and_how(self, family, name, expected):
        inputs = _inputs(family, name)
        found = (
            conditions.two_sided_with_virtual(inputs),
            conditions.standardized_with_virtual(inputs),
            conditions.types_with_virtual(inputs),
        )
        assert found == expected


class TestOfHybrids:
    @pytest.mark.parametrize(
        ("name", "several", "both"),
        [
            ("several-numbers", True, True),
            ("virtual-types", False, True),
            ("virtual", False, False),
            ("18-mixture", False, True),
        ],
    )
    def test_children(self, name, several, both):
        inputs = _inputs("hybrid", name)
        assert conditions.several_numbers(inputs) is several
        assert conditions.both_kinds(inputs) is both

    def test_several_numbers_in_a_child_of_a_child(self):
        inputs = _inputs("hybrid", "18-mixture")
        inputs.data["list"][0]["list"].append({"type": "dpa1", "sel": [4, 4, 4]})
        assert conditions.several_numbers(inputs)

    def test_others_have_no_children(self):
        inputs = _inputs("se_atten", "excluded")
        assert not conditions.several_numbers(inputs)
        assert not conditions.both_kinds(inputs)


class TestTables:
    def test_left_handed_cells(self):
        short, long, right = (_inputs("se_e2_a", n) for n in ("left-handed", "left-handed-long", "ties"))
        assert [conditions.left_handed(x) for x in (short, long, right)] == [True, True, False]
        assert [conditions.smaller_than_cutoff(x) for x in (short, long, right)] == [False, True, False]

    def test_without_slots(self):
        inputs = _inputs("se_e3", "no-slots")
        assert conditions.without_slots(inputs, "se_e3")
        assert not conditions.without_slots(inputs, "se_r")
        assert not conditions.without_slots(_inputs("se_e3", "excluded"), "se_e3")

    def test_in_no_case(self):
        assert not conditions.in_no_case(_inputs("se_e3", "excluded"))
