from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.models.own import BACKENDS, model_of, numpy_outputs, parameters_of, system_of
from parity.models.verdict import compared
from tests.helpers import assert_same_bits, assert_within
from tests.parity.models.few import inputs_of, outputs_of, truth

pytest.importorskip("flint")
BY_NAME = {backend.name: backend for backend in BACKENDS}
NAMES = ("one-side", "virtual", "parameters", "dipole", "property", "zbl", "float32")


class TestModelOf:
    def test_from_a_file_as_from_a_dictionary(self, tmp_path):
        import refdp

        inputs = inputs_of("free")
        refdp.save(tmp_path / "model.yaml", model_of(inputs))
        stored = msgspec.structs.replace(inputs, data=None, file=str(tmp_path / "model.yaml"))
        for name, value in outputs_of("free").items():
            assert_same_bits(numpy_outputs(stored)[name], value)


class TestSystemOf:
    def test_virtual_atoms_stay(self):
        system = system_of(model_of(inputs_of("virtual")), inputs_of("virtual"))
        assert np.count_nonzero(system.atype < 0) == 2
        assert system.periodic


class TestParametersOf:
    def test_a_mask_is_no_parameter(self):
        inputs = inputs_of("aparam-mask")
        assert inputs.aparam is not None
        assert parameters_of(model_of(inputs), inputs) == (None, None)


class TestBackends:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("backend", ["numpy-f64", "torch-f64"])
    def test_agrees(self, backend, name):
        if why := BY_NAME[backend].missing():
            pytest.skip(why)
        found = BY_NAME[backend].start()(inputs_of(name))
        comparison = compared(BY_NAME[backend], found, truth(name))
        assert comparison.reason == ""
        assert max(report.used_max for report in comparison.reports) > 0.0

    @pytest.mark.filterwarnings("ignore")
    def test_jax_agrees(self):
        if why := BY_NAME["jax-f64"].missing():
            pytest.skip(why)
        import jax

        jax.config.update("jax_enable_x64", True)
        found = BY_NAME["jax-f64"].start()(inputs_of("parameters"))
        assert compared(BY_NAME["jax-f64"], found, truth("parameters")).reason == ""

    def test_the_virial_of_a_strain_is_that_of_displacements(self):
        pytest.importorskip("torch")
        found = BY_NAME["torch-f64"].start()(inputs_of("one-side"))
        assert np.max(np.abs(found["virial"] - np.swapaxes(found["virial"], -1, -2))) > 1e-3
        assert_within(found["virial"], outputs_of("one-side")["virial"], 1e-11)
