from __future__ import annotations

import pytest

from parity.case import Case, build
from parity.localize import first_wrong_step, localizer
from parity.mutants import planted
from refdp.io.serialized import deserialize
from refdp.trace import Trace, record

pytest.importorskip("flint")

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2, 4], "axis_neuron": 2}
INPUTS = build(Case(name="x", family="se_e2_a", system="pair", config=CONFIG, statistics="random"))


def _trace():
    with record() as trace:
        deserialize(INPUTS.data).call(*INPUTS.call)
    return trace


def _changed(name, change):
    return Trace(step._replace(value=change(step.value)) if step.name == name else step for step in _trace())


class TestFirstWrongStep:
    def test_none_is(self):
        assert first_wrong_step(INPUTS, _trace(), "float64") == ""

    @pytest.mark.parametrize("name", ["r", "w", "R", "E", "G", "A", "D"])
    def test_each_is_found(self, name):
        assert first_wrong_step(INPUTS, _changed(name, lambda x: x * (1.0 + 1e-9)), "float64") == name

    def test_a_missing_step_is_wrong(self):
        assert first_wrong_step(INPUTS, Trace(s for s in _trace() if s.name != "E"), "float64") == "E"

    def test_a_step_of_another_shape_is_wrong(self):
        assert first_wrong_step(INPUTS, _changed("G", lambda x: x[..., :1]), "float64") == "G"

    def test_the_first_of_two(self):
        both = Trace(s._replace(value=2.0 * s.value) if s.name in "RA" else s for s in _trace())
        assert first_wrong_step(INPUTS, both, "float64") == "R"

    def test_float32_steps_have_the_budget_of_float32(self):
        import array_api_compat.numpy as xp

        coord_ext, *tables = INPUTS.call
        with record() as trace:
            deserialize(INPUTS.data).to(xp, "float32").call(coord_ext.astype("float32"), *tables)
        assert first_wrong_step(INPUTS, trace, "float32") == ""
        assert first_wrong_step(INPUTS, trace, "float64") == "r"

    def test_torch(self):
        torch = pytest.importorskip("torch")
        with record() as trace:
            deserialize(INPUTS.data).call(*(torch.asarray(x.copy()) for x in INPUTS.call))
        assert first_wrong_step(INPUTS, trace, "float64") == ""


class TestOfHybrids:
    def test_steps_have_the_number_of_the_child(self):
        config = {"list": [CONFIG | {"type": "se_e2_a"}, CONFIG | {"type": "se_e3"}]}
        config["list"][1] = {key: value for key, value in config["list"][1].items() if key != "axis_neuron"}
        inputs = build(Case(name="x", family="hybrid", system="pair", config=config, statistics="random"))
        with record() as trace:
            deserialize(inputs.data).call(*inputs.call)
        assert first_wrong_step(inputs, trace, "float64") == ""
        for name in ("0.G", "1.theta", "D"):
            wrong = Trace(s._replace(value=s.value * (1.0 + 1e-9)) if s.name == name else s for s in trace)
            assert first_wrong_step(inputs, wrong, "float64") == name


class TestLocalizer:
    def test_runs_the_backend_and_names_the_step(self):
        backend = localizer(planted.EMPTY)
        assert backend.name == "localize:mutant-empty"
        assert backend.start()(INPUTS) == {"step": "E"}
