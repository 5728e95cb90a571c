from __future__ import annotations

import pytest

from parity.models import deepmd_dpmodel, deepmd_jax, deepmd_pytorch
from parity.models.known import KNOWN, explain_failure, others
from parity.models.truth import truth_of
from parity.models.verdict import compared
from tests.parity.models.few import inputs_of, truth

pytest.importorskip("flint")
BACKENDS = {"deepmd-dpmodel": deepmd_dpmodel, "deepmd-jax": deepmd_jax, "deepmd-pytorch": deepmd_pytorch}
SHOWN = [
    ("left-handed-cell", "left-handed", "deepmd-dpmodel"),
    ("left-handed-cell", "left-handed", "deepmd-pytorch"),
    ("member-bias", "linear-biases", "deepmd-dpmodel"),
    ("constant-matrix", "polar", "deepmd-pytorch"),
]


class TestKnown:
    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize(("name", "case", "place"), SHOWN)
    def test_is_still_there(self, name, case, place):
        backend = BACKENDS[place].BACKEND
        if why := backend.missing():
            pytest.skip(why)
        known = next(k for k in KNOWN if k.name == name)
        inputs = inputs_of(case)
        assert known.concerns(place, inputs)
        found = backend.start()(inputs)
        assert "beyond the budget" in compared(backend, found, truth(case)).reason
        assert compared(backend, found, truth_of(known.instead(inputs))).reason == ""

    @pytest.mark.filterwarnings("ignore")
    def test_linear_models_are_unknown_to_jax(self):
        backend = deepmd_jax.BACKEND
        if why := backend.missing():
            pytest.skip(why)
        with pytest.raises(RuntimeError, match="Unknown model type") as error:
            backend.start()(inputs_of("linear"))
        assert explain_failure("deepmd-jax", inputs_of("linear"), str(error.value)) != ""
        assert explain_failure("deepmd-jax", inputs_of("free"), str(error.value)) == ""
        assert explain_failure("deepmd-jax", inputs_of("linear"), "no memory") == ""


class TestOthers:
    @pytest.mark.parametrize(
        ("case", "names"),
        [("free", []), ("left-handed", ["left-handed-cell"]), ("polar", ["constant-matrix"]), ("linear", [])],
    )
    def test_only_where_it_applies(self, case, names):
        assert list(others(inputs_of(case))) == names
