from __future__ import annotations

import pytest

from parity.backends.deepmd_pytorch import BACKEND, pytorch_class
from parity.case import Case, build
from parity.compare import compare
from parity.truth import truth_of
from tests.parity.backends.families import NAMES, inputs_of

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(BACKEND.missing()), reason=BACKEND.missing()),
    pytest.mark.filterwarnings("ignore"),
]

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2, 4], "exclude_types": [[0, 0]]}


class TestBackend:
    @pytest.mark.parametrize(
        ("family", "config"),
        [("se_e2_a", {"type_one_side": True}), ("se_e2_a", {"type_one_side": False}), ("se_e2_r", {})],
    )
    def test_agrees(self, family, config):
        inputs = build(
            Case(name="x", family=family, system="pair", config=CONFIG | config, statistics="random")
        )
        found = compare(BACKEND.start()(inputs), truth_of(inputs)["float64"], "float64")
        assert found.reason == ""
        assert found.reports[0].used_max > 0.0

    @pytest.mark.parametrize("family", NAMES)
    def test_agrees_on_the_other_families(self, family):
        inputs = inputs_of(family)
        found = compare(BACKEND.start()(inputs), truth_of(inputs)["float64"], "float64")
        assert found.reason == ""
        assert found.reports[0].used_max > 0.0

    def test_its_own_builder(self):
        config = CONFIG | {"sel": [20, 20], "rcut": 3.1}
        ours, theirs = (
            build(Case(name="x", family="se_e2_r", system="lattice", config=config, own_table=own))
            for own in (False, True)
        )
        evaluate = BACKEND.start()
        truth = truth_of(ours)["float64"]
        assert compare(evaluate(ours), truth, "float64").reason == ""
        # Nothing is cut off, so that the order of equally distant neighbours does not matter.
        assert compare(evaluate(theirs), truth, "float64").reason == ""


class TestPytorchClass:
    def test_is_importable_without_compiled_operators(self):
        assert pytorch_class("se_r", "DescrptSeR").__name__ == "DescrptSeR"
