from __future__ import annotations

import gc
from contextlib import closing

import pytest

from parity.backends.files import save_inputs
from parity.backends.pool import Task, run_tasks
from parity.case import Case, build

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}
PLACE = "parity.mutants.misbehaving:"


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    inputs = build(Case(name="one", family="se_e2_r", system="pair", config=CONFIG))
    for name in ("one", "two"):
        save_inputs(folder / f"{name}.npz", inputs)
    return folder


def _results(cases, *names, time_limit=60.0, of=("one", "two")):
    task = Task(tuple(names), of)
    found = list(run_tasks([task], cases, jobs=1, time_limit=time_limit))
    return {(r.backend.removeprefix(PLACE), r.case): (r.status, r.reason) for r in found}


class TestRunTasks:
    def test_a_crash_costs_its_own_cases_only(self, cases):
        found = _results(cases, f"{PLACE}EXIT", "numpy-f64")
        why = "ended with exit status 3; out of luck"
        assert found == {
            ("EXIT", "one"): ("fails", why),
            ("EXIT", "two"): ("fails", why),
            ("numpy-f64", "one"): ("done", ""),
            ("numpy-f64", "two"): ("done", ""),
        }
        assert [each.name for each in cases.parent.iterdir()] == ["cases"]

    def test_a_hang_too(self, cases):
        found = _results(cases, f"{PLACE}HANG", "numpy-f64", time_limit=2.0, of=("one",))
        assert found == {
            ("HANG", "one"): ("fails", "no answer within 2 s"),
            ("numpy-f64", "one"): ("done", ""),
        }

    def test_a_backend_that_cannot_start_loses_all_its_cases_at_once(self, cases):
        found = _results(cases, f"{PLACE}NO_START", "numpy-f64")
        assert found["NO_START", "one"] == found["NO_START", "two"]
        assert found["NO_START", "one"] == ("fails", "did not start: ended with exit status 4")
        assert found["numpy-f64", "two"] == ("done", "")

    def test_leaving_early_ends_the_processes_and_leaves_nothing(self, cases):
        tasks = [Task(("numpy-f64", f"{PLACE}HANG"), ("one",)), Task((f"{PLACE}HANG",), ("two",))]
        with closing(run_tasks(tasks, cases, jobs=2, time_limit=600.0)) as results:
            assert next(results).backend == "numpy-f64"
        gc.collect()
        assert [each.name for each in cases.parent.iterdir()] == ["cases"]

    def test_an_error_of_ours_is_raised(self, cases):
        with pytest.raises(FileNotFoundError):
            list(run_tasks([Task(("numpy-f64",), ("three",))], cases, jobs=1, time_limit=1.0))
