"""The embedding net is its layers, one after another."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from tests.helpers import EPS, assert_within

WIDTHS = [(1,), (2,), (3,), (1, 1), (2, 4, 8), (4, 4, 5), (3, 6, 6), (5, 2), (2, 2, 3, 6)]


def net(widths, library=None, in_dim=1, dtype="float64"):
    """Random layers with all their parts."""
    rng, layers = np.random.default_rng(sum(widths)), []
    for a, b in zip((in_dim, *widths), widths, strict=False):
        arrays = [rng.normal(size=shape).astype(dtype) for shape in [(a, b), b, b]]
        layers.append(Layer(*(library.array(x) if library else x for x in arrays), "tanh", resnet=True))
    return EmbeddingNet(tuple(layers))


def by_hand(made, x):
    """The formula, with the residual rule written out: same width, or twice."""
    for layer in made.layers:
        y = np.tanh(x @ layer.w + layer.b) * layer.idt
        repeats, rest = divmod(y.shape[-1], x.shape[-1])
        x = y + np.tile(x, repeats) if rest == 0 and repeats in (1, 2) else y
    return x


class TestEmbeddingNet:
    @pytest.mark.parametrize("widths", WIDTHS, ids=str)
    def test_values(self, library, widths):
        x = np.linspace(-2.0, 3.0, 12).reshape(2, 3, 2, 1)
        y = library.numpy(net(widths, library)(library.array(x)))
        # Each layer has a handful of roundings; weights of size 1 let an error grow by the width at most.
        growth = float(
            np.prod([max(1.0, np.abs(layer.w).sum(axis=0).max()) + 1.0 for layer in net(widths).layers])
        )
        assert_within(y, by_hand(net(widths), x), 8 * EPS * growth * 3.0)

    @pytest.mark.parametrize("first", [1, 2])
    def test_a_scalar_input_is_skipped_past_a_first_layer_of_width_one_or_two(self, first):
        silent = EmbeddingNet((Layer(np.zeros((1, first)), resnet=True),))
        np.testing.assert_array_equal(
            silent(np.array([[0.75], [-3.0]])), np.repeat([[0.75], [-3.0]], first, axis=1)
        )

    def test_a_wider_first_layer_has_no_skip(self):
        np.testing.assert_array_equal(
            EmbeddingNet((Layer(np.zeros((1, 3)), resnet=True),))(np.ones((2, 1))), np.zeros((2, 3))
        )

    def test_rows_do_not_see_each_other(self):
        made, x = net((2, 4)), np.linspace(-1.0, 1.0, 7)[:, None]
        alone = np.concatenate([made(row[None]) for row in x])
        assert_within(made(x), alone, 32 * EPS)

    @pytest.mark.parametrize("shape", [(0, 1), (2, 0, 1), (1,), (1, 2, 3, 1)])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_shapes(self, library, shape, dtype):
        y = library.numpy(net((2, 4), library, dtype=dtype)(library.array(np.ones(shape, dtype))))
        assert y.shape == (*shape[:-1], 4)
        assert y.dtype == dtype

    def test_knows_its_widths(self):
        made = net((2, 4, 5), in_dim=3)
        assert (made.in_dim, made.neuron) == (3, (2, 4, 5))

    def test_gradient_is_finite_far_out(self, differentiable):
        made = net((2, 4), differentiable)
        gradient = differentiable.gradient(made, np.array([[-1e6], [0.0], [1e6]]))
        assert np.isfinite(gradient).all()
        # Saturated layers leave what the skip connections carry: each input reaches four features.
        np.testing.assert_array_equal(gradient[[0, 2]], [[4.0], [4.0]])
