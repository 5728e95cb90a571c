"""Creation and dtypes: reals are wrapped and exact, integers and booleans stay NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.namespaces.formats import FLOAT32, FLOAT64


def is_exactly(kind, x, value):
    return kind.namespace.equal(x, value).all()


class TestAsarray:
    @pytest.mark.parametrize("obj", [1.5, [1.5, 2.0], np.array([0.1], np.float32), np.array([[3.0]])])
    def test_reals_are_wrapped(self, kind, obj):
        np.testing.assert_array_equal(kind.numpy(kind.namespace.asarray(obj)), np.asarray(obj, float))

    @pytest.mark.parametrize("obj", [3, [1, 2], np.array([1], np.int32), True, np.array([False])])
    def test_integers_and_booleans_stay_plain(self, kind, obj):
        np.testing.assert_array_equal(kind.namespace.asarray(obj), np.asarray(obj), strict=True)

    @pytest.mark.parametrize("dtype", [float, "float64", np.float64, np.dtype("float64"), FLOAT64])
    def test_integers_become_real_on_demand(self, kind, dtype):
        np.testing.assert_array_equal(kind.numpy(kind.namespace.asarray([1, 2], dtype=dtype)), [1.0, 2.0])

    def test_reals_become_integers_of_numpy(self, kind):
        made = kind.namespace.asarray([1.0, 2.0], dtype=kind.namespace.int64)
        np.testing.assert_array_equal(made, np.array([1, 2]), strict=True)

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_numbers_that_are_not_finite_are_refused(self, kind, bad):
        with pytest.raises(InputError, match="`obj`: expected finite numbers"):
            kind.namespace.asarray([1.0, bad])

    @pytest.mark.parametrize("bad", [1j, "1.0", np.longdouble(1) / 3])
    def test_other_types_are_refused(self, kind, bad):
        with pytest.raises(InputError, match="`obj`: expected integers or floats"):
            kind.namespace.asarray(bad, dtype=float)

    def test_an_array_of_the_namespace_comes_back(self, kind):
        x = kind.array([1.0, 2.0])
        assert kind.namespace.asarray(x) is x


class TestCreation:
    def test_zeros_and_ones_can_be_computed_with(self, kind):
        xp = kind.namespace
        x = kind.array(np.full((2, 3), 7.0))
        for made, value in (
            (xp.zeros((2, 3)), 0.0),
            (xp.ones((2, 3)), 1.0),
            (xp.zeros_like(x), 0.0),
            (xp.ones_like(x), 1.0),
        ):
            assert is_exactly(kind, made, value)
            np.testing.assert_array_equal(kind.numpy(xp.sqrt(made)), np.full((2, 3), value))

    def test_full(self, kind):
        xp = kind.namespace
        assert xp.full(3, 2.5).shape == (3,)
        assert is_exactly(kind, xp.full((2, 1), 2.5), 2.5)
        assert is_exactly(kind, xp.full_like(kind.array([1.0, 2.0]), -4.0), -4.0)

    @pytest.mark.parametrize("dtype", [bool, np.int64])
    def test_other_dtypes_are_numpys(self, kind, dtype):
        for made in (
            kind.namespace.ones((2,), dtype=dtype),
            kind.namespace.ones_like(kind.array([1.0, 2.0]), dtype=dtype),
        ):
            np.testing.assert_array_equal(made, np.ones(2, dtype), strict=True)

    def test_like_integers_is_integers(self, kind):
        np.testing.assert_array_equal(
            kind.namespace.zeros_like(np.array([5, 6])), np.array([0, 0]), strict=True
        )

    def test_eye_and_arange(self, kind):
        xp = kind.namespace
        np.testing.assert_array_equal(kind.numpy(xp.eye(2, 3)), np.eye(2, 3))
        np.testing.assert_array_equal(xp.arange(4), np.arange(4), strict=True)
        np.testing.assert_array_equal(kind.numpy(xp.arange(1.0, 3.0, 0.5)), [1.0, 1.5, 2.0, 2.5])


class TestAstype:
    def test_booleans_and_integers_become_reals(self, kind):
        xp = kind.namespace
        assert is_exactly(kind, xp.astype(np.array([True, False]), xp.float64), np.array([1.0, 0.0]))

    def test_wrapped_do_not_become_integers(self, kind):
        with pytest.raises(InputError, match="`dtype`: expected a real floating dtype"):
            kind.namespace.astype(kind.array([1.0]), np.int64)

    def test_to_its_own_dtype_is_itself(self, kind):
        x = kind.array([1.0])
        assert kind.namespace.astype(x, x.dtype, copy=False) is x


class TestDtypes:
    def test_isdtype(self, kind):
        xp, x = kind.namespace, kind.array([1.0])
        assert xp.isdtype(x.dtype, "real floating")
        assert xp.isdtype(x.dtype, ("integral", "numeric"))
        assert xp.isdtype(x.dtype, x.dtype)
        assert not xp.isdtype(x.dtype, "integral")
        assert xp.isdtype(np.int64, "integral")
        assert not xp.isdtype(xp.bool, "real floating")

    def test_finfo(self, kind):
        info = kind.namespace.finfo(kind.array([1.0]).dtype)
        assert (info.eps, info.max, info.min) == (2.0**-52, np.finfo(float).max, np.finfo(float).min)
        assert kind.namespace.finfo(np.float64).eps == info.eps
        with pytest.raises(InputError, match="`dtype`"):
            kind.namespace.finfo(np.int64)

    def test_result_type(self, kind):
        xp, x = kind.namespace, kind.array([1.0])
        assert xp.result_type(x, np.array([1])) == x.dtype
        assert xp.result_type(np.int32, np.int64) == np.int64

    def test_isfinite_and_isnan(self, kind):
        xp, x = kind.namespace, kind.array([1.0, 2.0])
        np.testing.assert_array_equal(xp.isfinite(x), [True, True])
        np.testing.assert_array_equal(xp.isnan(x), [False, False])

    def test_logic_of_booleans(self, kind):
        xp, a, b = kind.namespace, np.array([True, True, False]), np.array([True, False, False])
        np.testing.assert_array_equal(xp.logical_and(a, b), a & b)
        np.testing.assert_array_equal(xp.logical_or(a, b), a | b)
        np.testing.assert_array_equal(xp.logical_not(a), ~a)

    def test_exact_namespaces_ignore_formats(self, kind):
        xp = kind.namespace
        narrow = xp.astype(kind.array([1 / 3]), xp.float32)
        assert (narrow.dtype == FLOAT32) is not xp.exact
