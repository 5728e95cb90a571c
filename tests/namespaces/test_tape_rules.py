"""Each rule against the difference quotient of its function on balls, for arrays of several libraries."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.derivatives import pullback
from refdp.errors import UnsupportedError
from tests.gradients import C, G, X, gradient, quotient
from tests.helpers import assert_within
from tests.libraries import Library

TABLE = np.array([2, 0, 2, 1, 2])
CHOICE = np.array([[True, False, True], [False, False, True]])
FUNCTIONS = {
    "+": lambda xp, x, c: x + c,
    "+ twice": lambda xp, x, c: x + x,
    "+ to the right": lambda xp, x, c: c + x,
    "+ of numbers": lambda xp, x, c: 1.5 + x + 2,
    "-": lambda xp, x, c: x - c,
    "- to the right": lambda xp, x, c: c - x,
    "- of numbers": lambda xp, x, c: 1.5 - x - 2,
    "*": lambda xp, x, c: x * c,
    "* twice": lambda xp, x, c: x * x,
    "* to the right": lambda xp, x, c: c * x,
    "* of numbers": lambda xp, x, c: 1.5 * x * 2,
    "/": lambda xp, x, c: x / c,
    "/ twice": lambda xp, x, c: x / (x * x + c * c),
    "/ to the right": lambda xp, x, c: c / x,
    "/ of numbers": lambda xp, x, c: 1.5 / x / 2,
    "- before": lambda xp, x, c: -x,
    "abs": lambda xp, x, c: abs(x - 0.8125),
    "@": lambda xp, x, c: x @ (c[:, None] * c),
    "@ to the right": lambda xp, x, c: (c[:, None] * c) @ xp.matrix_transpose(x),
    "** 3": lambda xp, x, c: x**3,
    "** 2": lambda xp, x, c: x**2,
    "** 1": lambda xp, x, c: x**1,
    "** 0": lambda xp, x, c: x**0 + x,
    "** -2": lambda xp, x, c: x**-2,
    "pow": lambda xp, x, c: xp.pow(x, 3) + xp.pow(c, 2),
    "broadcast along axes of length one": lambda xp, x, c: x[:, :1] * c + x[:1, :] / c,
    "broadcast along a new axis": lambda xp, x, c: x[0, :] * xp.stack([c, 2.0 * c])[:, None, :],
    "broadcast of no axes": lambda xp, x, c: x[0, 0] * c,
    "broadcast of both": lambda xp, x, c: x[:, None, :] * x[None, :, :] + x[:, 1:2, None],
    "add": lambda xp, x, c: xp.add(c, x),
    "subtract": lambda xp, x, c: xp.subtract(c, x),
    "multiply": lambda xp, x, c: xp.multiply(c, x),
    "divide": lambda xp, x, c: xp.divide(c, x),
    "negative": lambda xp, x, c: xp.negative(x),
    "sqrt": lambda xp, x, c: xp.sqrt(x),
    "square": lambda xp, x, c: xp.square(x),
    "exp": lambda xp, x, c: xp.exp(x),
    "expm1": lambda xp, x, c: xp.expm1(x),
    "log": lambda xp, x, c: xp.log(x),
    "log1p": lambda xp, x, c: xp.log1p(x),
    "tanh": lambda xp, x, c: xp.tanh(x),
    "sin": lambda xp, x, c: xp.sin(x),
    "cos": lambda xp, x, c: xp.cos(x),
    "abs in the namespace": lambda xp, x, c: xp.abs(0.8125 - x),
    "maximum": lambda xp, x, c: xp.maximum(x, c) + xp.maximum(0.8125, x),
    "maximum of both": lambda xp, x, c: xp.maximum(x[0, :], x[1, :]),
    "minimum": lambda xp, x, c: xp.minimum(x, c) + xp.minimum(0.8125, x),
    "minimum of both": lambda xp, x, c: xp.minimum(x[0, :], x[1, :]),
    "clip": lambda xp, x, c: xp.clip(x, 0.3125, 1.3125) + xp.clip(x, max=1.3125) + xp.clip(x),
    "where": lambda xp, x, c: xp.where(x > 0.8125, x, c),
    "where of both": lambda xp, x, c: xp.where(x < 0.8125, x * x, 3.0 * x),
    "where broadcast": lambda xp, x, c: xp.where(c > 0.0, x[:, :1], x),
    "where of a number": lambda xp, x, c: xp.where(x >= 0.8125, x, 0.0),
    "sum": lambda xp, x, c: xp.sum(x * x),
    "sum along an axis": lambda xp, x, c: xp.sum(x * x, axis=-1),
    "sum along axes": lambda xp, x, c: xp.sum(x[..., None] * c, axis=(0, -1)),
    "sum with its axis kept": lambda xp, x, c: xp.sum(x * x, axis=0, keepdims=True) * x,
    "mean": lambda xp, x, c: xp.mean(x * x, axis=-1, keepdims=True) + xp.mean(x) + xp.mean(x, axis=(0, 1)),
    "vecdot": lambda xp, x, c: xp.vecdot(x, c) + xp.vecdot(x, x, axis=-1),
    "matmul of both": lambda xp, x, c: xp.matmul(x, xp.matrix_transpose(x)),
    "matmul of stacks": lambda xp, x, c: xp.matmul(x[:, None, :] * c[:, None], x[:, :, None]),
    "matmul broadcast": lambda xp, x, c: xp.matmul(x, (x[:, :, None] * c)[:, None, :, :]),
    "reshape": lambda xp, x, c: xp.reshape(x * x, (3, 2)) + xp.reshape(x, (-1, 1))[1:4, :],
    "permute_dims": lambda xp, x, c: xp.permute_dims(x[..., None] * c, (2, 0, 1)),
    "permute_dims from the end": lambda xp, x, c: xp.permute_dims(x[..., None] * c, (-1, 0, -2)),
    "matrix_transpose": lambda xp, x, c: xp.matrix_transpose(x[..., None] * c),
    "broadcast_to": lambda xp, x, c: xp.broadcast_to(x, (4, 2, 3)) + xp.broadcast_to(x[:, :1], (2, 3)),
    "concat": lambda xp, x, c: xp.concat([x, x[:, :1], x * x], axis=-1),
    "concat with constants": lambda xp, x, c: xp.concat([c[None, :], x, 2.0 * c[None, :], x * x]),
    "stack": lambda xp, x, c: xp.stack([x[0, :], c, x[1, :]], axis=-1),
    "stack in the middle": lambda xp, x, c: xp.stack([x, x * x], axis=1),
    "expand_dims": lambda xp, x, c: xp.expand_dims(x, axis=1) * xp.expand_dims(x, axis=-3),
    "squeeze": lambda xp, x, c: xp.squeeze(x[:, 1:2], axis=-1) * xp.squeeze(x[:1, :2], axis=0),
    "astype to the same": lambda xp, x, c: xp.astype(x, x.dtype),
    "[int]": lambda xp, x, c: x[1, 2] * x[0, -1],
    "[int, ...]": lambda xp, x, c: x[-1, ...] * x[1, ...],
    "[..., int]": lambda xp, x, c: x[..., 0] * x[..., np.int64(2)],
    "[slices]": lambda xp, x, c: x[:, 1:] * x[::-1, :2] + x[:, ::2],
    "[None]": lambda xp, x, c: x[:, None, 1] * x[None, ..., None, 0][..., 0],
    "[slice of nothing]": lambda xp, x, c: xp.sum(x[:, 3:]) + xp.sum(x),
    "take repeatedly": lambda xp, x, c: xp.take(x, index(xp, TABLE), axis=1),
    "take rows": lambda xp, x, c: xp.take(x[..., None] * c, index(xp, TABLE % 2), axis=0),
    "take in the middle": lambda xp, x, c: xp.take(x[..., None] * c, index(xp, TABLE), axis=-2),
    "take at the end": lambda xp, x, c: xp.take(x[..., None] * c, index(xp, TABLE), axis=-1),
    "take nothing": lambda xp, x, c: xp.sum(xp.take(x, index(xp, TABLE[:0]), axis=1)) + xp.sum(x * x),
    "all at once": lambda xp, x, c: xp.tanh(xp.sqrt(x @ (c[:, None] * c) + 9.0) * x[:, :1]) / (x + 1.0),
}


def index(xp, numbers):
    return xp.asarray(numbers)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
class TestRules:
    def test_against_the_difference_quotient(self, function):
        y, found = gradient(function)
        exact = quotient(function)
        assert np.abs(exact).max() > 0.1
        assert_within(found, exact, 1e-14 * np.abs(exact).max())
        np.testing.assert_array_equal(y, function(numpy_namespace(), X, C))
        assert type(y) is type(function(numpy_namespace(), X, C))

    def test_strict_arrays(self, function, request):
        if "to the right" in request.node.name:
            # Its operators do not let another class of array try; its functions do.
            with pytest.raises(TypeError, match="TapeArray"):
                gradient(function, array=Library.STRICT.array)
            return
        y, found = gradient(function, array=Library.STRICT.array)
        expected = gradient(function)
        assert_within(Library.STRICT.numpy(y), expected[0], 1e-14 * np.abs(expected[0]).max())
        assert_within(Library.STRICT.numpy(found), expected[1], 1e-14 * np.abs(expected[1]).max())

    def test_balls_enclose_it_and_budgets_allow_for_it(self, function):
        from refdp.namespaces import balls, budgets

        _, found = gradient(function)
        _, exact = gradient(function, array=lambda x: balls.to_balls(x, 113))
        _, allowed = gradient(function, array=budgets.to_budgets)
        assert_within(balls.midpoint(exact), quotient(function), 1e-15 * np.abs(found).max())
        assert balls.radius(exact).max() < 1e-30
        assert np.all(balls.deviation(exact, found) <= budgets.radius(allowed))


def numpy_namespace():
    from refdp.namespaces import array_namespace

    return array_namespace(X)


class TestTies:
    """Where a function has a kink the gradient is the mean of both sides, as in torch; but for clip."""

    TIED = np.array([[1.5, -0.625, 2.0]])

    @pytest.mark.parametrize(
        ("function", "expected"),
        [
            (lambda xp, x, c: xp.maximum(x, c), [0.5, 0.5, 0.0]),
            (lambda xp, x, c: xp.maximum(c, x), [0.5, 0.5, 0.0]),
            (lambda xp, x, c: xp.minimum(x, c), [0.5, 0.5, 1.0]),
            (lambda xp, x, c: xp.maximum(x, x), [1.0, 1.0, 1.0]),
            (lambda xp, x, c: xp.abs(x - c), [0.0, 0.0, -1.0]),
            (lambda xp, x, c: xp.clip(x, -0.625, 1.5), [1.0, 1.0, 0.0]),
        ],
        ids=["maximum", "maximum to the right", "minimum", "with itself", "abs", "clip"],
    )
    def test_half(self, function, expected):
        for array in (np.asarray, Library.STRICT.array):
            _, found = gradient(function, self.TIED, array)
            np.testing.assert_array_equal(np.asarray(found), [np.array(expected) * G[:3]])

    @pytest.mark.parametrize("undecided", [0.0, 2.0**-60])
    def test_balls_hold_both_sides(self, undecided):
        from refdp.namespaces import balls, budgets

        for wrapped in (balls.to_balls(self.TIED, 53), budgets.to_budgets(self.TIED)):
            xp = wrapped.__array_namespace__()
            near = wrapped * (xp.asarray(1.0) / 3.0) * 3.0 + undecided
            _, back = pullback(lambda x, xp=xp: x.__array_namespace__().maximum(x, C), near)
            found = back(xp.asarray(np.broadcast_to(G[:3], self.TIED.shape)))
            module = balls if hasattr(found, "balls") else budgets
            middle, radius = module.midpoint(found), module.radius(found)
            assert np.all(np.abs(middle - np.array([0.5, 0.5, 0.0]) * G[:3]) <= 2.0**-52)
            assert np.allclose(radius, np.array([0.5, 0.5, 0.0]) * np.abs(G[:3]), rtol=1e-8)

    def test_torch_says_the_same(self):
        torch = pytest.importorskip("torch")
        x = torch.asarray(self.TIED).requires_grad_()
        c, g = torch.asarray(C), torch.asarray(G[:3])
        clipped = torch.autograd.grad((torch.clip(x, -0.625, 1.5) * g).sum(), x)[0]
        _, found = gradient(lambda xp, y, c: xp.clip(y, -0.625, 1.5), self.TIED)
        np.testing.assert_array_equal(found, clipped.numpy())
        for name in ("maximum", "minimum"):
            native = torch.autograd.grad((getattr(torch, name)(x, c) * g).sum(), x)[0]
            _, found = gradient(lambda xp, y, c, name=name: getattr(xp, name)(y, c), self.TIED)
            np.testing.assert_array_equal(found, native.numpy())


class TestRoots:
    def test_a_root_of_zero_behind_a_double_where(self):
        def guarded(xp, x, c):
            zero = x == 0.0
            root = xp.sqrt(xp.where(zero, xp.ones_like(x), x))
            return xp.where(zero, xp.zeros_like(x), root)

        _, found = gradient(guarded, np.array([0.0, 0.25]))
        np.testing.assert_array_equal(found, [0.0, -1.0])


class TestDtypes:
    def test_float32_stays(self):
        for array in (np.asarray, Library.STRICT.array):
            y, found = gradient(lambda xp, x, c: xp.tanh(x * x) * 0.5, X.astype(np.float32), array)
            assert np.asarray(y).dtype == np.asarray(found).dtype == np.float32

    def test_there_and_back(self):
        for array in (np.asarray, Library.STRICT.array):
            y, found = gradient(
                lambda xp, x, c: xp.astype(x * x, xp.float64) * c, X.astype(np.float32), array
            )
            assert np.asarray(y).dtype == np.float64
            assert np.asarray(found).dtype == np.float32
            expected = 2 * X * C * np.resize(G, X.shape)
            assert_within(np.asarray(found), expected, 1e-6)

    def test_through_fewer_digits(self):
        y, found = gradient(lambda xp, x, c: xp.astype(xp.astype(x, xp.float32) / 3.0, xp.float64), X)
        assert y.dtype == found.dtype == np.float64
        assert found.astype(np.float32).tolist() == found.tolist()


class TestPower:
    def test_an_exponent_on_the_tape_is_refused(self):
        with pytest.raises(UnsupportedError, match="`pow`: exponents"):
            gradient(lambda xp, x, c: x**x)
        with pytest.raises(UnsupportedError, match="`pow`: exponents"):
            gradient(lambda xp, x, c: xp.pow(c, x))


class TestMatmul:
    @pytest.mark.parametrize(
        "function", [lambda xp, x, c: x @ c, lambda xp, x, c: c @ xp.matrix_transpose(x)]
    )
    def test_vectors_are_refused(self, function):
        with pytest.raises(UnsupportedError, match=r"`matmul`.* vectors"):
            gradient(function)


class TestGetitem:
    @pytest.mark.parametrize("key", [TABLE % 2, [0, 0], CHOICE, (0, TABLE)], ids=repr)
    def test_arrays_as_index_are_refused(self, key):
        with pytest.raises(UnsupportedError, match="use `take`"):
            gradient(lambda xp, x, c: x[key])
