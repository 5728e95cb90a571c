"""Arrays on the tape: what they show of the array inside, and derivatives of derivatives."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from refdp.derivatives import pullback
from refdp.errors import UnsupportedError
from refdp.namespaces import array_namespace, detached
from refdp.namespaces.tape import TapeArray, leaf
from refdp.namespaces.tape_record import Leaf
from tests.gradients import C, X, gradient
from tests.libraries import Library


def seen(function, x=X):
    """Return what a function of an array on the tape returns."""
    caught = []
    pullback(lambda y: caught.append(function(y)) or y, x)
    return caught[0]


class TestTapeArray:
    def test_shows_the_array_inside(self):
        assert seen(lambda x: (x.shape, x.ndim, x.dtype, type(x))) == ((2, 3), 2, np.float64, TapeArray)
        np.testing.assert_array_equal(seen(lambda x: (x * C).detached), X * C, strict=True)
        strict = Library.STRICT_DEVICE.array(X)
        assert seen(lambda x: x.device, strict) == strict.device

    @pytest.mark.parametrize(
        "compare",
        [
            lambda x, c: x < c,
            lambda x, c: x <= c,
            lambda x, c: x > c,
            lambda x, c: x >= c,
            lambda x, c: x == c,
            lambda x, c: x != c,
            lambda x, c: c < x,
            lambda x, c: x < x[0, 0],
        ],
    )
    def test_comparisons_are_booleans_of_the_library(self, compare):
        found = seen(lambda x: compare(x, X[:, ::-1]))
        np.testing.assert_array_equal(found, compare(X, X[:, ::-1]), strict=True)

    def test_truth_is_that_of_the_number(self):
        assert seen(lambda x: bool(x[0, 0]))
        assert not seen(lambda x: bool(x[0, 0] * 0.0))
        with pytest.raises(ValueError, match="ambiguous"):
            seen(bool)

    def test_is_no_numpy_array(self):
        with pytest.raises(UnsupportedError, match=r"`numpy\.asarray`: has no rule"):
            seen(np.asarray)

    def test_cannot_be_written_to(self):
        def write(x):
            x[0, 0] = 1.0

        with pytest.raises(TypeError, match="item assignment"):
            seen(write)

    def test_detached_is_a_constant(self):
        _, found = gradient(lambda xp, x, c: x * detached(x))
        _, held = gradient(lambda xp, x, c: x * X)
        np.testing.assert_array_equal(found, held)
        assert detached(X) is X

    @pytest.mark.parametrize("scalar", [np.float64(2.0), np.int64(2), 2, True])
    @pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])
    def test_numbers_of_numpy_on_the_left(self, scalar, name):
        function = getattr(operator, name)
        found = seen(lambda x: function(scalar, x))
        assert type(found) is TapeArray
        np.testing.assert_array_equal(found.detached, function(scalar, X))


class TestLeaf:
    def test_array_and_namespace(self):
        made = leaf(X)
        assert type(made) is Leaf
        assert made.array is X
        assert made.xp is array_namespace(X)


def cubed(x):
    xp = array_namespace(x)
    return xp.sum(x * x * x * C + xp.exp(x) * x[:, ::-1])


def slope(function, x):
    y, back = pullback(function, x)
    return back(array_namespace(y).ones_like(y))


class TestNested:
    """A pullback inside a pullback: second derivatives."""

    def test_second_derivative(self):
        along = np.array([[1.0, -2.0, 0.5], [0.25, 1.0, -1.0]])
        y, back = pullback(lambda x: slope(cubed, x), X)
        np.testing.assert_array_equal(y, slope(cubed, X))
        exact = 6.0 * X * C * along + np.exp(X) * X[:, ::-1] * along
        exact += np.exp(X) * along[:, ::-1] + np.exp(X[:, ::-1]) * along[:, ::-1]
        np.testing.assert_allclose(back(along), exact, rtol=1e-14)

    def test_third_derivative(self):
        third = slope(lambda x: slope(lambda y: slope(lambda z: z**4, y), x), np.array([2.0, 3.0]))
        np.testing.assert_array_equal(third, [48.0, 72.0])

    def test_what_the_outer_tape_lends_to_the_inner_one(self):
        def inner(x):
            return slope(lambda y: y * x * x + x, np.array([5.0])) + slope(lambda y: y * y, x)

        np.testing.assert_array_equal(slope(inner, np.array([3.0])), [8.0])

    def test_an_inner_function_that_does_not_depend_on_its_argument(self):
        np.testing.assert_array_equal(
            slope(lambda x: slope(lambda y: x * 3.0, x) + 2.0 * x, np.array([3.0])), [2.0]
        )

    def test_gradients_on_the_tape_walk_back_through_constants(self):
        def function(x):
            def inner(y):
                xp = array_namespace(y)
                return xp.reshape(xp.matmul(y, xp.matrix_transpose(y)), (4,))

            return pullback(inner, X)[1](x)

        # Linear in x: the derivative of y y^T.
        x = np.array([1.0, -2.0, 0.5, 3.0])
        y, back = pullback(function, x)
        m = x.reshape(2, 2)
        np.testing.assert_allclose(y, (m + m.T) @ X, rtol=1e-15)
        g = np.resize(C, (2, 3))
        h = g @ X.T
        np.testing.assert_allclose(back(g), (h + h.T).reshape(-1), rtol=1e-15)

    def test_gather_scatter_and_joints(self):
        def function(x):
            xp = array_namespace(x)
            rows = xp.take(x, np.array([2, 0, 2]), axis=1)
            joined = xp.concat([rows * rows, xp.matmul(x, xp.matrix_transpose(x)), x[:, 1:2] ** 3], axis=-1)
            return xp.sum(xp.tanh(xp.where(joined > 1.0, joined, joined * joined)))

        for along in np.eye(6).reshape(6, 2, 3):
            h = 1e-5
            quotient = (slope(function, X + h * along) - slope(function, X - h * along)) / (2 * h)
            _, back = pullback(lambda x: slope(function, x), X)
            np.testing.assert_allclose(back(along), quotient, rtol=1e-8, atol=1e-8)

    @pytest.mark.parametrize("make", ["balls", "budgets"])
    def test_of_other_arrays(self, make):
        from refdp.namespaces import balls, budgets

        move = balls.to_balls if make == "balls" else budgets.to_budgets
        found = slope(lambda x: slope(lambda y: y * y * y, x), move(X))
        np.testing.assert_array_equal(found.__array_namespace__().midpoint(found), 6.0 * X)
