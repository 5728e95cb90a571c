from __future__ import annotations

import pytest

from parity.backends.registry import find
from parity.case import Case, build
from parity.judge import JUDGE, PLACE

pytest.importorskip("flint")

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}


class TestJudge:
    def test_is_found_by_its_place(self):
        assert find(PLACE) is JUDGE

    def test_gives_truth_and_signs_of_life(self):
        found = JUDGE.start()(build(Case(name="x", family="se_e2_r", system="pair", config=CONFIG)))
        assert list(found) == ["truth", "alive", "dead"]
        assert list(found["truth"]) == ["float64", "float32"]
        assert found["alive"]["atoms"] == "4 of 4 centres with neighbours feel atoms move"
        assert found["dead"] == {}
