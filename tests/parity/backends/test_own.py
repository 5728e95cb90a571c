from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest

from parity.backends.own import BACKENDS
from parity.case import Case, build
from parity.compare import compare
from parity.truth import truth_of
from tests.parity.backends.families import inputs_of

CONFIG = {
    "rcut": 3.6,
    "rcut_smth": 0.5,
    "sel": [2, 2],
    "neuron": [2, 4],
    "axis_neuron": 2,
    "type_one_side": False,
}
CASE = Case(name="x", family="se_e2_a", system="pair", config=CONFIG, statistics="random")
NAMES = [backend.name for backend in BACKENDS]


def _backend(name):
    return next(backend for backend in BACKENDS if backend.name == name)


@pytest.fixture(scope="module")
def case():
    pytest.importorskip("flint")
    inputs = build(CASE)
    return inputs, truth_of(inputs)


@contextmanager
def _started(name):
    backend = _backend(name)
    if backend.missing():
        pytest.skip(backend.missing())
    if "jax" in name:
        import jax

        with jax.enable_x64(True):
            yield backend.start()
    elif "strict" in name:
        import array_api_strict

        yield backend.start()
        array_api_strict.reset_array_api_strict_flags()
    else:
        yield backend.start()


class TestBackends:
    @pytest.mark.parametrize("name", NAMES)
    def test_agrees_with_the_truth(self, name, case):
        inputs, truth = case
        backend = _backend(name)
        with _started(name) as evaluate:
            out = evaluate(inputs)
        found = compare(out, truth[backend.precision], backend.precision)
        assert found.reason == ""
        assert [report.name for report in found.reports] == ["descriptor", "rot_mat", "sw"]
        assert 0.0 < found.reports[0].used_max < 1.0
        assert all(isinstance(x, np.ndarray) for x in out.values() if x is not None)

    def test_float32_is_not_float64(self, case):
        inputs, _ = case
        wide, narrow = (_backend(name).start()(inputs)["descriptor"] for name in ("numpy-f64", "numpy-f32"))
        assert 1e-9 < np.max(np.abs(wide - narrow)) < 1e-5

    def test_both_precisions_share_a_process(self):
        for name in ("jax", "jax-jit", "torch", "strict"):
            first, second = (_backend(f"{name}-{p}") for p in ("f64", "f32"))
            assert (first.modules, first.variables) == (second.modules, second.variables)

    def test_steps_are_recorded_but_under_a_compiler(self):
        assert {b.name for b in BACKENDS if not b.traceable} == {"jax-jit-f64", "jax-jit-f32"}

    def test_cuda_without_a_device_is_refused(self):
        torch = pytest.importorskip("torch")
        if torch.cuda.is_available():
            pytest.skip("there is a CUDA device")
        with pytest.raises(NotImplementedError, match="torch finds no CUDA device"):
            _backend("torch-cuda-f64").start()

    def test_a_float32_descriptor_is_compiled_once_for_both(self, monkeypatch):
        import parity.backends.own as module

        monkeypatch.setattr(module, "_PROGRAMS", {})
        inputs = build(
            Case(name="x", family="se_e2_a", system="pair", config=CONFIG | {"precision": "float32"})
        )
        compiled = []

        def jit(call):
            return lambda *arguments: compiled.append(call) or call(*arguments)

        wide, narrow = (module.run(inputs, p, lambda x: x, jit=jit) for p in ("float64", "float32"))
        assert compiled[0] is compiled[1]
        assert (wide["descriptor"].dtype, narrow["descriptor"].dtype) == (np.float64, np.float32)
        assert np.array_equal(wide["descriptor"], narrow["descriptor"])


class TestOtherFamilies:
    @pytest.mark.parametrize("family", ["se_atten", "hybrid"])
    @pytest.mark.parametrize("name", ["numpy-f32", "torch-f64", "jax-jit-f64"])
    def test_agree(self, family, name):
        pytest.importorskip("flint")
        inputs, backend = inputs_of(family), _backend(name)
        with _started(name) as evaluate:
            found = compare(evaluate(inputs), truth_of(inputs)[backend.precision], backend.precision)
        assert found.reason == ""
        assert found.reports[0].used_max > 0.0


def test_those_that_compile_say_so():
    assert {b.name.rpartition("-")[0] for b in BACKENDS if b.compiles} == {"jax", "jax-jit"}
