"""Layer normalization against its formula in rational arithmetic, and where features do not differ."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from refdp.namespaces import map_arrays
from refdp.nn.layer_norm import LayerNorm
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.numerics import assert_certified, curvature

RNG = np.random.default_rng(2)
X = RNG.normal(size=(2, 3, 5))


def norm(library=None, ng=5, dtype="float64", **options):
    rng = np.random.default_rng(ng)
    made = LayerNorm(*rng.normal(size=(2, ng)).astype(dtype), **options)
    return made if library is None else map_arrays(made, library.array)


def exact(made, row):
    """The formula without rounding, up to the square root."""
    row = [Fraction(x) for x in row]
    mean = sum(row) / len(row)
    variance = sum((x - mean) ** 2 for x in row) / len(row)
    width = sqrt(variance + Fraction(made.eps))
    return [float(x - mean) / width * w + b for x, w, b in zip(row, made.w, made.b, strict=True)]


class TestLayerNorm:
    @pytest.mark.parametrize("eps", [1e-5, 1e-3, 2.0])
    def test_values(self, library, eps):
        y = library.numpy(norm(library, eps=eps)(library.array(X)))
        expected = np.array([[exact(norm(eps=eps), row) for row in rows] for rows in X])
        assert_within(y, expected, 16 * EPS * (1.0 + np.abs(expected)))

    def test_by_hand(self, library):
        # Mean 2, variance 5, and 5 + 4 has a root.
        made = map_arrays(LayerNorm(np.array([3.0, 6.0, 1.5, 0.0]), np.arange(4.0), eps=4.0), library.array)
        y = library.numpy(made(library.array([-1.0, 1.0, 3.0, 5.0])))
        np.testing.assert_array_equal(y, [-3.0, -1.0, 2.5, 3.0])

    def test_epsilon_is_small_unless_said(self):
        assert norm().eps == 1e-5
        assert norm().trainable

    def test_equal_features_become_the_shift(self, library):
        y = library.numpy(norm(library)(library.array(np.full((2, 5), 0.75))))
        np.testing.assert_array_equal(y, np.tile(norm().b, (2, 1)))

    def test_a_shift_of_all_features_is_forgotten(self):
        assert_within(norm()(X + 8.0), norm()(X), 256 * EPS)

    def test_within_the_budget(self):
        assert_certified(lambda made, x: made(x), norm(), X)

    def test_derivatives_are_finite_where_features_do_not_differ(self, differentiable):
        made, x = norm(differentiable), np.full((1, 5), 0.75)
        # The Jacobian there is (1 - 1/5) / sqrt(eps).
        w = norm().w
        gradient = differentiable.gradient(made, x)
        assert_within(gradient, [(w - np.mean(w)) / sqrt(1e-5)], 1e4 * EPS)
        assert np.isfinite(curvature(differentiable, made, x)).all()

    @pytest.mark.parametrize("shape", [(5,), (0, 5), (2, 0, 5), (2, 3, 1, 5)])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_keeps_shape_and_dtype(self, library, shape, dtype):
        y = library.numpy(norm(library, dtype=dtype)(library.array(np.ones(shape, dtype))))
        assert y.shape == shape
        assert y.dtype == dtype

    def test_strides_do_not_matter_and_nothing_is_touched(self):
        x = np.asfortranarray(X)
        assert_within(norm()(x), norm()(X), 16 * EPS)
        assert_same_bits(np.ascontiguousarray(x), X)
