from __future__ import annotations

import pytest

from parity.models.deepmd_jax import BACKEND
from parity.models.verdict import compared
from tests.parity.models.few import inputs_of, truth

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(BACKEND.missing()), reason=BACKEND.missing()),
    pytest.mark.filterwarnings("ignore"),
]


class TestBackend:
    def test_agrees(self):
        import jax

        jax.config.update("jax_enable_x64", True)
        found = BACKEND.start()(inputs_of("radial"))
        assert {"forces", "virial", "atom_virial"} < found.keys()
        comparison = compared(BACKEND, found, truth("radial"))
        assert comparison.reason == ""
        assert max(report.used_max for report in comparison.reports) > 0.0
