"""Random weights of descriptors with a type embedding: the recipe, and DeePMD-kit's bits."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import refdp
from refdp.elements import electron_configuration
from refdp.errors import InputError
from refdp.initialize import random_embedding_net, random_linear
from refdp.initialize_mixed import (
    random_attention,
    random_gain,
    random_single,
    random_type_embedding,
    type_inputs,
)
from tests.helpers import assert_same_bits, differences


def options(**changed):
    made = {
        "neuron": (2, 4), "activation_function": "gelu", "resnet_dt": False, "precision": "float64",
        "type_map": ("O", "H", "C"), "known_types": 3, "use_econf_tebd": False, "use_tebd_bias": True,
        "tebd_dim": 5, "lmax": 1, "attn": 3, "attn_layer": 2, "attn_dotr": False, "normalize": False,
        "smooth": True, "attn_mask": False, "scaling_factor": 2.0, "temperature": None, "epsilon": 0.25,
        "trainable_ln": False,
    }  # fmt: skip
    return SimpleNamespace(**made | changed)


class TestTypeInputs:
    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_one_hot_rows(self, precision):
        assert_same_bits(type_inputs(options(precision=precision)), np.eye(3, dtype=precision))

    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_electron_configurations_in_the_order_of_the_type_map(self, precision):
        found = type_inputs(options(use_econf_tebd=True, precision=precision))
        expected = electron_configuration(["O", "H", "C"])
        assert expected.shape == (3, 118)
        assert_same_bits(found, expected.astype(precision))

    def test_names_that_are_no_elements(self):
        assert type_inputs(options(type_map=("water", "ion"), known_types=2)).shape == (2, 2)
        with pytest.raises(InputError, match="`type_map`: expected chemical symbols"):
            type_inputs(options(type_map=("O", "ion"), use_econf_tebd=True))


class TestRandomTypeEmbedding:
    @pytest.mark.parametrize(("econf", "n_in"), [(False, 3), (True, 118)])
    def test_is_one_linear_layer_with_the_first_child_seed(self, econf, n_in):
        made = random_type_embedding(options(use_econf_tebd=econf), 7)
        (layer,) = made.net.layers
        expected = random_linear((n_in, 5), "float64", [0, 7])
        assert_same_bits(layer.w, expected.w)
        assert_same_bits(layer.b, expected.b)
        assert (layer.activation_function, layer.resnet, layer.idt) == ("Linear", True, None)
        assert_same_bits(made.inputs, type_inputs(options(use_econf_tebd=econf)))

    def test_without_bias_the_weights_stay(self):
        one, other = (random_type_embedding(options(use_tebd_bias=flag), 7) for flag in (True, False))
        assert other.net.layers[0].b is None
        assert_same_bits(one.net.layers[0].w, other.net.layers[0].w)

    @pytest.mark.parametrize("dt", [False, True])
    def test_has_no_time_step_whatever_the_nets_have(self, dt):
        made = random_type_embedding(options(resnet_dt=dt, tebd_dim=3), 7)
        assert made.net.layers[0].idt is None

    def test_precision(self):
        made = random_type_embedding(options(precision="float32"), 7)
        (layer,) = made.net.layers
        assert {x.dtype.name for x in (made.inputs, layer.w, layer.b)} == {"float32"}


class TestRandomSingle:
    def test_is_one_net_of_the_width_that_is_asked_for(self):
        made = random_single(6, options(), 7)
        assert (made.ndim, made.ntypes, len(made.networks)) == (0, 3, 1)
        expected = random_embedding_net(6, options(), 7)
        for layer, its in zip(made[()].layers, expected.layers, strict=True):
            assert_same_bits(layer.w, its.w)
            assert_same_bits(layer.b, its.b)
        assert made[()].in_dim == 6


class TestRandomAttention:
    def test_shapes_and_neutral_norms(self):
        layers = random_attention(options(), 7)
        assert len(layers) == 2
        for layer in layers:
            assert [x.w.shape for x in (layer.in_proj, layer.out_proj)] == [(4, 9), (3, 4)]
            assert [x.b.shape for x in (layer.in_proj, layer.out_proj)] == [(9,), (4,)]
            assert_same_bits(layer.norm.w, np.ones(4))
            assert_same_bits(layer.norm.b, np.zeros(4))
            assert not layer.in_proj.resnet

    def test_no_two_arrays_are_alike(self):
        layers = random_attention(options(attn=4, neuron=(2, 12)), 7)
        arrays = [x for layer in layers for p in (layer.in_proj, layer.out_proj) for x in (p.w, p.b)]
        firsts = {float(x.ravel()[0]) for x in arrays}
        assert len(firsts) == len(arrays)

    def test_seeds(self):
        for k, layer in enumerate(random_attention(options(), [7])):
            # Child k, its attention, and there the first and the second projection.
            assert_same_bits(layer.in_proj.w, random_linear((4, 9), "float64", [0, 0, k, 7]).w)
            assert_same_bits(layer.out_proj.w, random_linear((3, 4), "float64", [1, 0, k, 7]).w)

    def test_settings(self):
        for layer in random_attention(options(temperature=0.5), 7):
            s = layer.settings
            assert (s.dotr, s.normalize, s.smooth, s.do_mask) == (False, False, True, False)
            assert (s.scaling_factor, s.temperature) == (2.0, 0.5)
            assert (layer.norm.eps, layer.norm.trainable) == (0.25, False)

    def test_none_at_all(self):
        assert random_attention(options(attn_layer=0), 7) == ()

    def test_precision(self):
        (layer,) = random_attention(options(attn_layer=1, precision="float32"), 7)
        arrays = (layer.in_proj.w, layer.in_proj.b, layer.out_proj.w, layer.norm.w, layer.norm.b)
        assert {x.dtype.name for x in arrays} == {"float32"}


class TestRandomGain:
    @pytest.mark.parametrize("lmax", [2, 3, 4])
    def test_one_number_a_degree_of_deviation_a_tenth(self, lmax):
        expected = np.random.default_rng([3, 7]).normal(size=lmax - 1) * 0.1
        found = random_gain(options(lmax=lmax), [3, 7])
        assert found.shape == (lmax - 1,)
        np.testing.assert_allclose(found, expected, rtol=1e-15, atol=0.0)

    def test_none_where_there_are_no_degrees(self):
        assert random_gain(options(), 7) is None

    def test_precision(self):
        assert random_gain(options(lmax=3, precision="float32"), 7).dtype == np.float32


MODES = [("se_atten", "concat"), ("se_atten", "strip"), ("se_atten_v2", "strip")]


class TestAgainstDeepmd:
    @pytest.mark.parametrize(("name", "mode"), MODES)
    @pytest.mark.parametrize("lmax", [1, 2, 3, 4])
    @pytest.mark.parametrize("seed", [7, [3, 1], 0])
    def test_the_same_seed_gives_the_same_bits(self, name, mode, lmax, seed):
        theirs = pytest.importorskip("deepmd.dpmodel.descriptor")
        config = {
            "rcut": 4.0, "rcut_smth": 0.5, "sel": [7], "neuron": [2, 4], "axis_neuron": 2, "tebd_dim": 4,
            "attn": 5, "lmax": lmax, "seed": seed, "ntypes": 3, "type_map": ["O", "H", "C"],
            "precision": "float64", "attn_layer": lmax - 1, "type_one_side": lmax == 3,
            "resnet_dt": lmax > 2, "use_tebd_bias": lmax != 2, "use_econf_tebd": lmax == 4,
        }  # fmt: skip
        if name == "se_atten":
            config |= {"tebd_input_mode": mode, "smooth_type_embedding": True, "set_davg_zero": True}
        cls = theirs.DescrptDPA1 if name == "se_atten" else theirs.DescrptSeAttenV2
        mine, its = refdp.from_config({"type": name} | config).serialize(), cls(**config).serialize()
        assert mine["attention_layers"]["layer_num"] == lmax - 1
        # The order of keys is the writer's business, not that of random numbers.
        assert differences(by_key(mine), by_key(its)) == []


def by_key(data):
    """Sort all keys of a tree."""
    if isinstance(data, dict):
        return {key: by_key(data[key]) for key in sorted(data)}
    return [by_key(x) for x in data] if isinstance(data, list) else data
