from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from parity.backends.files import load, save_inputs
from parity.backends.worker import evaluate_case, folder_of, start
from parity.case import Case, build
from parity.mutants import misbehaving

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}
CASE = Case(name="one", family="se_e2_r", system="pair", config=CONFIG)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "results").mkdir()
    for name in ("one", "two"):
        save_inputs(tmp_path / "cases" / f"{name}.npz", build(CASE))
    return tmp_path


def _work(folder, names, stdin=subprocess.PIPE):
    command = [
        sys.executable,
        "-m",
        "parity.backends.worker",
        names,
        str(folder / "cases"),
        str(folder / "results"),
    ]
    process = subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # Not communicate(): it would close standard input, at which the worker leaves.
    with process:
        said = process.stdout.read()
        return process.wait(), said, process.stderr.read()


class TestMain:
    def test_reads_cases_and_writes_results(self, folder):
        code, said, _ = _work(folder, "numpy-f64,parity.mutants.misbehaving:NAN")
        assert code == 0
        place = "parity.mutants.misbehaving:NAN"
        expected = [
            f"{w} {b} {c}" for b in ("numpy-f64", place) for c in ("one", "two") for w in ("begin", "end")
        ]
        assert said.splitlines() == expected
        result = load(folder / "results" / "numpy-f64" / "one.npz")
        assert (result["status"], result["reason"]) == ("done", "")
        assert result["outputs"]["descriptor"].shape == (2, 2, 2)
        assert result["outputs"]["rot_mat"] is None
        bad = load(folder_of(folder / "results", place) / "two.npz")
        assert np.isnan(bad["outputs"]["descriptor"][..., 1]).all()

    def test_leaves_results_alone(self, folder):
        (folder / "results" / "numpy-f64").mkdir()
        (folder / "results" / "numpy-f64" / "one.npz").touch()
        _, said, _ = _work(folder, "numpy-f64")
        assert said.splitlines() == ["begin numpy-f64 two", "end numpy-f64 two"]

    def test_what_a_backend_prints_is_no_part_of_the_protocol(self, folder):
        place = "parity.mutants.misbehaving:NOISY"
        code, said, errors = _work(folder, place)
        assert code == 0
        assert said.splitlines() == [f"{w} {place} {c}" for c in ("one", "two") for w in ("begin", "end")]
        assert errors.count("begin nothing at all") == errors.count("end nothing at all") == 2

    def test_ends_when_its_standard_input_does(self, folder):
        code, said, _ = _work(folder, "parity.mutants.misbehaving:HANG", subprocess.DEVNULL)
        assert code == 1
        assert not list((folder / "results").glob("*/*.npz")), said


class TestStart:
    def test_a_backend_that_refuses_to_start_refuses_every_case(self, monkeypatch):
        def refuse():
            raise NotImplementedError("no such device")

        monkeypatch.setattr(misbehaving, "REFUSE", misbehaving.Backend("x", refuse))
        with pytest.raises(NotImplementedError, match="no such device"):
            start("parity.mutants.misbehaving:REFUSE")(build(CASE))


class TestEvaluateCase:
    @pytest.mark.parametrize(
        ("backend", "status", "reason"),
        [
            (misbehaving.RAISE, "fails", "ArithmeticError: no luck"),
            (misbehaving.REFUSE, "refuses", "UnsupportedError: no se_e2_r here"),
        ],
    )
    def test_exceptions(self, folder, backend, status, reason):
        found = evaluate_case(backend.start(), folder / "cases" / "one.npz")
        assert (found["status"], found["reason"], found["outputs"]) == (status, reason, None)
        assert found["seconds"] >= 0.0
