"""The dictionaries of se_atten and se_atten_v2: exact to the bit, and the same as DeePMD-kit's."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import refdp
from refdp.errors import SerializationError, UnsupportedError
from tests.attention_cases import mixed_arguments, se_atten, with_random_norms
from tests.helpers import assert_same_bits, cluster, differences, with_random_statistics
from tests.io.test_serialized import arrays, tree

NAMES = ["se_atten", "se_atten_v2"]
SYSTEM = cluster(4, seed=1)
# No field has its default; neither that of DeePMD-kit's classes nor that of the input file.
UNUSUAL = {
    "rcut": 3.75, "rcut_smth": 0.375, "sel": [5, 2], "neuron": [3, 6, 6], "axis_neuron": 5, "lmax": 3,
    "tebd_dim": 4, "type_one_side": True, "attn": 7, "attn_layer": 3, "attn_dotr": False,
    "scaling_factor": 1.5, "temperature": 0.75, "normalize": False, "trainable_ln": False, "ln_eps": 0.125,
    "concat_output_tebd": False, "use_econf_tebd": True, "use_tebd_bias": True, "resnet_dt": True,
    "activation_function": "silut:2.5", "exclude_types": [[0, 1], [1, 1]], "env_protection": 0.125,
    "precision": "float32", "trainable": False, "type_map": ["O", "H"],
}  # fmt: skip
OWN = {
    "se_atten": {"tebd_input_mode": "strip", "smooth_type_embedding": True, "set_davg_zero": False},
    "se_atten_v2": {"set_davg_zero": True},
}


def unusual(name="se_atten", **options):
    made = se_atten(name, statistics=False, **UNUSUAL | OWN[name] | options)
    return with_random_norms(with_random_statistics(made, 5, by_slot=True, isotropic=False))


@pytest.mark.parametrize("name", NAMES)
class TestRoundTrip:
    @pytest.mark.parametrize("precision", ["float64", "float32", "float16", "bfloat16", "default", "half"])
    def test_object_dictionary_object(self, name, precision):
        if precision == "bfloat16":
            pytest.importorskip("ml_dtypes")
        d = unusual(name, precision=precision)
        back = tree(refdp.deserialize(copy.deepcopy(d.serialize())))
        # The seed is spent, the number of types written down, and precisions have one name each.
        for key in ("seed", "ntypes", "precision"):
            back["options"][key] = getattr(d.options, key)
        assert differences(back, tree(d)) == []

    @pytest.mark.parametrize("precision", ["float64", "float32", "float16", "default"])
    def test_dictionary_object_dictionary(self, name, precision):
        data = unusual(name, precision=precision).serialize()
        assert differences(refdp.deserialize(copy.deepcopy(data)).serialize(), data) == []

    def test_every_option_is_unusual_here(self, name):
        usual = refdp.from_config({"type": name, "sel": 1, "type_map": ["C"]}).options
        here = unusual(name).options
        same = {key for key in usual.__struct_fields__ if getattr(usual, key) == getattr(here, key)}
        # These have tests of their own, or no other value.
        allowed = {"ntypes", "spin", "attn_mask", "stripped_type_embedding", "smooth_form"}
        assert same <= allowed

    def test_values_after_the_trip(self, name):
        d = unusual(name)
        given = mixed_arguments(d, SYSTEM)
        back = refdp.deserialize(d.serialize())
        assert_same_bits(back.call(*given).descriptor, d.call(*given).descriptor)

    def test_from_another_library(self, name, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        d = unusual(name)
        assert differences(d.to(library.namespace).serialize(), d.serialize()) == []

    def test_what_is_not_an_array_is_json(self, name):
        text = json.dumps(unusual(name).serialize(), default=lambda x: {"array": x.tolist()})
        assert json.loads(text)["type"] == {"se_atten": "dpa1"}.get(name, name)

    def test_nothing_is_shared(self, name):
        d = unusual(name)
        intact = copy.deepcopy(d.serialize())
        for x in arrays(d.serialize()):
            x[...] = np.nan
        assert differences(d.serialize(), intact) == []
        data = d.serialize()
        read = refdp.deserialize(data)
        for x in arrays(data):
            x[...] = np.nan
        assert differences(read.serialize(), intact) == []


class TestWrite:
    @pytest.mark.parametrize(
        ("options", "version"), [({}, 2), ({"attn_layer": 0}, 2), ({"lmax": 2}, 4), ({"lmax": 4}, 4)]
    )
    @pytest.mark.parametrize("name", NAMES)
    def test_version_and_keys_that_come_with_it(self, name, options, version):
        data = se_atten(name, **options).serialize()
        assert data["@version"] == version
        assert data.get("lmax", 1) == options.get("lmax", 1)
        assert ("degree_gain_raw" in data["@variables"]) == (version == 4) == ("lmax" in data)

    def test_no_epsilon_is_written_as_the_number_it_stands_for(self):
        data = se_atten(ln_eps=None).serialize()
        assert data["ln_eps"] == data["attention_layers"]["ln_eps"] == 1e-5

    def test_the_old_word_is_written_as_the_new_one(self):
        data = se_atten(stripped_type_embedding=True).serialize()
        assert data["tebd_input_mode"] == "strip"
        assert "stripped_type_embedding" not in data

    def test_the_second_is_the_first_without_two_keys(self):
        two = unusual("se_atten_v2", set_davg_zero=False).serialize()
        one = unusual("se_atten").serialize()
        assert {key: one.pop(key) for key in set(one) - set(two)} == {
            "tebd_input_mode": "strip",
            "smooth_type_embedding": True,
        }
        # In another order, as in DeePMD-kit.
        assert differences({key: {**one, "type": "se_atten_v2"}[key] for key in two}, two) == []

    def test_the_second_with_two_keys_is_read_as_the_first(self):
        d = unusual("se_atten_v2")
        more = {"type": "dpa1", "tebd_input_mode": "strip", "smooth_type_embedding": True}
        one = refdp.deserialize(d.serialize() | more)
        given = mixed_arguments(d, SYSTEM)
        assert type(one).__name__ == "SeAtten"
        assert_same_bits(one.call(*given).descriptor, d.call(*given).descriptor)

    @pytest.mark.parametrize(
        "options",
        [{"attn_mask": True}, {"smooth_type_embedding": True, "smooth_form": "tensorflow"}],
        ids=["mask", "TensorFlow"],
    )
    def test_what_deepmd_kit_lacks_comes_back_and_is_refused_there(self, options):
        classes = pytest.importorskip("deepmd.dpmodel.descriptor")
        data = se_atten(**options).serialize()
        assert differences(refdp.deserialize(copy.deepcopy(data)).serialize(), data) == []
        with pytest.raises((NotImplementedError, TypeError)):
            classes.DescrptDPA1.deserialize(data)


class TestRead:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("version", [1, 2, 3, 4])
    def test_every_version(self, name, version):
        data = se_atten(name).serialize()
        read = refdp.deserialize(data | {"@version": version})
        assert differences(read.serialize(), data) == []

    @pytest.mark.parametrize("version", [0, 5, "2", True, None])
    def test_unknown_versions(self, version):
        with pytest.raises(SerializationError, match=r"`data.@version`: expected 1 to 4, got "):
            refdp.deserialize(se_atten().serialize() | {"@version": version})

    def test_version_one_has_a_bias_of_types_unless_it_says_no(self):
        for bias in (True, False):
            data = se_atten(use_tebd_bias=bias).serialize()
            said = refdp.deserialize(data | {"@version": 1})
            assert said.options.use_tebd_bias is bias
            silent = {key: value for key, value in data.items() if key != "use_tebd_bias"}
            assert refdp.deserialize(silent | {"@version": 1}).options.use_tebd_bias is True
            assert refdp.deserialize(silent).options.use_tebd_bias is False
            # What counts is the net, which has its own say.
            net = refdp.deserialize(silent | {"@version": 1}).type_embedding.net
            assert (net.layers[0].b is not None) is bias

    @pytest.mark.parametrize(
        ("key", "default"),
        [("set_davg_zero", False), ("smooth_type_embedding", True), ("attn", 128), ("attn_layer", 2),
         ("attn_dotr", True), ("attn_mask", False), ("activation_function", "tanh"),
         ("resnet_dt", False), ("scaling_factor", 1.0),
         ("normalize", True), ("temperature", None), ("trainable_ln", True), ("type_one_side", False),
         ("concat_output_tebd", True), ("use_econf_tebd", False), ("use_tebd_bias", False),
         ("type_map", None), ("precision", "default"), ("exclude_types", ()), ("env_protection", 0.0),
         ("trainable", True), ("spin", None), ("lmax", 1)],
    )  # fmt: skip
    def test_missing_optional_keys_have_the_defaults_of_the_classes(self, key, default):
        data = se_atten(smooth_type_embedding=True).serialize()
        data.pop(key, None)
        assert getattr(refdp.deserialize(data).options, key) == default

    def test_missing_widths_are_those_of_the_classes(self):
        data = se_atten(neuron=[25, 50, 100], axis_neuron=8, tebd_dim=8).serialize()
        for key in ("neuron", "axis_neuron", "tebd_dim"):
            del data[key]
        o = refdp.deserialize(data).options
        assert (o.neuron, o.axis_neuron, o.tebd_dim) == ((25, 50, 100), 8, 8)

    @pytest.mark.parametrize(
        "key", ["rcut", "rcut_smth", "sel", "ntypes", "embeddings", "attention_layers", "env_mat",
                "type_embedding", "@variables", "embeddings_strip"]
    )  # fmt: skip
    def test_missing_keys_that_are_needed(self, key):
        data = unusual().serialize()
        del data[key]
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing; the keys are @class, type,"):
            refdp.deserialize(data)

    def test_compressed_is_not_supported_yet(self):
        with pytest.raises(UnsupportedError, match="`compress`"):
            refdp.deserialize(unusual().serialize() | {"@version": 4, "compress": {"geo_compress": False}})

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"lmax": 2}, r"`@variables.degree_gain_raw`: expected shape \(1,\)"),
            ({"ntypes": None}, "`data.ntypes`: expected the number of types"),
            ({"type_map": ["O", "Q"]}, "`type_map`: expected chemical symbols"),
            ({"tebd_input_mode": "x"}, "`tebd_input_mode`: expected one of 'concat', 'strip'"),
            ({"tebd_input_mode": "concat"}, r"`embeddings.networks\[0\]`: expected input width 5"),
            ({"tebd_dim": 3}, r"`embeddings_strip.networks\[0\]`: expected input width 3"),
            ({"type_one_side": False}, r"`embeddings_strip.networks\[0\]`: expected input width 8"),
            ({"neuron": [3, 6]}, r"`embeddings.networks\[0\]`: expected input width 1 and layers \[3, 6\]"),
            ({"spin": {}}, "`spin`: expected"),
            ({"sel": 3}, "`@variables.davg`: expected shape"),
            ({"rcutt": 1.0}, "`rcutt`: unknown key, did you mean `rcut`"),
        ],
        ids=str,
    )
    def test_what_does_not_fit(self, change, said):
        with pytest.raises(SerializationError, match=said):
            refdp.deserialize(unusual().serialize() | change)
