"""Sums, extrema and products of matrices, along any axes."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError

RNG = np.random.default_rng(7)
X = RNG.integers(-64, 64, (2, 3, 4)) / 8.0
AXES = [None, 0, 1, -1, (0, 2), (2, 0), ()]


class TestReductions:
    @pytest.mark.parametrize("keepdims", [False, True])
    @pytest.mark.parametrize("axis", AXES, ids=str)
    @pytest.mark.parametrize("name", ["sum", "max", "min", "mean"])
    def test_values_and_shape(self, kind, name, axis, keepdims):
        result = getattr(kind.namespace, name)(kind.array(X), axis=axis, keepdims=keepdims)
        truth = getattr(np, name)(X, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(kind.numpy(result), truth, rtol=3e-16)
        assert result.shape == np.shape(truth)

    @pytest.mark.parametrize("name", ["sum", "max", "min"])
    def test_integers_are_numpys(self, kind, name):
        x = X.astype(np.int64)
        np.testing.assert_array_equal(getattr(kind.namespace, name)(x, axis=1), getattr(np, name)(x, axis=1))

    def test_the_mean_of_integers_is_real(self, kind):
        np.testing.assert_allclose(kind.numpy(kind.namespace.mean(np.array([1, 2]))), 1.5)

    def test_an_empty_sum_is_an_exact_zero_to_compute_with(self, kind):
        xp = kind.namespace
        total = xp.sum(kind.array(np.zeros((2, 0))), axis=-1)
        assert total.shape == (2,)
        assert xp.equal(xp.tanh(total), 0.0).all()

    @pytest.mark.parametrize("name", ["max", "min"])
    def test_there_is_no_extremum_of_nothing(self, kind, name):
        with pytest.raises(InputError, match=f"at least one element to take the {name} of"):
            getattr(kind.namespace, name)(kind.array(np.zeros((2, 0))), axis=1)

    def test_an_axis_that_is_not_there_is_refused(self, kind):
        with pytest.raises(InputError, match="`axis`: expected axes of an array of rank 3"):
            kind.namespace.sum(kind.array(X), axis=3)


class TestMatmul:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ((3, 4), (4, 5)),
            ((4,), (4, 5)),
            ((3, 4), (4,)),
            ((4,), (4,)),
            ((2, 3, 4), (4, 5)),
            ((6, 1, 3, 4), (2, 4, 1)),
        ],
    )
    def test_values_and_shape(self, kind, left, right):
        a, b = RNG.integers(-9, 9, left), RNG.integers(-9, 9, right)
        product = kind.namespace.matmul(kind.array(a), kind.array(b))
        np.testing.assert_array_equal(kind.numpy(product), a @ b)
        np.testing.assert_array_equal(
            kind.numpy(kind.namespace.matmul(a.astype(float), kind.array(b))), a @ b
        )

    def test_integers_are_numpys(self, kind):
        a = np.arange(4).reshape(2, 2)
        np.testing.assert_array_equal(kind.namespace.matmul(a, a), a @ a, strict=True)


class TestVecdot:
    def test_values(self, kind):
        np.testing.assert_array_equal(kind.numpy(kind.namespace.vecdot(kind.array(X), X)), (X * X).sum(-1))


class TestBooleans:
    @pytest.mark.parametrize("name", ["any", "all", "count_nonzero"])
    def test_are_numpys_and_nothing_else_is_taken(self, kind, name):
        mask = X > 0
        np.testing.assert_array_equal(
            getattr(kind.namespace, name)(mask, axis=1), getattr(np, name)(mask, axis=1)
        )
        with pytest.raises(TypeError, match=f"{name} takes booleans"):
            getattr(kind.namespace, name)(kind.array(X))
