from __future__ import annotations

import pytest

from parity.mutants.planted import CUBIC
from parity.mutants.planted_models import SIGN
from parity.select import (
    matching,
    select_backends,
    select_cases,
    select_families,
    select_model_backends,
)
from refdp.errors import InputError


class TestMatching:
    names = ("torch-f64", "torch-f32", "jax-f64")

    def test_none_is_all(self):
        assert matching("x", None, self.names) == list(self.names)

    def test_patterns_keep_the_order_of_the_names(self):
        assert matching("x", ["jax-f64", "torch-*"], self.names) == list(self.names)
        assert matching("x", ["*-f32"], self.names) == ["torch-f32"]

    def test_what_matches_nothing_gets_its_nearest_names(self):
        expected = r"`backends`: expected a name or pattern of torch-f64, torch-f32, \.\.\., got 'torch_f64'"
        with pytest.raises(InputError, match=expected):
            matching("backends", ["torch_f64"], (*self.names, *"abcdefgh"))


class TestSelectFamilies:
    def test_one(self):
        assert select_families(["se_e2_r"]) == ["se_e2_r"]

    def test_unknown(self):
        with pytest.raises(
            InputError,
            match=r"`families`: expected a name or pattern of .*se_e3, \.\.\., got",
        ):
            select_families(["se_e2"])


class TestSelectCases:
    def test_pattern(self):
        cases = select_cases(["se_e2_r"], ["*-water"])
        assert len(cases) >= 3
        assert {(case.family, case.system) for case in cases} == {("se_e2_r", "water")}

    def test_whole_models(self):
        assert {case.family for case in select_cases(["model", "se_e2_r"], ["model-f*"])} == {"model"}

    def test_of_another_family(self):
        with pytest.raises(InputError, match="`cases`"):
            select_cases(["se_e2_r"], ["se_e2_a-00-water"])


class TestSelectBackends:
    def test_all_without_those_whose_device_is_absent(self):
        chosen = select_backends(None)
        assert {"numpy-f64", "jax-jit-f32", "deepmd-dpmodel", "deepmd-jax", "deepmd-pytorch"} <= chosen.keys()
        assert all(backend.check() == "" for backend in chosen.values())

    def test_a_device_that_is_asked_for_is_in(self):
        assert list(select_backends(["torch-cuda-f64"])) == ["torch-cuda-f64"]

    def test_names_and_places(self):
        chosen = select_backends(["parity.mutants.planted:CUBIC", "numpy-*"])
        assert list(chosen) == ["numpy-f64", "numpy-f32", "parity.mutants.planted:CUBIC"]
        assert chosen["parity.mutants.planted:CUBIC"] is CUBIC

    def test_a_place_alone(self):
        assert list(select_backends(["parity.mutants.planted:CUBIC"])) == ["parity.mutants.planted:CUBIC"]

    def test_places_of_whole_models_are_left_to_them(self):
        chosen = select_backends(["parity.mutants.planted_models:SIGN", "numpy-f64"])
        assert list(chosen) == ["numpy-f64"]


class TestSelectModelBackends:
    def test_all(self):
        assert [backend.name for backend in select_model_backends(None).values()] == [
            "numpy-f64",
            "torch-f64",
            "jax-f64",
            "deepmd-dpmodel",
            "deepmd-jax",
            "deepmd-pytorch",
        ]

    def test_names_and_places(self):
        places = ["parity.mutants.planted:CUBIC", "parity.mutants.planted_models:SIGN", "numpy-*"]
        assert select_model_backends(places) == {
            "model:numpy-f64": select_model_backends(None)["model:numpy-f64"],
            "parity.mutants.planted_models:SIGN": SIGN,
        }

    def test_names_of_others_are_passed_over(self):
        assert select_model_backends(["strict-f64"]) == {}
