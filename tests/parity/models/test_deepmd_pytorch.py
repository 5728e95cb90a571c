from __future__ import annotations

import pytest

from parity.models.deepmd_pytorch import BACKEND
from parity.models.verdict import compared
from tests.parity.models.few import inputs_of, truth

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(BACKEND.missing()), reason=BACKEND.missing()),
    pytest.mark.filterwarnings("ignore"),
]


class TestBackend:
    @pytest.mark.parametrize(
        "name",
        [
            "two-side",
            "attention",
            "virtual",
            "pairs",
            "atoms",
            "parameters",
            "dipole",
            "dos",
            "zbl",
            "linear",
        ],
    )
    def test_agrees(self, name):
        comparison = compared(BACKEND, BACKEND.start()(inputs_of(name)), truth(name))
        assert comparison.reason == ""
        assert max(report.used_max for report in comparison.reports) > 0.0
