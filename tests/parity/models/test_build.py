from __future__ import annotations

import copy

import numpy as np
import pytest

from parity.models.build import build, parameters
from parity.models.cases import model_cases
from parity.mutants.blind import MUTE_MODEL
from refdp.io.serialized import deserialize
from tests.helpers import differences
from tests.parity.models.few import inputs_of


class TestBuild:
    def test_everything_stored_is_unlike_its_default(self):
        data = inputs_of("parameters").data
        descriptor, net = data["descriptor"]["@variables"], data["fitting"]["@variables"]
        assert np.all(descriptor["davg"] != 0.0)
        assert np.all(descriptor["dstd"] != 1.0)
        for key in ("bias_atom_e", "fparam_avg", "aparam_avg"):
            assert np.all(net[key] != 0.0)
        assert np.all(data["@variables"]["out_bias"] != 0.0)
        assert np.all(data["@variables"]["out_std"] != 1.0)

    def test_parameters_have_one_row_for_each_frame_or_atom(self):
        inputs = inputs_of("parameters")
        assert (inputs.fparam.shape, inputs.aparam.shape) == ((2, 2), (2, 6, 3))
        default = inputs_of("default-parameters")
        assert default.fparam is None
        assert default.aparam.shape == (2, 6, 3)

    def test_the_same_case_is_the_same_model(self):
        case = inputs_of("linear").case
        assert differences(build(case).data, inputs_of("linear").data) == []

    @pytest.mark.parametrize("name", ["one-side", "polar", "property", "zbl", "linear", "hybrid"])
    def test_refdp_reads_and_writes_what_was_put_together(self, name):
        data = inputs_of(name).data
        written = deserialize(copy.deepcopy(data)).serialize()
        assert written["type"] == data["type"]
        assert differences(written["@variables"], data["@variables"]) == []

    def test_members_have_biases_only_where_asked_for(self):
        plain, biased = inputs_of("linear").data, inputs_of("linear-biases").data
        assert not any(np.any(m["@variables"]["out_bias"]) for m in plain["models"])
        assert all(np.all(m["@variables"]["out_bias"] != 0.0) for m in biased["models"])

    def test_a_mute_model_has_no_weights_at_the_end(self):
        for net in build(MUTE_MODEL).data["fitting"]["nets"]["networks"]:
            assert not np.any(net["layers"][-1]["@variables"]["w"])

    def test_every_case_can_be_read(self):
        for case in model_cases():
            model = deserialize(inputs_of(case.name.removeprefix("model-")).data)
            assert model.type_map == ("O", "H", "C")


class TestParameters:
    def test_none_where_the_model_wants_none(self):
        assert parameters({"fitting": {"numb_fparam": 0}}, "fparam", (2,), 1) is None

    def test_members_count(self):
        data = {"models": [{"fitting": {}}, {"fitting": {"numb_aparam": 2}}]}
        assert parameters(data, "aparam", (2, 5), 1).shape == (2, 5, 2)
