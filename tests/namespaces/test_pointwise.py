"""Element-wise functions: NumPy's values, wrapped even where only plain numbers come in."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import UndecidedError

X = np.array([0.125, 0.5, 1.0, 2.75, 9.0])
UNARY = [
    "sqrt",
    "exp",
    "expm1",
    "log",
    "log1p",
    "tanh",
    "sin",
    "cos",
    "square",
    "abs",
    "negative",
    "reciprocal",
]
BINARY = ["add", "subtract", "multiply", "divide", "maximum", "minimum"]


class TestUnary:
    @pytest.mark.parametrize("name", UNARY)
    def test_values(self, kind, name):
        result = kind.numpy(getattr(kind.namespace, name)(kind.array(X)))
        np.testing.assert_allclose(result, getattr(np, name)(X), rtol=4e-16)

    @pytest.mark.parametrize("name", UNARY)
    def test_keeps_a_zero_dimensional_array(self, kind, name):
        assert getattr(kind.namespace, name)(kind.array(2.0)).shape == ()

    @pytest.mark.parametrize("name", ["sqrt", "exp", "log", "tanh"])
    def test_plain_numbers_and_integers_are_wrapped(self, kind, name):
        for x in (4.0, 4, np.array([4]), np.array([4.0], np.float32)):
            result = getattr(kind.namespace, name)(x)
            np.testing.assert_allclose(
                kind.numpy(result), getattr(np, name)(np.asarray(x, float)), rtol=4e-16
            )

    @pytest.mark.parametrize("name", ["square", "abs", "negative"])
    def test_functions_of_integers_stay_plain(self, kind, name):
        x = np.array([3, -4])
        np.testing.assert_array_equal(getattr(kind.namespace, name)(x), getattr(np, name)(x), strict=True)

    def test_positive(self, kind):
        np.testing.assert_array_equal(kind.numpy(kind.namespace.positive(kind.array(X))), X)


class TestBinary:
    @pytest.mark.parametrize("name", BINARY)
    def test_values(self, kind, name):
        y = X[::-1] - 2.0
        result = getattr(kind.namespace, name)(kind.array(X), kind.array(y))
        np.testing.assert_allclose(kind.numpy(result), getattr(np, name)(X, y), rtol=3e-16)

    def test_integers_stay_plain_but_divide_exactly(self, kind):
        xp = kind.namespace
        np.testing.assert_array_equal(xp.maximum(np.array([1, 5]), 3), np.array([3, 5]), strict=True)
        np.testing.assert_allclose(kind.numpy(xp.divide(np.array([1, 5]), 2)), [0.5, 2.5])

    @pytest.mark.parametrize("zero", [0.0, 0, "wrapped"])
    def test_division_by_an_exact_zero_is_refused(self, kind, zero):
        zero = kind.array([1.0, 0.0, 1.0, 1.0, 1.0]) if zero == "wrapped" else zero
        with pytest.raises(UndecidedError, match="divide"):
            kind.array(X) / zero


class TestClip:
    @pytest.mark.parametrize(("low", "high"), [(0.5, 3.0), (None, 1.0), (1.0, None), (1, 2), (None, None)])
    def test_values(self, kind, low, high):
        result = kind.namespace.clip(kind.array(X), low, high)
        np.testing.assert_array_equal(kind.numpy(result), X if low is high is None else np.clip(X, low, high))

    def test_clamped_elements_are_exact(self, kind):
        xp = kind.namespace
        rough = xp.exp(kind.array([-1.0, 3.0]))
        assert xp.equal(xp.clip(rough, 1.0, 2.0), np.array([1.0, 2.0])).all()


class TestPow:
    @pytest.mark.parametrize("n", [-2, -1, 0, 1, 2, 3, 4, 7, np.int64(3), 2.0])
    def test_whole_powers_of_either_sign(self, kind, n):
        x = np.concatenate([X, -X])
        np.testing.assert_allclose(kind.numpy(kind.namespace.pow(kind.array(x), n)), x**n, rtol=8e-16)

    def test_whole_powers_of_zero(self, kind):
        xp = kind.namespace
        for n, power in ((0, 1.0), (1, 0.0), (3, 0.0)):
            assert xp.equal(xp.pow(kind.array(0.0), n), power)
        with pytest.raises(UndecidedError, match="divide"):
            xp.pow(kind.array(0.0), -1)

    @pytest.mark.parametrize("exponent", [0.5, -1.75, "array"])
    def test_other_powers_of_positive_numbers(self, kind, exponent):
        exponent = X - 1.3 if exponent == "array" else exponent
        np.testing.assert_allclose(
            kind.numpy(kind.namespace.pow(kind.array(X), exponent)), X**exponent, rtol=4e-15
        )

    def test_other_powers_of_negative_numbers_are_refused(self, kind):
        with pytest.raises(UndecidedError, match="log"):
            kind.namespace.pow(kind.array(-2.0), 0.5)

    def test_integers_stay_plain(self, kind):
        np.testing.assert_array_equal(kind.namespace.pow(np.array([2, 3]), 3), np.array([8, 27]), strict=True)
