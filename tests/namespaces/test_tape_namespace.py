"""What the namespace of the tape does beside the rules: constants, and refusals instead of lost gradients."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.derivatives import pullback
from refdp.errors import UnsupportedError
from refdp.namespaces import array_namespace, dtype_of
from refdp.namespaces.tape_namespace import TapeNamespace
from tests.gradients import C, X, gradient
from tests.helpers import assert_within
from tests.libraries import Library


def on_tape(function):
    """Return what a function of an array on the tape, and its namespace, returns."""
    caught = []
    pullback(lambda x: caught.append(function(array_namespace(x), x)) or x, X)
    return caught[0]


WITHOUT_RULE = {
    "max": lambda xp, x: xp.max(x, axis=-1),
    "min": lambda xp, x: xp.min(x),
    "prod": lambda xp, x: xp.prod(x),
    "cumulative_sum": lambda xp, x: xp.cumulative_sum(x, axis=0),
    "std": lambda xp, x: xp.std(x),
    "var": lambda xp, x: xp.var(x),
    "sort": lambda xp, x: xp.sort(x),
    "argmax": lambda xp, x: xp.argmax(x),
    "floor": lambda xp, x: xp.floor(x),
    "sign": lambda xp, x: xp.sign(x),
    "sinh": lambda xp, x: xp.sinh(x),
    "hypot": lambda xp, x: xp.hypot(C, x),
    "roll": lambda xp, x: xp.roll(x, 1),
    "flip": lambda xp, x: xp.flip(x),
    "tile": lambda xp, x: xp.tile(x, (2, 1)),
    "repeat": lambda xp, x: xp.repeat(x, 2),
    "moveaxis": lambda xp, x: xp.moveaxis(x, 0, 1),
    "tensordot": lambda xp, x: xp.tensordot(x, C, axes=1),
    "take_along_axis": lambda xp, x: xp.take_along_axis(x, np.zeros((2, 1), int), axis=1),
    "full": lambda xp, x: xp.full((2,), fill_value=x[0, 0]),
    "full_like": lambda xp, x: xp.full_like(x, x[0, 0]),
    "meshgrid": lambda xp, x: xp.meshgrid(x[0], x[1]),
    "broadcast_arrays": lambda xp, x: xp.broadcast_arrays(x, C),
    "asarray": lambda xp, x: xp.asarray([x[0, 0], x[0, 1]]),
}


class TestRefusals:
    @pytest.mark.parametrize("name", WITHOUT_RULE)
    def test_a_function_without_a_rule_is_named(self, name):
        with pytest.raises(UnsupportedError, match=f"`{name}`: has no rule for its derivative"):
            gradient(lambda xp, x, c: WITHOUT_RULE[name](xp, x))

    @pytest.mark.parametrize(
        "function", [np.sum, np.asarray, np.max, np.sqrt, np.linalg.norm, lambda x: np.array([x, x])]
    )
    def test_functions_of_numpy_do_not_see_what_is_on_the_tape(self, function):
        with pytest.raises((UnsupportedError, TypeError), match=r"no rule|does not support ufuncs"):
            gradient(lambda xp, x, c: function(x))

    @pytest.mark.parametrize("name", WITHOUT_RULE)
    def test_of_constants_they_are_those_of_the_library(self, name):
        xp = array_namespace(X)
        np.testing.assert_array_equal(
            on_tape(lambda tape, _: WITHOUT_RULE[name](tape, X)), WITHOUT_RULE[name](xp, X)
        )


CONSTANTS = {
    "add": lambda xp: xp.add(C, 1.0),
    "where": lambda xp: xp.where(C > 0.0, C, 0.0),
    "pow": lambda xp: xp.pow(abs(C), 0.5),
    "clip": lambda xp: xp.clip(C, -0.5, 2.0),
    "concat": lambda xp: xp.concat([C, C]),
    "stack": lambda xp: xp.stack([C, C], axis=-1),
    "take": lambda xp: xp.take(X, np.array([2, 2]), axis=1),
    "sum": lambda xp: xp.sum(X, axis=0, keepdims=True),
    "mean": lambda xp: xp.mean(X, axis=0),
    "vecdot": lambda xp: xp.vecdot(X, C),
    "matmul": lambda xp: xp.matmul(X, C),
    "reshape": lambda xp: xp.reshape(X, shape=(3, 2)),
    "expand_dims": lambda xp: xp.expand_dims(C, axis=1),
    "squeeze": lambda xp: xp.squeeze(C[None], axis=0),
    "astype": lambda xp: xp.astype(C, xp.float32),
    "asarray": lambda xp: xp.asarray([1.0, 2.0], dtype=xp.float32),
    "arange": lambda xp: xp.arange(3),
    "eye": lambda xp: xp.eye(3),
    "broadcast_to": lambda xp: xp.broadcast_to(C, shape=(2, 3)),
    "permute_dims": lambda xp: xp.permute_dims(X, axes=(1, 0)),
}


class TestConstants:
    @pytest.mark.parametrize("function", CONSTANTS.values(), ids=CONSTANTS)
    def test_are_computed_by_the_library(self, function):
        found, expected = on_tape(lambda tape, _: function(tape)), function(array_namespace(X))
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected, strict=True)

    @pytest.mark.parametrize("name", ["zeros_like", "ones_like"])
    def test_like_what_is_on_the_tape(self, name):
        found = on_tape(lambda xp, x: getattr(xp, name)(x))
        np.testing.assert_array_equal(found, getattr(np, name)(X), strict=True)
        assert on_tape(lambda xp, x: getattr(xp, name)(x, dtype=xp.float32)).dtype == np.float32

    def test_a_number_in_the_shape_of_what_is_on_the_tape(self):
        np.testing.assert_array_equal(
            on_tape(lambda xp, x: xp.full_like(x, 2.5)), np.full_like(X, 2.5), strict=True
        )

    def test_keywords_where_the_standard_has_them(self):
        y, found = gradient(lambda xp, x, c: xp.reshape(xp.permute_dims(x, axes=(1, 0)), shape=(6,)))
        np.testing.assert_array_equal(y, X.T.reshape(-1))
        assert found.shape == X.shape


class TestTapeNamespace:
    def test_dtypes_are_those_of_the_library(self):
        assert on_tape(lambda xp, x: xp.float32) is np.float32
        assert on_tape(lambda xp, x: xp.finfo(x.dtype).eps) == np.finfo(float).eps
        assert on_tape(lambda xp, x: dtype_of(xp, "float32")) == np.float32
        assert on_tape(lambda xp, x: xp.isdtype(x.dtype, "real floating"))

    def test_balls_have_no_dtypes_on_the_tape_either(self):
        from refdp.namespaces.balls import to_balls

        caught = []
        pullback(lambda x: caught.append(dtype_of(array_namespace(x), "float32")) or x, to_balls(X))
        assert caught == [None]

    def test_arrays_of_one_library_share_it(self):
        def function(xp, x):
            assert array_namespace(x, x * 2.0) == xp == array_namespace(x * x)
            assert hash(xp) == hash(array_namespace(x * x))
            return x

        on_tape(function)
        assert TapeNamespace(array_namespace(X)) != array_namespace(X)

    def test_with_arrays_of_another_library_there_is_none(self):
        with pytest.raises(TypeError, match=r"[Mm]ultiple namespaces"):
            on_tape(lambda xp, x: array_namespace(x, Library.STRICT.array(C)))


class TestMean:
    def test_of_nothing_along_no_axis(self):
        _, found = gradient(lambda xp, x, c: xp.mean(x, axis=()))
        assert_within(found, gradient(lambda xp, x, c: x)[1], 0.0)
