"""Expansions of nets: the net and its slope to rounding, or none at all."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import chebyshev

from refdp.derivatives import pullback
from refdp.expansion import expand, summed
from refdp.initialize import random_embedding_net


class Options:
    neuron = (5, 10, 20)
    activation_function = "tanh"
    resnet_dt = False
    precision = "float64"


class Kinked(Options):
    activation_function = "relu"


LOW, HIGH = -0.4, 6.0
U = 2.0**-53


@pytest.fixture
def net():
    """A smooth net of one variable."""
    return random_embedding_net(1, Options(), 3)


class TestExpand:
    def test_values_and_slopes_are_those_of_the_net(self, net):
        found = expand(net, LOW, HIGH)
        x = np.linspace(LOW, HIGH, 97)
        basis = chebyshev.chebvander(found.scaled(x), found.coefficients.shape[0] - 1)
        values = net(x[:, None])
        assert np.abs(basis @ found.coefficients - values).max() < 16 * U * np.abs(values).max()
        _, back = pullback(net, x[:, None])
        for k in range(values.shape[1]):
            slope = back(np.eye(values.shape[1])[k] * np.ones((97, 1)))[:, 0]
            assert np.abs(basis @ found.slopes[:, k] - slope).max() < 64 * U

    def test_a_kink_has_none(self):
        assert expand(random_embedding_net(1, Kinked(), 3), LOW, HIGH) is None

    def test_a_long_interval_has_none(self, net):
        assert expand(net, -1e5, 1e5) is None


class TestSummed:
    @pytest.fixture
    def arrays(self):
        rng = np.random.default_rng(0)
        return rng.uniform(LOW, HIGH, (3, 7)), rng.normal(size=(3, 7, 4)), rng.normal(size=(3, 4, 20))

    def test_is_the_sum_over_neighbours(self, net, arrays):
        x, rows, _ = arrays
        expected = np.swapaxes(rows, 1, 2) @ net(x[..., None])
        assert (
            np.abs(summed(expand(net, LOW, HIGH), x, rows) - expected).max() < 64 * U * np.abs(expected).max()
        )

    def test_gradients_are_those_of_the_net(self, net, arrays):
        x, rows, g = arrays
        found = expand(net, LOW, HIGH)
        value, back = pullback(lambda v: summed(found, v, rows), x)
        exact, exactly = pullback(lambda v: np.swapaxes(rows, 1, 2) @ net(v[..., None]), x)
        assert np.abs(value - exact).max() < 64 * U * np.abs(exact).max()
        assert np.abs(back(g) - exactly(g)).max() < 256 * U * np.abs(exactly(g)).max()

    def test_the_gradient_of_the_rows(self, net, arrays):
        x, rows, g = arrays
        _, back = pullback(lambda v: summed(expand(net, LOW, HIGH), x, v), rows)
        expected = net(x[..., None]) @ np.swapaxes(g, 1, 2)
        assert np.abs(back(g) - expected).max() < 64 * U * np.abs(expected).max()
