"""Moving elements about: as NumPy does, for wrapped arrays and for plain integers and booleans."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError

X = np.arange(24.0).reshape(2, 3, 4)

MOVES = {
    "reshape": (lambda xp, x: xp.reshape(x, (4, -1)), lambda x: x.reshape(4, -1)),
    "permute_dims": (lambda xp, x: xp.permute_dims(x, (2, 0, 1)), lambda x: x.transpose(2, 0, 1)),
    "matrix_transpose": (lambda xp, x: xp.matrix_transpose(x), lambda x: x.swapaxes(1, 2)),
    "moveaxis": (lambda xp, x: xp.moveaxis(x, 0, -1), lambda x: np.moveaxis(x, 0, -1)),
    "expand_dims": (lambda xp, x: xp.expand_dims(x, axis=-1), lambda x: x[..., None]),
    "squeeze": (lambda xp, x: xp.squeeze(x[:, :1, :], 1), lambda x: x[:, 0]),
    "broadcast_to": (
        lambda xp, x: xp.broadcast_to(x, (5, 2, 3, 4)),
        lambda x: np.broadcast_to(x, (5, 2, 3, 4)),
    ),
    "flip": (lambda xp, x: xp.flip(x, axis=1), lambda x: x[:, ::-1]),
    "roll": (lambda xp, x: xp.roll(x, 1, axis=2), lambda x: np.roll(x, 1, 2)),
    "repeat": (lambda xp, x: xp.repeat(x, 2, axis=0), lambda x: np.repeat(x, 2, 0)),
    "tile": (lambda xp, x: xp.tile(x, (1, 2, 1)), lambda x: np.tile(x, (1, 2, 1))),
    "take": (lambda xp, x: xp.take(x, np.array([3, 0, 3]), axis=-1), lambda x: x[..., [3, 0, 3]]),
    "take_along_axis": (
        lambda xp, x: xp.take_along_axis(x, np.array([[[0], [3], [1]]] * 2), axis=-1),
        lambda x: np.take_along_axis(x, np.array([[[0], [3], [1]]] * 2), -1),
    ),
    "unstack": (lambda xp, x: xp.unstack(x, axis=1)[2], lambda x: x[:, 2]),
    "broadcast_arrays": (
        lambda xp, x: xp.broadcast_arrays(x, x[:1])[1],
        lambda x: np.broadcast_to(x[:1], x.shape),
    ),
}


class TestMoves:
    @pytest.mark.parametrize("name", MOVES)
    def test_wrapped(self, kind, name):
        ours, numpys = MOVES[name]
        np.testing.assert_array_equal(kind.numpy(ours(kind.namespace, kind.array(X))), numpys(X), strict=True)

    @pytest.mark.parametrize("name", MOVES)
    def test_plain_integers_stay_plain(self, kind, name):
        ours, numpys = MOVES[name]
        x = X.astype(np.int32)
        np.testing.assert_array_equal(ours(kind.namespace, x), numpys(x), strict=True)

    def test_an_index_out_of_range_is_refused(self, kind):
        with pytest.raises(IndexError):
            kind.namespace.take(kind.array(X), np.array([4]), axis=-1)


class TestConcat:
    def test_wrapped_with_floats_and_integers(self, kind):
        joined = kind.namespace.concat([kind.array(X), X, X.astype(int)], axis=1)
        np.testing.assert_array_equal(kind.numpy(joined), np.concatenate([X, X, X], 1))

    def test_axis_none_flattens(self, kind):
        joined = kind.namespace.concat([kind.array(X), kind.array(X[0])], axis=None)
        np.testing.assert_array_equal(kind.numpy(joined), np.concatenate([X.ravel(), X[0].ravel()]))

    def test_integers_stay_plain(self, kind):
        joined = kind.namespace.concat([np.array([1, 2]), np.array([3])])
        np.testing.assert_array_equal(joined, np.array([1, 2, 3]), strict=True)


class TestStack:
    def test_wrapped(self, kind):
        stacked = kind.namespace.stack([kind.array(X), kind.array(-X)], axis=-1)
        np.testing.assert_array_equal(kind.numpy(stacked), np.stack([X, -X], -1))


class TestWhere:
    def test_wrapped_with_a_scalar(self, kind):
        chosen = kind.namespace.where(X > 5, kind.array(X), -1.0)
        np.testing.assert_array_equal(kind.numpy(chosen), np.where(X > 5, X, -1.0))

    def test_scalars_only_give_wrapped(self, kind):
        chosen = kind.namespace.where(X > 5, 1.0, 0.0)
        np.testing.assert_array_equal(kind.numpy(chosen), np.where(X > 5, 1.0, 0.0))

    def test_what_comes_out_can_be_computed_with(self, kind):
        xp = kind.namespace
        np.testing.assert_array_equal(kind.numpy(xp.tanh(xp.where(X > 50, kind.array(X), 0))), 0 * X)

    def test_integers_stay_plain(self, kind):
        chosen = kind.namespace.where(np.array([True, False]), np.array([4, 5]), 0)
        np.testing.assert_array_equal(chosen, np.array([4, 0]), strict=True)

    @pytest.mark.parametrize("condition", [np.array([0.0, 1.0]), np.array([0, 1]), "wrapped"])
    def test_only_booleans_choose(self, kind, condition):
        condition = kind.array([0.0, 1.0]) if isinstance(condition, str) else condition
        with pytest.raises(InputError, match=r"`condition`: expected an array of booleans"):
            kind.namespace.where(condition, kind.array([1.0, 2.0]), 0.0)
