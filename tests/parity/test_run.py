from __future__ import annotations

import tempfile
from dataclasses import replace

import msgspec
import pytest

from parity import known
from parity import run as module
from parity.backends.own import BACKENDS
from parity.cases import cases_of
from parity.judge import PLACE
from parity.mutants import misbehaving
from parity.mutants.blind import ONE_ATOM, ZERO_WEIGHTS
from parity.run import run, run_cases
from refdp.errors import InputError

pytest.importorskip("flint")

NAMES = ("se_e2_a-04-pair", "se_e2_r-04-pair")
CASES = [case for family in ("se_e2_a", "se_e2_r") for case in cases_of(family) if case.name in NAMES]


@pytest.fixture(scope="module")
def report():
    names = (
        "NAN",
        "ABORT",
        "EXIT",
        "RAISE",
        "REFUSE",
        "SHAPE",
        "DTYPE",
        "MISSING",
        "NO_START",
        "ABSENT",
        "NOISY",
    )
    backends = {"numpy-f64": BACKENDS[0]}
    backends |= {f"parity.mutants.misbehaving:{name}": getattr(misbehaving, name) for name in names}
    return run_cases([*CASES, ONE_ATOM, ZERO_WEIGHTS], backends)


def _of(report, backend, case=NAMES[0]):
    found = next(v for v in report.verdicts if (v.backend, v.case) == (backend, case))
    return found.status, found.reason


class TestRunCases:
    def test_every_backend_has_a_verdict_on_every_case(self, report):
        assert len(report.verdicts) == 12 * 4
        assert len({(v.backend, v.case) for v in report.verdicts}) == 12 * 4
        assert report.families == ("se_e2_a", "se_e2_r")
        assert not report.passed

    @pytest.mark.parametrize("case", NAMES)
    def test_those_that_behave_agree(self, report, case):
        for backend in ("numpy-f64", "noisy"):
            assert _of(report, backend, case) == ("agrees", "")

    @pytest.mark.parametrize(
        ("backend", "status", "reason"),
        [
            ("abort", "fails", "killed by SIGABRT"),
            ("exit", "fails", "ended with exit status 3; out of luck"),
            ("raise", "fails", "ArithmeticError: no luck"),
            ("no-start", "fails", "did not start: ended with exit status 4"),
            ("refuse", "refuses", "UnsupportedError: no se_e2_a here"),
            ("absent", "refuses", "not installed: a_module_that_nobody_has"),
            ("shape", "differs", "`sw` has shape (2, 2, 32) instead of (2, 2, 32, 1)"),
            ("dtype", "differs", "`sw` has dtype float32 instead of float64"),
            ("missing", "differs", "`sw` is missing"),
            ("nan", "differs", "`descriptor`: 4 of "),
        ],
    )
    def test_the_others_cost_their_own_row(self, report, backend, status, reason):
        found = _of(report, backend)
        assert found[0] == status
        assert found[1].startswith(reason)

    @pytest.mark.parametrize("case", ["one-atom", "zero-weights"])
    def test_blind_cases_are_vacuous_for_everybody(self, report, case):
        found = [v for v in report.verdicts if v.case == case]
        assert {v.status for v in found} == {"vacuous"}
        assert all("0 of " in v.reason for v in found)

    def test_what_shows_that_a_case_is_alive_is_reported(self, report):
        by_name = {case.name: case for case in report.cases}
        good = by_name[NAMES[0]]
        assert good.dead == {}
        assert set(good.alive) == {"atoms", "switch", "slots", "statistics", *good.under_test}
        assert "atoms" in by_name["one-atom"].dead

    def test_versions_are_reported(self, report):
        assert report.environment["numpy-f64"].startswith("numpy 2")
        assert {"refdp", "python", "cores", "truth"} <= report.environment.keys()

    def test_a_passing_run(self):
        found = run_cases(CASES[:1], {"numpy-f64": BACKENDS[0]}, jobs=1)
        assert found.passed
        assert 0.0 < found.verdicts[0].used_median < found.verdicts[0].used_max < 1.0
        assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found

    def test_a_known_difference_is_no_failure(self, monkeypatch):
        entry = known.Known(
            "short", "It is.", ("nan",), lambda inputs: True, float, known.places.not_a_number
        )
        monkeypatch.setattr(known, "KNOWN", (entry,))
        place = "parity.mutants.misbehaving:NAN"
        found = run_cases(CASES[:1], {place: misbehaving.NAN})
        assert (found.verdicts[0].status, found.verdicts[0].reason) == (
            "known",
            "It is. (DeePMD-kit 3.2.0, short)",
        )
        assert found.passed

    def test_an_interrupted_run_leaves_nothing_behind(self, monkeypatch, tmp_path):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

        def interrupted(items, total, what, show):
            yield next(iter(items))
            raise KeyboardInterrupt

        monkeypatch.setattr(module, "follow", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_cases(
                CASES[:1], {"numpy-f64": BACKENDS[0], "parity.mutants.misbehaving:HANG": misbehaving.HANG}
            )
        assert list(tmp_path.iterdir()) == []


class TestThorough:
    @pytest.fixture
    def evaluated(self, monkeypatch):
        """Which cases of one family NumPy, as if it compiled, is asked to evaluate."""
        compiling = replace(BACKENDS[0], compiles=True)
        subject = module.DESCRIPTORS._replace(select=lambda _: {"numpy-f64": compiling})
        monkeypatch.setattr(module, "DESCRIPTORS", subject)

        def call(**wanted):
            asked = []
            monkeypatch.setattr(
                module,
                "run_cases",
                lambda cases, backends, *_, thorough, subject: asked.append((cases, thorough)),
            )
            monkeypatch.setattr(module, "merged", lambda reports: reports)
            run(families=["hybrid"], **wanted)
            [(cases, thorough)] = asked
            tasks = module._tasks(cases, {"numpy-f64": compiling}, thorough, PLACE)
            [task] = [t for t in tasks if t.backends[0] != PLACE]
            return len(cases), len(task.cases)

        return call

    def test_backends_that_compile_evaluate_a_few_cases(self, evaluated):
        everything, few = evaluated()
        assert 5 < few < everything / 2

    def test_unless_cases_are_named_or_all_are_wanted(self, evaluated):
        everything, few = evaluated(thorough=True)
        assert everything == few
        assert evaluated(cases=["hybrid-01-*"]) == (1, 1)

    def test_what_was_not_evaluated_has_no_verdict(self):
        compiling = replace(BACKENDS[0], compiles=True)
        cases = [CASES[0], msgspec.structs.replace(CASES[1], compiled=False)]
        found = run_cases(cases, {"numpy-f64": compiling}, jobs=1, thorough=False)
        assert [v.case for v in found.verdicts] == [cases[0].name]
        assert len(found.cases) == 2


class TestRun:
    def test_selects_by_name_and_pattern(self):
        found = run(families=["se_e2_r"], backends=["numpy-*"], cases=["*-04-*"], jobs=1, progress=False)
        assert [(v.backend, v.case, v.status) for v in found.verdicts] == [
            ("numpy-f64", "se_e2_r-04-pair", "agrees"),
            ("numpy-f32", "se_e2_r-04-pair", "agrees"),
        ]

    @pytest.mark.parametrize("argument", ["families", "backends", "cases"])
    def test_what_does_not_exist_is_named(self, argument):
        with pytest.raises(
            InputError, match=rf"`{argument}`: expected a name or pattern of .*, got 'nonsense'"
        ):
            run(**{argument: ["nonsense"]})

    def test_whole_models_are_a_family_of_their_own(self):
        names = ["model-free", "se_e2_r-04-pair"]
        places = ["numpy-f64", "parity.mutants.planted_models:SIGN"]
        found = run(backends=places, cases=names, jobs=1, progress=False)
        assert [(v.family, v.backend, v.status, v.first_step) for v in found.verdicts] == [
            ("se_e2_r", "numpy-f64", "agrees", ""),
            ("model", "numpy-f64", "agrees", ""),
            ("model", "mutant-sign", "differs", "forces"),
        ]
        assert found.families == ("se_e2_r", "model")
        assert found.backends == ("numpy-f64", "mutant-sign")
        assert [case.name for case in found.cases] == names[::-1]
        assert found.cases[1].config["parameters"] == "given"
        assert not found.passed

    def test_backends_that_cannot_do_what_is_chosen(self):
        with pytest.raises(InputError, match="`backends`: expected some that evaluate the cases"):
            run(backends=["strict-f64"], cases=["model-free"])
