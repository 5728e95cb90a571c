from __future__ import annotations

import numpy as np
import pytest

from parity.backends.backend import Backend
from parity.backends.pool import Result
from parity.models.deepmd_pytorch import BACKEND as PYTORCH
from parity.models.known import KNOWN
from parity.models.own import BACKENDS, numpy_outputs
from parity.models.verdict import compared, model_verdict
from tests.parity.models.few import inputs_of, judged, outputs_of, truth

pytest.importorskip("flint")
NUMPY = BACKENDS[0]


def _verdict(outputs, name="free", backend=NUMPY, status="done", reason=""):
    result = Result(backend.name, f"model-{name}", status, reason, 1.5, outputs)
    return model_verdict(backend, inputs_of(name), result, judged(name))


class TestModelVerdict:
    def test_agrees(self):
        verdict = _verdict(outputs_of("free"))
        assert (verdict.status, verdict.family, verdict.seconds) == ("agrees", "model", 1.5)
        assert 0.0 < verdict.used_max < 1.0
        assert [report.name for report in verdict.outputs] == list(outputs_of("free"))

    def test_the_first_wrong_output_is_named(self):
        out = outputs_of("free")
        verdict = _verdict(out | {"virial": out["virial"] + 1.0, "forces": out["forces"] * (1.0 + 1e-7)})
        assert (verdict.status, verdict.first_step) == ("differs", "forces")
        assert "`virial`: 18 of 18 numbers" in verdict.reason

    def test_nan_differs(self):
        out = outputs_of("free")
        assert _verdict(out | {"energy": np.full(2, np.nan)}).status == "differs"

    def test_what_another_computes_instead_is_known(self):
        known = next(k for k in KNOWN if k.name == "left-handed-cell")
        wrong = numpy_outputs(known.instead(inputs_of("left-handed")))
        verdict = _verdict(wrong, "left-handed", PYTORCH)
        assert verdict.status == "known"
        assert "no periodic images" in verdict.reason
        # A backend that is not known for it has no excuse, and neither has another error.
        assert _verdict(wrong, "left-handed").status == "differs"
        broken = wrong | {"energy": wrong["energy"] + 1e-3}
        assert _verdict(broken, "left-handed", PYTORCH).status == "differs"

    @pytest.mark.parametrize("status", ["refuses", "fails"])
    def test_what_gave_no_numbers_says_why(self, status):
        verdict = _verdict(None, status=status, reason="no luck")
        assert (verdict.status, verdict.reason) == (status, "no luck")


class TestCompared:
    def test_what_a_backend_lacks_is_not_missed(self):
        out = {name: outputs_of("free")[name] for name in ("atom_energy", "energy")}
        assert "`forces` is missing" in compared(NUMPY, out, truth("free")).reason
        poor = Backend("poor", lambda: None, models=True, lacks=("forces", "virial", "atom_virial"))
        assert compared(poor, out, truth("free")).reason == ""
