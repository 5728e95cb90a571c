from __future__ import annotations

import pytest

from parity.backends.deepmd_jax import BACKEND
from parity.case import Case, build
from parity.compare import compare
from parity.truth import truth_of
from tests.parity.backends.families import inputs_of

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(BACKEND.missing()), reason=BACKEND.missing()),
    pytest.mark.filterwarnings("ignore"),
]

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2, 4], "exclude_types": [[0, 0]]}


@pytest.fixture(autouse=True)
def _wide():
    import jax

    with jax.enable_x64(True):
        yield


class TestBackend:
    @pytest.mark.parametrize(("family", "config"), [("se_e2_a", {"type_one_side": True}), ("se_e2_r", {})])
    def test_agrees(self, family, config):
        inputs = build(
            Case(name="x", family=family, system="pair", config=CONFIG | config, statistics="random")
        )
        found = compare(BACKEND.start()(inputs), truth_of(inputs)["float64"], "float64")
        assert found.reason == ""
        assert found.reports[0].used_max > 0.0

    @pytest.mark.parametrize("family", ["se_e3_tebd", "hybrid"])
    def test_agrees_on_the_other_families(self, family):
        inputs = inputs_of(family)
        found = compare(BACKEND.start()(inputs), truth_of(inputs)["float64"], "float64")
        assert found.reason == ""
        assert found.reports[0].used_max > 0.0

    def test_what_cannot_be_compiled_is_refused(self):
        config = CONFIG | {"type_one_side": False}
        inputs = build(Case(name="x", family="se_e2_a", system="pair", config=config))
        with pytest.raises(NotImplementedError, match=r"cannot be compiled by jax\.jit"):
            BACKEND.start()(inputs)
