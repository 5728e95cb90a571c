"""The type embedding as a dictionary: its net is kept to the bit, its inputs are made anew."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from refdp.elements import electron_configuration
from refdp.errors import SerializationError
from refdp.io.type_embedding import type_embedding_from_dict, type_embedding_to_dict
from refdp.namespaces import map_arrays
from tests.attention_cases import se_atten
from tests.helpers import assert_same_bits, differences
from tests.three_body_cases import se_e3_tebd

CASES = {
    "bias": {"use_tebd_bias": True},
    "no bias": {"use_tebd_bias": False},
    "electron configurations": {"use_econf_tebd": True},
    "as wide as types": {"tebd_dim": 2},
    "twice as wide": {"tebd_dim": 4},
    "float32": {"precision": "float32"},
    "nets with a time step": {"resnet_dt": True, "tebd_dim": 2},
}


def made(**options):
    return se_atten(attn_layer=0, **options)


def dictionary(**options):
    d = made(**options)
    return type_embedding_to_dict(d.type_embedding, d.options)


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
class TestBoth:
    def test_there_and_back(self, options):
        d = made(**options)
        data = dictionary(**options)
        back = type_embedding_from_dict(copy.deepcopy(data), d.options)
        assert differences(type_embedding_to_dict(back, d.options), data) == []
        assert_same_bits(back.table(), d.type_embedding.table())
        assert_same_bits(back.inputs, d.type_embedding.inputs)

    def test_is_what_deepmd_kit_reads_and_writes(self, options):
        theirs = pytest.importorskip("deepmd.dpmodel.utils.type_embed")
        data = dictionary(**options)
        its = theirs.TypeEmbedNet.deserialize(copy.deepcopy(data))
        assert differences(its.serialize(), data) == []
        assert_same_bits(its.call(), np.asarray(made(**options).type_embedding.table()))


class TestToDict:
    def test_says_what_it_is(self):
        data = dictionary(use_tebd_bias=True, trainable=False, precision="single", resnet_dt=True)
        embedding = data.pop("embedding")
        assert data == {
            "@class": "TypeEmbedNet", "@version": 2, "ntypes": 2, "neuron": [3], "resnet_dt": False,
            "precision": "float32", "activation_function": "Linear", "trainable": False, "padding": True,
            "use_econf_tebd": False, "use_tebd_bias": True, "type_map": ["O", "H"],
        }  # fmt: skip
        assert (embedding["resnet_dt"], embedding["bias"], len(embedding["layers"])) == (False, True, 1)

    def test_without_names(self):
        assert dictionary(type_map=None, ntypes=4)["type_map"] is None
        assert dictionary(type_map=None, ntypes=4)["ntypes"] == 4

    def test_the_net_says_whether_there_is_a_bias(self):
        d = se_e3_tebd(use_tebd_bias=False)
        other = se_e3_tebd(use_tebd_bias=True)
        assert type_embedding_to_dict(d.type_embedding, other.options)["use_tebd_bias"] is False
        assert type_embedding_to_dict(other.type_embedding, d.options)["use_tebd_bias"] is True

    def test_shares_no_memory(self):
        d = made()
        w = d.type_embedding.net.layers[0].w
        data = type_embedding_to_dict(d.type_embedding, d.options)
        assert not np.shares_memory(data["embedding"]["layers"][0]["@variables"]["w"], w)

    def test_from_another_library(self, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        d = made()
        moved = map_arrays(d.type_embedding, library.array)
        assert differences(type_embedding_to_dict(moved, d.options), dictionary()) == []


class TestFromDict:
    def test_inputs_are_those_of_the_options(self):
        d = made(use_econf_tebd=True)
        read = type_embedding_from_dict(dictionary(use_econf_tebd=True), d.options)
        assert_same_bits(read.inputs, electron_configuration(["O", "H"]))

    @pytest.mark.parametrize("flag", [True, False])
    def test_flags_on_the_way_are_not_read(self, flag):
        data = dictionary(use_tebd_bias=True) | {"use_tebd_bias": flag, "ntypes": 7, "padding": flag}
        assert type_embedding_from_dict(data, made().options).net.layers[0].b is not None

    @pytest.mark.parametrize("version", [1, 2])
    def test_versions(self, version):
        type_embedding_from_dict(dictionary() | {"@version": version}, made().options)

    @pytest.mark.parametrize("version", [0, 3, "2"])
    def test_unknown_versions(self, version):
        with pytest.raises(SerializationError, match=r"`type_embedding.@version`: expected 1 to 2, got "):
            type_embedding_from_dict(dictionary() | {"@version": version}, made().options)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"tebd_dim": 4}, "expected input width 2 and output width `tebd_dim` = 4, got"),
            ({"type_map": ["O", "H", "C"]}, "expected input width 3 and output width"),
            ({"use_econf_tebd": True}, "expected input width 118 and output width"),
        ],
    )
    def test_widths_that_do_not_fit_the_options(self, options, said):
        with pytest.raises(SerializationError, match=f"`type_embedding.embedding`: {said}"):
            type_embedding_from_dict(dictionary(), made(**options).options)

    def test_what_is_not_there(self):
        data = dictionary()
        del data["embedding"]
        with pytest.raises(SerializationError, match=r"`type_embedding\.embedding`: missing"):
            type_embedding_from_dict(data, made().options)

    @pytest.mark.parametrize("data", [None, [], "TypeEmbedNet"])
    def test_what_is_no_dictionary(self, data):
        with pytest.raises(SerializationError, match="type_embedding`: expected"):
            type_embedding_from_dict(data, made().options)

    def test_a_net_without_layers(self):
        data = dictionary()
        data["embedding"]["layers"] = []
        said = r"`type_embedding\.embedding\.layers`: expected at least one"
        with pytest.raises(SerializationError, match=said):
            type_embedding_from_dict(data, made().options)
