"""Random weights of fitting nets: their recipe, written a second time."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.initialize import random_layer
from refdp.initialize_fitting import (
    neutral_parameters,
    neutral_scale,
    random_fitting_net,
    random_fitting_nets,
    zeros,
)
from refdp.models.fitting_options import FittingOptions
from tests.helpers import assert_same_bits


def options(**changes):
    return FittingOptions(**({"neuron": (5, 10), "seed": 7} | changes))


class TestRandomFittingNet:
    def test_each_layer_has_its_child_seed(self):
        net = random_fitting_net(5, 3, options(), [0, 7])
        for k, (n_in, n_out) in enumerate([(5, 5), (5, 10)]):
            layer = random_layer(n_in, n_out, options(), [k, 0, 7])
            assert_same_bits(net.layers[k].w, layer.w)
            assert_same_bits(net.layers[k].b, layer.b)
            assert_same_bits(net.layers[k].idt, layer.idt)
            assert net.layers[k].resnet

    def test_the_last_layer_is_linear(self):
        last = random_fitting_net(5, 3, options(), [0, 7]).layers[-1]
        rng = np.random.default_rng([2, 0, 7])
        assert_same_bits(last.w, rng.normal(0.0, 1.0 / np.sqrt(13.0), (10, 3)))
        assert_same_bits(last.b, rng.normal(0.0, 1.0, 3))
        assert (last.idt, last.activation_function, last.resnet) == (None, "none", False)

    def test_no_seed_never_repeats(self):
        one, other = (random_fitting_net(5, 1, options(), None) for _ in range(2))
        assert not np.array_equal(one.layers[0].w, other.layers[0].w)


class TestRandomFittingNets:
    def test_each_type_has_its_child_seed(self):
        nets = random_fitting_nets(3, (5, 1), options(), mixed_types=False)
        assert (nets.ndim, len(nets.networks)) == (1, 3)
        for t in range(3):
            assert_same_bits(nets[t,].layers[0].w, random_fitting_net(5, 1, options(), [t, 7]).layers[0].w)

    def test_one_for_all_is_the_first(self):
        nets = random_fitting_nets(3, (5, 1), options(), mixed_types=True)
        assert (nets.ndim, nets.ntypes, len(nets.networks)) == (0, 3, 1)
        assert_same_bits(nets[()].layers[0].w, random_fitting_net(5, 1, options(), [0, 7]).layers[0].w)


class TestNeutralParameters:
    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_zero_and_one(self, precision):
        wanted = options(numb_fparam=1, numb_aparam=2, dim_case_embd=3, precision=precision)
        found = neutral_parameters(wanted)
        expected = {
            "fparam_avg": [0.0],
            "fparam_inv_std": [1.0],
            "aparam_avg": [0.0, 0.0],
            "aparam_inv_std": [1.0, 1.0],
            "case_embd": [0.0, 0.0, 0.0],
        }
        assert list(found) == list(expected)
        for name, x in found.items():
            assert_same_bits(x, np.array(expected[name], precision))

    def test_nothing_wanted(self):
        assert neutral_parameters(options()) == {}


class TestNeutralScale:
    @pytest.mark.parametrize(("scale", "expected"), [(2.0, [2.0, 2.0]), ((1.0, 3.0), [1.0, 3.0])])
    def test_of_each_type(self, scale, expected):
        found = neutral_scale(scale, 2)
        assert_same_bits(found["scale"], np.array(expected))
        assert_same_bits(found["constant_matrix"], np.zeros(2))


class TestZeros:
    def test_are_float64(self):
        assert_same_bits(zeros(2, 3), np.zeros((2, 3), np.float64))
