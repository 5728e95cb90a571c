"""The dictionary of se_e3_tebd: exact to the bit, with the bias of its type embedding kept inside."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import refdp
from refdp.errors import SerializationError, UnsupportedError
from tests.attention_cases import mixed_arguments
from tests.helpers import assert_same_bits, cluster, differences, with_random_statistics
from tests.io.test_serialized import arrays, tree
from tests.three_body_cases import se_e3_tebd as tebd

STRIP = {"tebd_input_mode": "strip"}
# No option has its default; neither DeePMD-kit's classes' nor that of the input file.
UNUSUAL = {
    "sel": [5, 2],
    "ntypes": 2,
    "rcut": 3.75,
    "rcut_smth": 0.375,
    "neuron": [3, 6, 6],
    "tebd_dim": 5,
    "tebd_input_mode": "strip",
    "smooth": False,
    "resnet_dt": True,
    "activation_function": "silut:2.5",
    "exclude_types": [[0, 1], [1, 1]],
    "env_protection": 0.125,
    "set_davg_zero": False,
    "concat_output_tebd": False,
    "use_econf_tebd": True,
    "use_tebd_bias": False,
    "precision": "float32",
    "trainable": False,
}


def unusual(**options):
    made = tebd(statistics=False, **UNUSUAL | options)
    return with_random_statistics(made, 5, by_slot=True, isotropic=False)


class TestRoundTrip:
    @pytest.mark.parametrize("mode", ["concat", "strip"])
    def test_object_dictionary_object(self, mode):
        d = unusual(tebd_input_mode=mode)
        back = tree(refdp.deserialize(d.serialize()))
        # The seed is spent: DeePMD-kit does not write it either.
        back["options"]["seed"] = d.options.seed
        assert differences(back, tree(d)) == []

    @pytest.mark.parametrize("options", [{}, STRIP, {"use_tebd_bias": False}, {"sel": [4, 3]}])
    def test_dictionary_object_dictionary(self, options):
        data = tebd(**options).serialize()
        assert differences(refdp.deserialize(copy.deepcopy(data)).serialize(), data) == []

    def test_every_option_is_unusual_here(self):
        usual = refdp.from_config({"type": "se_e3_tebd", "sel": 7}, type_map=["H", "O"]).options
        here = unusual().options
        assert {key for key in usual.__struct_fields__ if getattr(usual, key) == getattr(here, key)} == set()

    @pytest.mark.parametrize("mode", ["concat", "strip"])
    def test_values_after_the_trip(self, mode):
        d = unusual(tebd_input_mode=mode)
        given = mixed_arguments(d, cluster(4, seed=1))
        assert_same_bits(refdp.deserialize(d.serialize()).call(*given).descriptor, d.call(*given).descriptor)

    def test_from_another_library(self, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        d = unusual()
        assert differences(d.to(library.namespace).serialize(), d.serialize()) == []

    def test_what_is_not_an_array_is_json(self):
        text = json.dumps(unusual().serialize(), default=lambda x: {"array": x.tolist()})
        assert json.loads(text)["type"] == "se_e3_tebd"


class TestWrite:
    KEYS = (
        "@class type @version rcut rcut_smth sel ntypes neuron tebd_dim tebd_input_mode set_davg_zero "
        "activation_function resnet_dt concat_output_tebd use_econf_tebd type_map precision embeddings "
        "env_mat type_embedding exclude_types env_protection smooth @variables trainable"
    )

    def test_keys_in_the_order_of_deepmd_kit(self):
        assert list(tebd().serialize()) == self.KEYS.split()
        assert list(tebd(**STRIP).serialize()) == [*self.KEYS.split(), "embeddings_strip"]

    def test_one_slot_count_is_a_list(self):
        assert tebd(sel=7).serialize()["sel"] == [7]

    def test_version_is_the_first(self):
        assert tebd().serialize()["@version"] == 1

    def test_shares_no_memory(self):
        d = unusual()
        intact = copy.deepcopy(d.serialize())
        for x in arrays(d.serialize()):
            x[...] = np.nan
        assert differences(d.serialize(), intact) == []


class TestRead:
    def test_shares_no_memory(self):
        data = unusual().serialize()
        d = refdp.deserialize(data)
        intact = copy.deepcopy(d.serialize())
        for x in arrays(data):
            x[...] = np.nan
        assert differences(d.serialize(), intact) == []

    @pytest.mark.parametrize("bias", [False, True])
    def test_the_net_says_whether_types_have_a_bias(self, bias):
        data = tebd(use_tebd_bias=bias).serialize()
        data["type_embedding"]["use_tebd_bias"] = not bias
        read = refdp.deserialize(data)
        assert read.options.use_tebd_bias is bias
        assert (read.type_embedding.net.layers[0].b is not None) is bias
        assert read.serialize()["type_embedding"]["use_tebd_bias"] is bias

    @pytest.mark.parametrize("version", [1, 2, None])
    def test_versions(self, version):
        data = tebd().serialize() | {"@version": version}
        if version is None:
            del data["@version"]
        assert refdp.deserialize(data).serialize()["@version"] == 1

    @pytest.mark.parametrize("version", [0, 3, "1", 2.0, True])
    def test_unknown_versions(self, version):
        with pytest.raises(SerializationError, match=r"`data.@version`: expected 1 to 2, got "):
            refdp.deserialize(tebd().serialize() | {"@version": version})

    @pytest.mark.parametrize(
        "key",
        ["rcut", "rcut_smth", "sel", "ntypes", "embeddings", "embeddings_strip", "env_mat", "type_embedding",
         "@variables"],
    )  # fmt: skip
    def test_missing_keys_that_are_needed(self, key):
        data = tebd(**STRIP).serialize()
        del data[key]
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing; the keys are @class, type,"):
            refdp.deserialize(data)

    def test_missing_optional_keys_have_the_defaults_of_the_class(self):
        data = tebd(tebd_dim=8).serialize()
        for key in ("neuron", "tebd_dim", "smooth", "set_davg_zero", "exclude_types", "trainable"):
            del data[key]
        o = refdp.deserialize(data).options
        assert (o.neuron, o.tebd_dim, o.smooth, o.set_davg_zero) == ((2, 4, 8), 8, True, True)
        assert (o.exclude_types, o.trainable) == ((), True)

    def test_the_environment_is_there_but_not_read(self):
        data = tebd().serialize()
        assert differences(refdp.deserialize(data | {"env_mat": None}).serialize(), data) == []

    def test_a_second_net_that_nobody_asked_for_is_not_read(self):
        data = tebd().serialize()
        assert refdp.deserialize(data | {"embeddings_strip": None}).embeddings_strip is None

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"axis_neuron": 2}, "`axis_neuron`: unknown key"),
            ({"type_one_side": True}, "`type_one_side`: unknown key"),
            ({"sel": "auto"}, "`sel`: expected"),
            ({"tebd_input_mode": "other"}, "`tebd_input_mode`: expected"),
            ({"neuron": [2, 5]}, r"`embeddings.networks\[0\]`: expected input width 1 and layers \[2, 5\]"),
            ({"tebd_input_mode": "concat"}, r"`embeddings.networks\[0\]`: expected input width 7 and layers"),
            ({"tebd_dim": 4}, "`type_embedding.embedding`: expected input width 2 and output width"),
            ({"ntypes": 3}, "`type_map`: expected one name for each of the 3 types"),
            ({"embeddings": {"networks": []}}, r"`embeddings.networks`: expected 2 \*\* 0 = 1 nets"),
            ({"type_embedding": None}, "`data.type_embedding`: expected"),
            (
                {"@variables": {"davg": np.zeros((2, 7, 4)), "dstd": np.ones((2, 7, 1))}},
                r"`@variables.dstd`: expected shape \(ntypes, nnei, columns\) = \(2, 7, 4\)",
            ),
        ],
    )
    def test_what_does_not_fit(self, change, said):
        with pytest.raises(SerializationError, match=said):
            refdp.deserialize(tebd(**STRIP).serialize() | change)

    def test_a_net_of_types_of_another_width(self):
        data = tebd(**STRIP).serialize()
        data["embeddings_strip"] = data["embeddings"]
        with pytest.raises(
            SerializationError, match=r"`embeddings_strip.networks\[0\]`: expected input width 6"
        ):
            refdp.deserialize(data)

    def test_compressed_is_not_supported_yet(self):
        with pytest.raises(UnsupportedError, match="`compress`"):
            refdp.deserialize(tebd(**STRIP).serialize() | {"@version": 2, "compress": {"@variables": {}}})
