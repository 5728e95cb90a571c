from __future__ import annotations

import pytest

from parity.backends.pool import Result
from parity.backends.registry import find
from parity.models.build import build
from parity.models.judge import JUDGE
from parity.models.own import BACKENDS
from parity.models.verdict import model_verdict
from parity.mutants.blind import MUTE_MODEL
from parity.mutants.planted_models import MUTANTS
from tests.parity.models.few import inputs_of, judged, outputs_of

pytest.importorskip("flint")
CASES = {"APARAM": "parameters", "PAIRS": "pairs", "INSIDE": "pairs"}


class TestMutants:
    @pytest.mark.parametrize("name", MUTANTS)
    def test_is_caught_where_it_is_wrong_first(self, name):
        mutant, case = MUTANTS[name], CASES.get(name, "free")
        result = Result(mutant.name, f"model-{case}", "done", outputs=mutant.start()(inputs_of(case)))
        verdict = model_verdict(mutant, inputs_of(case), result, judged(case))
        assert (verdict.status, verdict.first_step) == ("differs", mutant.step)

    @pytest.mark.parametrize("case", ["free", "parameters", "pairs"])
    def test_the_right_one_is_not(self, case):
        result = Result("numpy-f64", f"model-{case}", "done", outputs=outputs_of(case))
        assert model_verdict(BACKENDS[0], inputs_of(case), result, judged(case)).status == "agrees"

    def test_is_found_by_its_place(self):
        assert find("parity.mutants.planted_models:VIRIAL") is MUTANTS["VIRIAL"]


class TestMuteModel:
    def test_is_vacuous(self):
        inputs = build(MUTE_MODEL)
        outputs = BACKENDS[0].start()(inputs)
        done = Result("judge", MUTE_MODEL.name, "done", outputs=JUDGE.start()(inputs))
        result = Result("numpy-f64", MUTE_MODEL.name, "done", outputs=outputs)
        verdict = model_verdict(BACKENDS[0], inputs, result, done)
        assert verdict.status == "vacuous"
        assert verdict.reason.startswith("atoms: atoms move: nothing changes")
