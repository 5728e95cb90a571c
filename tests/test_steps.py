"""Every step that a descriptor takes has its sentence."""

from __future__ import annotations

import pytest

import refdp
from refdp.steps import OVERRIDES, STEPS, meaning
from refdp.trace import record


@pytest.mark.parametrize("name", ["se_a_mask", "se_atten", "se_atten_v2", "se_e2_a", "se_e2_r"])
class TestMeaning:
    def test_every_step_has_a_sentence_and_an_equation(self, name):
        system = refdp.examples.pair()
        d = refdp.from_config(
            {"type": name, "sel": [2, 2], "neuron": [2, 4]}, type_map=system.type_map, seed=1
        )
        with record() as trace:
            refdp.describe(d, system)
        assert len(trace) >= 6
        for step in trace:
            sentence, equation = meaning(step.name, name)
            assert sentence.endswith(".")
            assert equation.startswith("eq-")

    def test_an_override_wins(self, name):
        for step, told in OVERRIDES.get(name, {}).items():
            assert meaning(step, name) == told != STEPS[step]

    def test_an_unknown_step_has_an_empty_one(self, name):
        assert meaning("no such step", name) == ("", "")


class TestNumberedSteps:
    @pytest.mark.parametrize("number", [1, 2, 9, 10, 20])
    def test_layers_share_a_sentence(self, number):
        assert meaning(f"Lambda{number}", "se_atten").equation == "eq-attention-logits"
        assert meaning(f"0.G{number}") == STEPS["G1"]

    def test_before_the_first_layer_is_none_of_them(self):
        assert meaning("G0") == STEPS["G0"] != STEPS["G1"]

    def test_higher_moments_have_theirs(self):
        assert meaning("B", "se_atten").equation == "eq-moments"
