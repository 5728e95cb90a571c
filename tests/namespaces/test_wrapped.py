"""The wrapper: operators with everything that may stand beside it, and no way out by accident."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from refdp.namespaces import array_namespace

X = np.array([[1.5, -2.0, 0.25], [4.0, 0.5, -8.0]])
PARTNERS = {
    "float": 0.75,
    "int": 3,
    "numpy scalar": np.float64(1.25),
    "numpy float32": np.array([0.5, 2.0, 4.0], np.float32),
    "numpy float64": X[::-1] + 0.125,
    "numpy integers": np.array([2, -1, 4]),
}
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv]
RELATIONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


class TestOperators:
    @pytest.mark.parametrize("partner", PARTNERS)
    @pytest.mark.parametrize("op", OPERATORS)
    def test_arithmetic_on_both_sides(self, kind, op, partner):
        y = PARTNERS[partner]
        np.testing.assert_allclose(kind.numpy(op(kind.array(X), y)), op(X, y), rtol=3e-16)
        np.testing.assert_allclose(kind.numpy(op(y, kind.array(X))), op(y, X), rtol=3e-16)

    @pytest.mark.parametrize("partner", PARTNERS)
    @pytest.mark.parametrize("op", RELATIONS)
    def test_relations_on_both_sides(self, kind, op, partner):
        y = PARTNERS[partner]
        np.testing.assert_array_equal(op(kind.array(X), y), op(X, y), strict=True)
        np.testing.assert_array_equal(op(y, kind.array(X)), op(y, X), strict=True)

    def test_with_its_own_kind(self, kind):
        x, y = kind.array(X), kind.array(X[0])
        np.testing.assert_array_equal(kind.numpy(x * y), X * X[0])
        np.testing.assert_array_equal(x < y, np.less(X, X[0]))

    def test_unary(self, kind):
        x = kind.array(X)
        np.testing.assert_array_equal(kind.numpy(-x), -X)
        np.testing.assert_array_equal(kind.numpy(+x), X)
        np.testing.assert_array_equal(kind.numpy(abs(x)), abs(X))

    @pytest.mark.parametrize("n", [-3, -1, 0, 1, 2, 3, 5, 2.0])
    def test_powers(self, kind, n):
        np.testing.assert_allclose(kind.numpy(kind.array(X) ** n), X**n, rtol=4e-16)

    def test_matmul_on_both_sides(self, kind):
        np.testing.assert_array_equal(kind.numpy(kind.array(X) @ X.T), X @ X.T)
        np.testing.assert_array_equal(kind.numpy(X @ kind.array(X.T)), X @ X.T)

    @pytest.mark.parametrize("stranger", ["1.0", None, [1.0, 2.0, 3.0], 1j])
    def test_strangers_are_refused(self, kind, stranger):
        with pytest.raises(TypeError):
            kind.array(X) + stranger


class TestShape:
    def test_attributes(self, kind):
        x = kind.array(X)
        assert (x.shape, x.ndim, x.size, x.device, len(x)) == ((2, 3), 2, 6, "cpu", 2)
        assert x.mT.shape == x.T.shape == (3, 2)
        assert x.to_device("cpu") is x

    @pytest.mark.parametrize(
        "key", [0, (0, 1), (..., 2), (slice(None), None), (slice(None, None, -1), 1), np.array([1, 0]), X > 1]
    )
    def test_indexing(self, kind, key):
        np.testing.assert_array_equal(kind.numpy(kind.array(X)[key]), X[key])

    def test_a_single_element_is_an_array(self, kind):
        element = kind.array(X)[1, 2]
        assert element.shape == ()
        assert float(element + 1.0) == -7.0
        with pytest.raises(TypeError, match="0-d"):
            len(element)


class TestWaysOut:
    def test_no_float_or_truth_of_many(self, kind):
        x = kind.array(X)
        for convert in (float, bool):
            with pytest.raises(TypeError, match=r"takes an array of shape \(\), got \(2, 3\)"):
                convert(x)

    def test_truth_of_one(self, kind):
        assert kind.array(2.0)
        assert not kind.array(0.0)

    @pytest.mark.parametrize(
        "function", [np.asarray, np.tanh, np.sum, lambda x: np.zeros((2, 3)) @ x.mT @ np.eye(2)]
    )
    def test_numpy_gets_no_hold_of_it(self, kind, function):
        x = kind.array(X)
        if "lambda" in function.__name__:
            assert type(function(x)) is type(x)
            return
        with pytest.raises(TypeError):
            function(x)

    def test_leaves_are_read_only(self, kind):
        for leaf in kind.array(X).leaves:
            with pytest.raises(ValueError, match="read-only"):
                leaf[0, 0] = 0

    def test_has_no_hash(self, kind):
        with pytest.raises(TypeError, match="unhashable"):
            hash(kind.array(X))

    def test_repr_names_kind_and_shape(self, kind):
        assert repr(kind.array(X)).startswith(f"{kind.namespace.array_type.__name__}(shape=(2, 3), dtype=")


class TestNamespace:
    def test_is_found(self, kind):
        x = kind.array(X)
        assert array_namespace(x, x[0], 1.0) == kind.namespace

    def test_modes_do_not_mix(self, kind):
        other = type(kind.namespace)(24)
        x, y = kind.array(X), other.asarray(X, dtype=float)
        with pytest.raises(TypeError, match="Multiple namespaces"):
            array_namespace(x, y)
        with pytest.raises(TypeError, match="does not mix"):
            x + y
