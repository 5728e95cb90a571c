"""Random weights: their recipe, written a second time, and what a seed means."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from refdp.initialize import (
    child_seed,
    neutral_statistics,
    random_collection,
    random_embedding_net,
    random_layer,
)
from tests.helpers import assert_same_bits


def options(neuron=(2, 4), resnet_dt=False, precision="float64"):
    return SimpleNamespace(
        neuron=neuron, activation_function="gelu", resnet_dt=resnet_dt, precision=precision
    )


def weights(tree):
    return [x for layer in tree.layers for x in (layer.w, layer.b, layer.idt) if x is not None]


class TestChildSeed:
    @pytest.mark.parametrize(
        ("seed", "child"),
        [(None, None), (7, [3, 7]), (0, [3, 0]), ([5, 6], [3, 5, 6]), ((5,), [3, 5]), ([], [3])],
    )
    def test_is_put_in_front(self, seed, child):
        assert child_seed(seed, 3) == child


class TestRandomLayer:
    def test_recipe(self):
        layer = random_layer(2, 4, options(resnet_dt=True), [5, 1])
        rng = np.random.default_rng([5, 1])
        assert_same_bits(layer.w, rng.normal(0.0, 1.0 / np.sqrt(6.0), (2, 4)))
        assert_same_bits(layer.b, rng.normal(0.0, 1.0, 4))
        assert_same_bits(layer.idt, rng.normal(0.1, 0.001, 4))
        assert (layer.activation_function, layer.resnet) == ("gelu", True)

    @pytest.mark.parametrize(("n_in", "n_out"), [(n, m) for n in (1, 2, 3) for m in range(1, 7)])
    def test_time_step_where_the_widths_allow_a_skip(self, n_in, n_out):
        layer = random_layer(n_in, n_out, options(resnet_dt=True), 1)
        assert (layer.idt is not None) == (n_out in (n_in, 2 * n_in))
        assert random_layer(n_in, n_out, options(), 1).idt is None

    def test_precision_rounds_the_same_numbers(self):
        single, double = random_layer(2, 2, options(precision="float32"), 3), random_layer(2, 2, options(), 3)
        assert_same_bits(single.w, double.w.astype(np.float32))
        assert_same_bits(single.b, double.b.astype(np.float32))

    def test_spread(self):
        # 40,000 and 400 draws: the estimates of the width are off by 0.35 % and 3.5 % a standard deviation.
        layer = random_layer(100, 400, options(resnet_dt=False), 0)
        assert layer.w.std() * np.sqrt(500.0) == pytest.approx(1.0, abs=0.02)
        assert layer.b.std() == pytest.approx(1.0, abs=0.2)


class TestRandomEmbeddingNet:
    def test_each_layer_has_its_child_seed(self):
        net = random_embedding_net(1, options((3, 5)), 7)
        assert_same_bits(net.layers[0].w, random_layer(1, 3, options(), [0, 7]).w)
        assert_same_bits(net.layers[1].w, random_layer(3, 5, options(), [1, 7]).w)

    def test_a_seed_repeats_and_another_does_not(self):
        one, same, other = (random_embedding_net(1, options(), seed) for seed in (3, 3, 4))
        assert all(np.array_equal(x, y) for x, y in zip(weights(one), weights(same), strict=True))
        assert not any(np.array_equal(x, y) for x, y in zip(weights(one), weights(other), strict=True))

    def test_no_seed_never_repeats(self):
        one, other = (random_embedding_net(1, options(), None) for _ in range(2))
        assert not np.array_equal(one.layers[0].w, other.layers[0].w)


class TestRandomCollection:
    def test_is_seeded_last_type_fastest_but_stored_first_fastest(self):
        nets = random_collection(2, 2, options(), 9)
        for n, key in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
            assert_same_bits(nets[key].layers[0].w, random_embedding_net(1, options(), [n, 9]).layers[0].w)
        assert nets.networks[1] is nets[1, 0]

    @pytest.mark.parametrize(("ndim", "count"), [(0, 1), (1, 3), (2, 9)])
    def test_all_nets_differ(self, ndim, count):
        nets = random_collection(ndim, 3, options(), 9).networks
        assert len({net.layers[0].w.tobytes() for net in nets}) == count


class TestNeutralStatistics:
    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_zero_and_one_in_shape(self, precision):
        davg, dstd = neutral_statistics((3, 2), 4, precision)
        assert_same_bits(davg, np.zeros((2, 5, 4), precision))
        assert_same_bits(dstd, np.ones((2, 5, 4), precision))
