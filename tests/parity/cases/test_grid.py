from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from parity.case import build
from parity.cases.grid import APART, allowed, case_of, factors, grid, options_under_test
from parity.cases.pairwise import cover, pairs_of
from refdp.config import from_config
from refdp.nn.activations import ACTIVATIONS

FAMILIES = ("se_e2_a", "se_e2_r")


@pytest.mark.parametrize("family", FAMILIES)
class TestGrid:
    def test_contains_every_possible_pair_of_options(self, family):
        rows = cover(factors(family), allowed, APART)
        found = {frozenset(pair) for row in rows for pair in combinations(row.items(), 2)}
        assert set(pairs_of(factors(family), allowed, APART)) <= found
        assert len(grid(family)) == len(rows)
        assert len(rows) <= 40

    def test_reaches_every_system_and_every_spelling_of_every_activation(self, family):
        cases = grid(family)
        assert min(Counter(case.system for case in cases).values()) >= 3
        spelled = {case.config["activation_function"].partition(":")[0] for case in cases}
        assert spelled == set(ACTIVATIONS)

    def test_names_are_unique_and_every_config_is_accepted(self, family):
        cases = grid(family)
        assert len({case.name for case in cases}) == len(cases)
        for case in cases:
            assert from_config({"type": family} | case.config).options.rcut == case.config["rcut"]

    def test_some_case_drops_neighbours_and_some_does_not(self, family):
        assert {case.overflowing for case in grid(family)} == {True, False}


class TestCaseOf:
    def test_levels_become_values(self):
        row = {name: levels[-1] for name, levels in factors("se_e2_a").items()} | {"system": "water"}
        case = case_of("se_e2_a", row, 5)
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
        assert build(case).nlist.shape == (1, 192, 32)


class TestOptionsUnderTest:
    def test_are_those_away_from_the_default_of_the_input_file(self):
        config = {"rcut": 6.0, "sel": [1], "neuron": [10, 20, 40], "resnet_dt": True, "type_one_side": True}
        assert options_under_test("se_e2_a", config) == ("resnet_dt", "type_one_side")
        assert options_under_test("se_e2_r", config) == ("resnet_dt",)

    def test_no_exclusion_and_float64_are_defaults(self):
        assert options_under_test("se_e2_a", {"exclude_types": [], "precision": "float64"}) == ()
