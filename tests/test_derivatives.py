"""The pullback itself: constants, threads, and libraries that differentiate by themselves."""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from refdp.derivatives import pullback
from refdp.errors import UnsupportedError
from refdp.namespaces import array_namespace
from tests.gradients import C, X
from tests.helpers import assert_same_bits
from tests.libraries import Library


def function(x):
    xp = array_namespace(x)
    return xp.tanh(xp.matmul(x, xp.exp(-xp.matrix_transpose(x)))) / (xp.sum(x * x, axis=0)[:2] + 1.0)


class TestPullback:
    def test_value_and_gradients(self):
        y, back = pullback(function, X)
        assert_same_bits(y, function(X))
        one, other = np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[0.0, 2.0], [-1.0, 0.5]])
        # It may be walked back more than once, and is linear.
        first = back(one)
        np.testing.assert_allclose(back(one + other), first + back(other), rtol=1e-13)
        assert_same_bits(back(one), first)
        h = 1e-6
        along = np.array([[1.0, -1.0, 0.5], [2.0, 0.0, 1.0]])
        quotient = ((function(X + h * along) - function(X - h * along)) / (2 * h))[0, 0]
        assert abs(np.sum(first * along) - quotient) < 1e-9

    @pytest.mark.parametrize("constant", [lambda x: C, lambda x: C * 2.0 + 1.0], ids=["itself", "a result"])
    def test_a_function_that_does_not_look_has_no_gradient(self, constant):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            y, back = pullback(constant, X)
        assert_same_bits(y, constant(X))
        assert_same_bits(back(C), np.zeros_like(X))

    def test_a_function_that_looks_and_takes_nothing(self):
        y, back = pullback(lambda x: array_namespace(x).zeros_like(x) * x, X)
        assert_same_bits(back(np.ones_like(y)), np.zeros_like(X))

    def test_zeros_are_those_of_the_library(self):
        x = Library.STRICT.array(X.astype(np.float32))
        _, back = pullback(lambda _: x, x)
        assert Library.STRICT.numpy(back(x)).dtype == np.float32

    def test_the_identity(self):
        y, back = pullback(lambda x: x, X)
        assert y is X
        assert back(C) is C

    def test_threads_at_a_time_give_the_same_bits(self):
        def work(k):
            x = X * (1.0 + k / 64.0)
            y, back = pullback(lambda z: pullback(function, z)[1](np.ones((2, 2))), x)
            return y, back(np.resize(C, X.shape))

        alone = [work(k) for k in range(48)]
        switch = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(6) as pool:
                together = list(pool.map(work, range(48)))
        finally:
            sys.setswitchinterval(switch)
        for one, other in zip(alone, together, strict=True):
            assert_same_bits(one[0], other[0])
            assert_same_bits(one[1], other[1])

    def test_an_error_leaves_nothing_behind(self):
        before = pullback(function, X)[1](np.ones((2, 2)))
        with pytest.raises(UnsupportedError, match="`prod`"):
            pullback(lambda x: pullback(lambda y: array_namespace(y).prod(y), x)[0], X)
        assert_same_bits(pullback(function, X)[1](np.ones((2, 2))), before)

    def test_without_autograd(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "autograd.core", None)
        with pytest.raises(UnsupportedError, match=r"package autograd: `pip install 'refdp\[models\]'`"):
            pullback(function, X)

    def test_as_other_libraries_do_it_by_themselves(self, differentiable):
        g = np.array([[1.0, -2.0], [0.5, 3.0]])
        native = differentiable.gradient(lambda x: function(x) * differentiable.array(g), X)
        np.testing.assert_allclose(pullback(function, X)[1](g), native, rtol=1e-13)
