from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.case import Case
from parity.systems import load
from parity.weights import descriptor_of, random_statistics, unlike_initial
from refdp.config import from_config

CONFIG = {"rcut": 3.3, "rcut_smth": 0.5, "sel": [16, 16], "neuron": [2, 4], "axis_neuron": 2}
CASE = Case(name="x", family="se_e2_a", system="virtual", config=CONFIG, statistics="random", seed=3)
ATTENTION = {"rcut": 3.1, "sel": 12, "neuron": [5], "attn": 4, "axis_neuron": 2, "lmax": 3}


def _attention(**changes):
    case = Case(name="x", family="se_atten", system="mixture", config=ATTENTION, **changes)
    return descriptor_of(case, load("mixture"))


class TestDescriptorOf:
    @pytest.mark.parametrize("statistics", ["data", "random", "small"])
    def test_statistics(self, statistics):
        case = msgspec.structs.replace(CASE, statistics=statistics)
        dstd = descriptor_of(case, load("virtual")).dstd
        spread = np.ptp(dstd[0, :, 0])
        assert (spread > 0.5) == (statistics == "random")
        if statistics == "small":
            data = descriptor_of(msgspec.structs.replace(CASE, statistics="data"), load("virtual"))
            assert np.array_equal(100 * dstd, 100 * (data.dstd / 100))

    def test_zero_weights(self):
        case = msgspec.structs.replace(CASE, weights="zero")
        nets = descriptor_of(case, load("virtual")).embeddings.networks
        assert all(not layer.w.any() and not layer.b.any() for net in nets for layer in net.layers)

    def test_mute_attention(self):
        for layer in _attention(weights="mute").attention_layers:
            assert not layer.in_proj.w.any()
            assert not layer.in_proj.b.any()
            assert layer.out_proj.w.all()

    def test_children_differ(self):
        config = {"list": [CONFIG | {"type": "se_e2_a"}, CONFIG | {"type": "se_e2_a"}]}
        case = msgspec.structs.replace(CASE, family="hybrid", config=config)
        one, other = descriptor_of(case, load("virtual")).children
        assert not np.any(one.davg == other.davg)
        assert not np.any(one.embeddings.networks[0].layers[0].w == other.embeddings.networks[0].layers[0].w)

    def test_what_has_no_statistics(self):
        config = {"sel": [4, 4, 4], "neuron": [2, 4], "axis_neuron": 2}
        case = msgspec.structs.replace(CASE, family="se_a_mask", system="cluster", config=config)
        assert not hasattr(descriptor_of(case, load("cluster")), "davg")


class TestRandomStatistics:
    def test_every_slot_and_column_has_its_own(self):
        d = random_statistics(from_config({"type": "se_e2_a"} | CONFIG), (1,))
        assert len(np.unique(d.davg)) == d.davg.size == 2 * 32 * 4
        assert len(np.unique(d.dstd)) == d.dstd.size
        assert 0.1 <= d.dstd.min() < 0.12
        assert 1.8 < d.dstd.max() <= 2.0

    def test_set_davg_zero(self):
        d = random_statistics(from_config({"type": "se_e2_a", "set_davg_zero": True} | CONFIG), (1,))
        assert not d.davg.any()

    def test_keeps_the_precision(self):
        d = random_statistics(from_config({"type": "se_e2_a", "precision": "float32"} | CONFIG), (1,))
        assert d.davg.dtype == d.dstd.dtype == np.float32


class TestUnlikeInitial:
    def test_norms_and_gains_of_every_layer(self):
        d = _attention()
        one, other = (layer.norm for layer in d.attention_layers)
        numbers = np.concatenate([one.w, one.b, other.w, other.b, d.degree_gain_raw])
        assert len(np.unique(numbers)) == 4 * 5 + 2
        assert min(one.w.min(), other.w.min(), d.degree_gain_raw.min()) >= 0.5
        assert np.ptp(one.b) > 0.5

    def test_keeps_the_precision_and_what_has_neither(self):
        d = from_config({"type": "se_atten", "precision": "float32"} | ATTENTION, type_map=["O", "H"])
        assert unlike_initial(d, (1,)).attention_layers[0].norm.w.dtype == np.float32
        plain = from_config({"type": "se_e2_a"} | CONFIG)
        assert unlike_initial(plain, (1,)) is plain
