"""The dictionaries of attention layers: what of the many copies of a setting counts, and what is refused."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.errors import SerializationError
from refdp.io.attention_layers import attention_from_dict, attention_to_dict
from tests.attention_cases import mixed_arguments, se_atten
from tests.helpers import assert_same_bits, cluster, differences
from tests.io.test_serialized import tree

SYSTEM = cluster(6, seed=1)
NAN, INF = float("nan"), float("inf")
LAYER = ("attention_layers", "attention_layers", 0)
INNER, NORM = (*LAYER, "attention_layer"), (*LAYER, "attn_layer_norm")
SAID = "attention_layers.attention_layers[0]"
CALLED = f"{SAID}.attention_layer"


def given(**options):
    return se_atten(**options)


def changed(data, path, value):
    """A copy of a dictionary with one place changed, or removed where the value is the marker `...`."""
    data = copy.deepcopy(data)
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


class TestAttentionToDict:
    def test_keys_of_each_level(self):
        d = given(ln_eps=None, temperature=0.5)
        data = attention_to_dict(d.attention_layers, d.options, 7)
        repeated = {
            "nnei": 7, "embed_dim": 8, "hidden_dim": 5, "dotr": True, "do_mask": False, "scaling_factor": 1.0,
            "normalize": True, "temperature": 0.5, "trainable_ln": True, "ln_eps": 1e-5,
            "precision": "float64",
        }  # fmt: skip
        assert list(data) == ["@class", "@version", "layer_num", *repeated, "attention_layers"]
        assert (data["@class"], data["@version"], data["layer_num"]) == ("NeighborGatedAttention", 1, 2)
        assert {key: data[key] for key in repeated} == repeated
        for layer in data["attention_layers"]:
            assert {key: layer[key] for key in repeated} == repeated
            assert set(layer) - set(repeated) == {"attention_layer", "attn_layer_norm"}
            inner, norm = layer["attention_layer"], layer["attn_layer_norm"]
            assert (inner["num_heads"], inner["bias"], inner["smooth"]) == (1, True, False)
            assert (inner["in_proj"]["@variables"]["w"].shape, inner["out_proj"]["resnet"]) == (
                (8, 15),
                False,
            )
            assert (norm["@class"], norm["eps"], norm["trainable"]) == ("LayerNorm", 1e-5, True)

    def test_no_layer_is_an_empty_list(self):
        d = given(attn_layer=0)
        data = attention_to_dict((), d.options, 7)
        assert (data["layer_num"], data["attention_layers"]) == (0, [])
        assert attention_from_dict(data, d.options) == ()

    def test_settings_are_those_of_each_layer(self):
        d = given()
        one, two = d.attention_layers
        two = replace(two, settings=replace(two.settings, dotr=False, temperature=3.0))
        inner = [
            layer["attention_layer"]
            for layer in attention_to_dict((one, two), d.options, 7)["attention_layers"]
        ]
        assert [x["dotr"] for x in inner] == [True, False]
        assert [x["temperature"] for x in inner] == [None, 3.0]
        mixed = replace(d, attention_layers=(one, two))
        assert (
            differences(tree(refdp.deserialize(mixed.serialize()).attention_layers), tree((one, two))) == []
        )


class TestWhatCounts:
    """DeePMD-kit repeats each setting on three levels, and reads the innermost one."""

    @pytest.mark.parametrize(
        ("key", "value"),
        [("temperature", 3.0), ("normalize", False), ("attn_dotr", False), ("scaling_factor", 9.0),
         ("ln_eps", 0.5), ("attn_layer", 1), ("trainable_ln", False), ("attn", 9)],
    )  # fmt: skip
    def test_the_descriptors_copy_alone_changes_nothing(self, key, value):
        data = given().serialize()
        arguments = mixed_arguments(given(), SYSTEM)
        read = refdp.deserialize(changed(data, (key,), value))
        assert_same_bits(read.call(*arguments).descriptor, given().call(*arguments).descriptor)
        assert len(read.attention_layers) == 2

    @pytest.mark.parametrize("level", [("attention_layers",), LAYER], ids=["container", "layer"])
    def test_nor_do_the_copies_in_between(self, level):
        data = given().serialize()
        copies = {"temperature": 3.0, "normalize": False, "dotr": False, "do_mask": True, "ln_eps": 0.5}
        for key, value in (copies | {"scaling_factor": 9.0, "nnei": 99, "precision": "float32"}).items():
            data = changed(data, (*level, key), value)
        arguments = mixed_arguments(given(), SYSTEM)
        read = refdp.deserialize(data)
        assert_same_bits(read.call(*arguments).descriptor, given().call(*arguments).descriptor)

    @pytest.mark.parametrize(
        ("path", "value", "same"),
        [
            ((*INNER, "temperature"), 3.0, {"temperature": 3.0}),
            ((*INNER, "normalize"), False, {"normalize": False}),
            ((*INNER, "dotr"), False, {"attn_dotr": False}),
            ((*INNER, "scaling_factor"), 9.0, {"scaling_factor": 9.0}),
            ((*NORM, "eps"), 0.5, {"ln_eps": 0.5}),
        ],
    )
    def test_the_innermost_copy_does(self, path, value, same):
        (option,) = same
        data = given(attn_layer=1).serialize()
        read = refdp.deserialize(changed(data, path, value))
        expected = given(attn_layer=1, **same)
        arguments = mixed_arguments(expected, SYSTEM)
        out = read.call(*arguments).descriptor
        assert_same_bits(out, expected.call(*arguments).descriptor)
        assert np.abs(out - refdp.deserialize(data).call(*arguments).descriptor).max() > 1e-8
        # And it stays: what is written back has it in the same place, with the other copies as they were.
        assert differences(read.serialize(), changed(data, path, value)) == [], option

    def test_smooth_attention_is_the_layers_and_smooth_types_are_the_descriptors(self):
        data = given(attn_layer=1, tebd_input_mode="strip").serialize()
        arguments = mixed_arguments(given(), SYSTEM)
        outs = []
        for top in (False, True):
            for inner in (False, True):
                mixed = changed(changed(data, ("smooth_type_embedding",), top), (*INNER, "smooth"), inner)
                read = refdp.deserialize(mixed)
                assert (read.options.smooth, read.attention_layers[0].settings.smooth) == (top, inner)
                outs.append(read.call(*arguments).descriptor)
        assert all(np.abs(a - b).max() > 1e-8 for k, a in enumerate(outs) for b in outs[:k])

    def test_a_mask_of_the_layers_is_ignored_that_of_the_descriptor_is_not(self):
        data = given().serialize()
        read = refdp.deserialize(changed(data, (*INNER, "do_mask"), True))
        assert [layer.settings.do_mask for layer in read.attention_layers] == [False, False]
        read = refdp.deserialize(data | {"attn_mask": True})
        assert [layer.settings.do_mask for layer in read.attention_layers] == [True, True]


class TestMistakes:
    @pytest.mark.parametrize(
        ("path", "value", "said"),
        [
            (("attention_layers",), None, "`attention_layers`: expected a dictionary, got None"),
            (("attention_layers", "@version"), 2, "`attention_layers.@version`: expected 1 to 1, got 2"),
            (LAYER[:2], {}, "`attention_layers.attention_layers`: expected list, got {}"),
            (LAYER, 5, f"`{SAID}`: expected a dictionary, got 5"),
            (INNER, ..., f"`{SAID}.attention_layer`: missing"),
            (NORM, None, f"`{SAID}.attn_layer_norm`: expected Mapping, got None"),
            ((*NORM, "@version"), 2, f"`{SAID}.attn_layer_norm.@version`: expected 1 to 1"),
            ((*NORM, "@variables", "w"), np.zeros(3), f"`{SAID}.attn_layer_norm.w`: expected shape (8,)"),
            ((*NORM, "@variables", "b"), None, f"`{SAID}.attn_layer_norm.b`: expected ndarray, got None"),
            ((*NORM, "eps"), NAN, f"`{SAID}.attn_layer_norm.eps`: expected a finite number above 0, got nan"),
            ((*NORM, "eps"), -1e-5, f"`{SAID}.attn_layer_norm.eps`: expected a finite number above 0, got"),
            ((*NORM, "eps"), True, f"`{SAID}.attn_layer_norm.eps`: expected a finite number above 0, got"),
            ((*NORM, "eps"), 10**400, f"`{SAID}.attn_layer_norm.eps`: expected a finite number above 0, got"),
            ((*INNER, "dotr"), 1, f"`{CALLED}.dotr`: expected bool, got 1"),
            ((*INNER, "smooth"), ..., f"`{CALLED}.smooth`: missing"),
            ((*INNER, "temperature"), NAN, f"`{CALLED}.temperature`: expected a finite number, got nan"),
            ((*INNER, "temperature"), INF, f"`{CALLED}.temperature`: expected a finite number, got inf"),
            ((*INNER, "temperature"), "hot", f"`{CALLED}.temperature`: expected int or float, got 'hot'"),
            ((*INNER, "temperature"), -(10**400), f"`{CALLED}.temperature`: expected a finite number, got"),
            ((*INNER, "num_heads"), 2, f"`{CALLED}.num_heads`: expected 1: nothing else is defined, got 2"),
            ((*INNER, "num_heads"), True, f"`{CALLED}.num_heads`: expected 1: nothing else is defined, got"),
            ((*NORM, "trainable"), np.ones(2), f"`{SAID}.attn_layer_norm.trainable`: expected bool, got arr"),
            ((*INNER, "scaling_factor"), 0.0, f"`{CALLED}.scaling_factor`: expected a finite number above 0"),
            ((*INNER, "scaling_factor"), None, f"`{CALLED}.scaling_factor`: expected int or float, got None"),
            ((*INNER, "in_proj", "@variables", "w"), np.ones((7, 15)), f"`{CALLED}.in_proj.w`: expected"),
            ((*INNER, "out_proj", "@variables", "w"), np.ones((6, 8)), f"`{CALLED}.in_proj.w`: expected"),
            ((*INNER, "out_proj", "@version"), 3, f"`{CALLED}.out_proj.@version`: expected 1 to 2"),
        ],
    )  # fmt: skip
    def test_are_named(self, path, value, said):
        with pytest.raises(SerializationError, match=f"^{re.escape(said)}"):
            refdp.deserialize(changed(given().serialize(), path, value))

    def test_a_result_of_another_width(self):
        """Without a bias nothing else would notice, and one column would be added to all features."""
        data = changed(
            given().serialize(), (*INNER, "out_proj", "@variables"), {"w": np.zeros((5, 1)), "b": None}
        )
        with pytest.raises(
            SerializationError, match=r"out_proj.w`: expected shape \(5, 8\), .* got \(5, 1\)"
        ):
            refdp.deserialize(data)
