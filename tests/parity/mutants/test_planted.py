"""Every planted error is reported, and located at the step in which it was planted."""

from __future__ import annotations

import pytest

from parity.cases import cases_of
from parity.mutants.planted import MUTANTS
from parity.run import run_cases

pytest.importorskip("flint")

# Between them: both precisions of statistics, both sides, gelu, virtual atoms, excluded pairs.
CASES = ("se_e2_a-10-isolated", "se_e2_a-virtual-one-side", "se_e2_r-10-isolated", "se_e2_r-virtual")


@pytest.fixture(scope="module")
def report():
    cases = [case for family in ("se_e2_a", "se_e2_r") for case in cases_of(family) if case.name in CASES]
    assert len(cases) == len(CASES)
    return run_cases(cases, {f"parity.mutants.planted:{name}": mutant for name, mutant in MUTANTS.items()})


class TestMutants:
    @pytest.mark.parametrize("name", list(MUTANTS))
    def test_is_caught_where_it_is(self, name, report):
        mutant = MUTANTS[name]
        found = [v for v in report.verdicts if v.backend == mutant.name and v.family in mutant.families]
        caught = [v for v in found if v.status == "differs"]
        assert {v.family for v in caught} == set(mutant.families)
        assert {v.first_step for v in caught} == {mutant.step}
        assert not report.passed

    def test_does_no_harm_to_other_families(self, report):
        for mutant in MUTANTS.values():
            others = [
                v for v in report.verdicts if v.backend == mutant.name and v.family not in mutant.families
            ]
            assert {v.status for v in others} <= {"agrees"}

    def test_leaves_the_code_as_it_was(self, report):
        from parity.backends.own import BACKENDS

        clean = run_cases(cases_of("se_e2_r")[4:5], {"numpy-f64": BACKENDS[0]})
        assert [v.status for v in clean.verdicts] == ["agrees"]
