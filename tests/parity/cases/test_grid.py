from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from parity.case import build
from parity.cases.grid import case_of, grid, options_under_test, rows_of
from parity.cases.levels import LEVELS, OURS
from parity.cases.pairwise import pairs_of
from refdp.config import from_config
from refdp.nn.activations import ACTIVATIONS

TWO_BODY = ("se_e2_a", "se_e2_r")


@pytest.mark.parametrize("family", LEVELS)
class TestGrid:
    def test_contains_every_possible_pair_of_options(self, family):
        levels = LEVELS[family]
        rows = rows_of(levels)
        found = {frozenset(pair) for row in rows for pair in combinations(row.items(), 2)}
        assert set(pairs_of(levels.factors, levels.allowed, levels.apart)) <= found
        assert {item for row in rows for item in row.items()} == {
            (name, level) for name, some in levels.factors.items() for level in some
        }
        assert len(rows) <= 40

    def test_names_are_unique_and_every_config_is_accepted(self, family):
        cases = grid(family)
        assert len({case.name for case in cases}) == len(cases)
        for case in cases:
            made = from_config({"type": family} | case.config, type_map=["O", "H", "C"][: _types(case)])
            assert made.ntypes == _types(case)

    def test_some_case_drops_neighbours_and_some_does_not(self, family):
        # Without a cutoff nobody is dropped.
        expected = {False} if family == "se_a_mask" else {True, False}
        assert {case.overflowing for case in grid(family)} == expected


def _types(case):
    child = case.config
    while "list" in child:
        child = child["list"][-1]
    return 3 if case.system in ("mixture", "cluster", "masked") else len(child["sel"])


class TestSystems:
    @pytest.mark.parametrize("family", TWO_BODY)
    def test_every_system_and_every_spelling_of_every_activation(self, family):
        cases = grid(family)
        counted = Counter(case.system for case in cases)
        assert set(counted) == {"water", "molecule", "crystal", "isolated", "pair", "virtual", "crowded"}
        assert min(counted.values()) >= 3
        spelled = {case.config["activation_function"].partition(":")[0] for case in cases}
        assert spelled == set(ACTIVATIONS)

    @pytest.mark.parametrize("family", [name for name in LEVELS if name not in TWO_BODY])
    def test_the_others_share_one_shape(self, family):
        cases = {case.system: case for case in grid(family)}
        assert len(cases) == 2
        assert {build(case).nlist.shape for case in cases.values()} == {(2, 6, 12)}


class TestCompiled:
    def test_the_two_body_families_are_compiled_everywhere(self):
        assert all(case.compiled for family in TWO_BODY for case in grid(family))

    @pytest.mark.parametrize("family", [name for name in LEVELS if name not in TWO_BODY])
    def test_the_others_in_a_few_cases_with_every_level(self, family):
        levels = LEVELS[family]
        rows = rows_of(levels)
        some = [row for row, case in zip(rows, grid(family), strict=False) if case.compiled]
        assert len(some) <= 12
        assert {item for row in some for item in row.items()} == {
            item for row in rows for item in row.items()
        }


class TestOurs:
    def test_what_only_refdp_has_is_apart(self):
        cases = [case for case in grid("se_atten") if "-own-" in case.name]
        assert len(cases) == len(rows_of(OURS["se_atten"]))
        assert {(case.config["attn_mask"], case.config["smooth_form"]) for case in cases} == {
            (True, "switch"),
            (False, "tensorflow"),
            (True, "tensorflow"),
        }
        rest = [case for case in grid("se_atten") if "-own-" not in case.name]
        assert not any({"attn_mask", "smooth_form"} & case.config.keys() for case in rest)


class TestCaseOf:
    def test_levels_become_values(self):
        levels = LEVELS["se_e2_a"]
        row = {name: some[-1] for name, some in levels.factors.items()} | {"system": "water"}
        case = case_of("se_e2_a", levels, row, 5, "x")
        assert case.name == "x-05-water"
        assert case.config == {
            "rcut": 4.1,
            "rcut_smth": 1.9,
            "sel": [16, 16],
            "neuron": [2, 4],
            "activation_function": "linear",
            "resnet_dt": True,
            "exclude_types": [[0, 1]],
            "env_protection": 0.1,
            "set_davg_zero": True,
            "precision": "float32",
            "axis_neuron": 3,
            "type_one_side": True,
        }
        assert case.statistics == "random"
        assert case.overflowing
        assert case.seed == 105
        assert build(case).nlist.shape == (1, 192, 32)


class TestOptionsUnderTest:
    def test_are_those_away_from_the_default_of_the_input_file(self):
        config = {"rcut": 6.0, "sel": [1], "neuron": [10, 20, 40], "resnet_dt": True, "type_one_side": True}
        assert options_under_test("se_e2_a", config) == ("resnet_dt", "type_one_side")
        assert options_under_test("se_e2_r", config) == ("resnet_dt",)

    def test_no_exclusion_and_float64_are_defaults(self):
        assert options_under_test("se_e2_a", {"exclude_types": [], "precision": "float64"}) == ()

    def test_of_children_with_their_numbers(self):
        inner = {"type": "hybrid", "list": [{"type": "se_e2_r", "rcut": 4.0}]}
        config = {"list": [{"type": "se_e2_a", "axis_neuron": 2, "resnet_dt": False}, inner]}
        assert options_under_test("hybrid", config) == ("0.axis_neuron", "1.0.rcut")

    def test_what_changes_no_number_is_none(self):
        assert options_under_test("se_atten", {"trainable_ln": False, "attn": 4}) == ("attn",)
