"""The fitting net is its hidden layers, the first one with a skip connection too, then a linear one."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.nn.fitting_net import FittingNet
from refdp.nn.layer import Layer
from tests.helpers import EPS, assert_within

WIDTHS = [(), (3,), (5, 5), (10, 10), (10, 20), (6, 7, 7)]


def net(widths, library=None, in_dim=5, out_dim=2):
    """Random layers with all their parts, in a library."""
    rng, layers = np.random.default_rng(sum(widths)), []
    for n_in, n_out in zip((in_dim, *widths), (*widths, out_dim), strict=True):
        linear = len(layers) == len(widths)
        shapes = [(n_in, n_out), n_out] + ([] if linear else [n_out])
        arrays = [rng.normal(size=shape) / np.sqrt(n_in) for shape in shapes]
        parts = [library.array(x) if library else x for x in arrays]
        name = "none" if linear else "tanh"
        layers.append(Layer(*parts, activation_function=name, resnet=not linear))
    return FittingNet(tuple(layers))


def by_hand(made, x):
    """The formula, with the skip of every hidden layer written out: same width, or twice."""
    for layer in made.layers[:-1]:
        y = np.tanh(x @ layer.w + layer.b) * layer.idt
        repeats, rest = divmod(y.shape[-1], x.shape[-1])
        x = y + np.tile(x, repeats) if rest == 0 and repeats in (1, 2) else y
    return x @ made.layers[-1].w + made.layers[-1].b


class TestFittingNet:
    @pytest.mark.parametrize("widths", WIDTHS, ids=str)
    def test_values(self, library, widths):
        x = np.linspace(-2.0, 3.0, 30).reshape(2, 3, 5)
        y = library.numpy(net(widths, library)(library.array(x)))
        expected = by_hand(net(widths), x)
        assert_within(y, expected, 128 * EPS * np.abs(expected).max())

    def test_knows_its_widths(self):
        made = net((4, 6), in_dim=7, out_dim=3)
        assert (made.in_dim, made.neuron, made.out_dim) == (7, (4, 6), 3)

    @pytest.mark.parametrize("shape", [(0, 5), (5,), (2, 0, 5), (1, 2, 3, 5)])
    def test_shapes(self, shape):
        assert net((5, 5))(np.ones(shape)).shape == (*shape[:-1], 2)

    def test_an_output_as_wide_as_the_last_layer_has_no_skip(self):
        silent = FittingNet(
            (Layer(np.zeros((2, 2)), resnet=True), Layer(np.zeros((2, 2)), None, None, "none"))
        )
        np.testing.assert_array_equal(silent(np.ones((3, 2))), np.zeros((3, 2)))
