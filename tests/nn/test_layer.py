"""A layer by hand: which widths get a skip connection, and what the time step multiplies."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.nn.layer import Layer, chained, shortcut
from tests.helpers import EPS, assert_same_bits, assert_within

X = np.array([[0.5, -1.0], [0.25, 2.0], [0.0, 0.0]])


def layer(library, n_out, **options):
    """A linear layer in small binary fractions, so that every result is exact."""
    rng = np.random.default_rng(n_out)
    arrays = {
        name: rng.integers(-4, 5, shape) / 4.0
        for name, shape in [("w", (2, n_out)), ("b", n_out), ("idt", n_out)]
    }
    kept = {name: library.array(x) for name, x in arrays.items() if name == "w" or options.pop(name, True)}
    return arrays, Layer(**{"activation_function": None, **kept, **options})


class TestLayer:
    @pytest.mark.parametrize("n_out", [1, 2, 3, 4, 5, 6, 8])
    @pytest.mark.parametrize("resnet", [False, True])
    def test_widths(self, library, n_out, resnet):
        arrays, made = layer(library, n_out, resnet=resnet)
        skip = {2: X, 4: np.concatenate([X, X], axis=1)}.get(n_out, 0.0) if resnet else 0.0
        expected = (X @ arrays["w"] + arrays["b"]) * arrays["idt"] + skip
        np.testing.assert_array_equal(library.numpy(made(library.array(X))), expected)

    def test_the_time_step_multiplies_only_the_activated_branch(self):
        made = Layer(np.zeros((2, 2)), np.full(2, 8.0), np.array([0.5, 0.25]), "relu", resnet=True)
        np.testing.assert_array_equal(made(X), X + np.array([4.0, 2.0]))

    def test_the_bias_is_inside_the_activation(self):
        made = Layer(np.zeros((2, 3)), np.array([-1.0, 7.0, 2.0]), None, "relu6")
        np.testing.assert_array_equal(made(X), np.tile([0.0, 6.0, 2.0], (3, 1)))

    @pytest.mark.parametrize("missing", ["b", "idt"])
    def test_what_is_missing_is_neutral(self, library, missing):
        arrays, made = layer(library, 4, **{missing: False})
        arrays[missing] = {"b": 0.0, "idt": 1.0}[missing]
        expected = (X @ arrays["w"] + arrays["b"]) * arrays["idt"]
        np.testing.assert_array_equal(library.numpy(made(library.array(X))), expected)

    @pytest.mark.parametrize("shape", [(0, 2), (2,), (3, 0, 2), (2, 3, 2)])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_any_leading_axes_and_either_dtype(self, library, shape, dtype):
        made = Layer(library.array(np.ones((2, 4), dtype)), library.array(np.ones(4, dtype)), resnet=True)
        y = library.numpy(made(library.array(np.ones(shape, dtype))))
        assert y.shape == (*shape[:-1], 4)
        assert y.dtype == dtype

    def test_strides_do_not_matter(self, library):
        xp = library.namespace
        wide, w = np.random.default_rng(1).normal(size=(2, 5)), np.random.default_rng(2).normal(size=(3, 2))
        turned = Layer(xp.matrix_transpose(library.array(w)))(xp.matrix_transpose(library.array(wide)))
        straight = Layer(library.array(w.T.copy()))(library.array(wide.T.copy()))
        # Two products and a sum, then tanh: the order of operations may change, by three roundings.
        assert_within(library.numpy(turned), library.numpy(straight), 4 * EPS)

    def test_touches_nothing(self):
        made, x = Layer(np.ones((2, 2)), np.ones(2), np.ones(2), "tanh", resnet=True), X.copy()
        made(x)
        assert_same_bits(x, X)
        assert_same_bits(made.w, np.ones((2, 2)))


class TestChained:
    @pytest.mark.parametrize("shape", [(2,), (3, 2), (2, 0, 2), (1, 4, 3, 2)])
    def test_one_layer_after_another_row_by_row(self, library, shape):
        (_, first), (_, second) = (layer(library, n) for n in (2, 4))
        x = np.arange(np.prod(shape), dtype=np.float64).reshape(shape) / 8.0
        y = library.numpy(chained((first, second), library.array(x)))
        assert_same_bits(y, library.numpy(second(first(library.array(x)))))
        assert y.shape == (*shape[:-1], 4)


class TestShortcut:
    @pytest.mark.parametrize(("n_in", "n_out"), [(n, m) for n in (1, 2, 3) for m in (1, 2, 3, 4, 5, 6, 7)])
    def test_widths(self, library, n_in, n_out):
        x = np.arange(2.0 * n_in).reshape(2, n_in)
        skip = shortcut(library.array(x), n_out)
        if n_out not in (n_in, 2 * n_in):
            assert skip is None
        else:
            np.testing.assert_array_equal(library.numpy(skip), np.concatenate([x] * (n_out // n_in), axis=1))
