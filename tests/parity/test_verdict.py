from __future__ import annotations

import numpy as np
import pytest

from parity.backends.own import BACKENDS
from parity.backends.pool import Result
from parity.case import Case, build
from parity.verdict import verdict

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}
INPUTS = build(Case(name="x", family="se_e2_r", system="pair", config=CONFIG))
BACKEND = next(backend for backend in BACKENDS if backend.name == "numpy-f64")


def _exact(value, budget=0.5):
    x = np.asarray(value, dtype=np.float64)
    return {
        "head": x,
        "tail": np.zeros_like(x),
        "radius": np.zeros_like(x),
        "budget": np.full_like(x, budget),
    }


def _judged(dead=None, status="done", reason=""):
    truth = {"descriptor": _exact([1.0, 2.0]), "sw": _exact([0.0])}
    outputs = {"truth": {"float64": truth}, "alive": {}, "dead": dead or {}}
    return Result("judge", "x", status, reason, outputs=outputs)


def _verdict(outputs=None, judged=None, **result):
    given = {"descriptor": np.array([1.0, 2.0]), "sw": np.array([0.25])} | (outputs or {})
    answer = Result("numpy-f64", "x", **({"status": "done", "outputs": given, "seconds": 0.5} | result))
    return verdict(BACKEND, INPUTS, answer, judged or _judged())


class TestVerdict:
    def test_agrees(self):
        found = _verdict()
        assert (found.backend, found.case, found.family, found.status) == (
            "numpy-f64",
            "x",
            "se_e2_r",
            "agrees",
        )
        assert (found.used_median, found.used_max, found.seconds, found.reason) == (0.0, 0.5, 0.5, "")
        assert [report.name for report in found.outputs] == ["descriptor", "sw"]

    def test_differs(self):
        found = _verdict({"descriptor": np.array([1.0, 2.75])})
        assert (found.status, found.used_max) == ("differs", 1.5)
        assert found.reason.startswith("`descriptor`: 1 of 2 numbers beyond the budget; worst at [1]: 2.75")

    def test_nan_differs(self):
        found = _verdict({"descriptor": np.array([np.nan, 2.0])})
        assert found.status == "differs"
        assert "nan" in found.reason

    @pytest.mark.parametrize("status", ["refuses", "fails"])
    def test_no_answer(self, status):
        found = _verdict(status=status, reason="why", outputs=None)
        assert (found.status, found.reason, found.used_max) == (status, "why", None)

    @pytest.mark.parametrize("status", ["done", "refuses", "fails"])
    def test_a_blind_case_is_vacuous_whatever_was_answered(self, status):
        found = _verdict(judged=_judged({"atoms": "0 of 2 centres"}), status=status)
        assert (found.status, found.reason) == ("vacuous", "atoms: 0 of 2 centres")

    def test_without_truth_nothing_agrees(self):
        found = _verdict(judged=_judged(status="fails", reason="killed"))
        assert (found.status, found.reason) == ("fails", "there is no truth to compare with: killed")
