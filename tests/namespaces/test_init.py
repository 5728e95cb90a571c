"""Which namespace an array belongs to, which dtype a precision is, how trees of arrays move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from refdp.errors import InputError, UnsupportedError
from refdp.namespaces import PRECISIONS, array_namespace, device_of, dtype_of, map_arrays, precision_name
from tests.libraries import Library


class TestArrayNamespace:
    def test_of_each_library(self, library):
        x = library.array(np.zeros(2))
        assert array_namespace(x) is library.namespace
        assert array_namespace(x, None, 1.0, x) is library.namespace

    def test_a_mixture_is_refused(self):
        strict = Library.STRICT.array(np.zeros(2))
        with pytest.raises(TypeError, match=r"[Mm]ultiple namespaces"):
            array_namespace(np.zeros(2), strict)

    @pytest.mark.parametrize("nothing", [[1.0], "x", None])
    def test_what_is_no_array_is_refused(self, nothing):
        with pytest.raises(TypeError):
            array_namespace(nothing)


class TestDeviceOf:
    def test_of_each_library(self, library):
        x = library.array(np.zeros(2))
        assert device_of(x) == x.device

    def test_a_tracer_has_none_or_a_usable_one(self):
        jax = pytest.importorskip("jax")
        doubled = jax.jit(lambda x: jax.numpy.ones(2, device=device_of(x)) * x)
        np.testing.assert_array_equal(doubled(jax.numpy.asarray([1.0, 2.0])), [1.0, 2.0])


class TestPrecisionName:
    @pytest.mark.parametrize(("given", "name"), PRECISIONS.items())
    def test_aliases(self, given, name):
        assert precision_name(given) == name
        assert name in {"float64", "float32", "float16", "bfloat16"}

    @pytest.mark.parametrize("given", ["", "float", "FLOAT64", "float128", "int32"])
    def test_anything_else_is_refused(self, given):
        with pytest.raises(InputError, match=r"`precision`: expected one of default, float64, .*, got '"):
            precision_name(given)


class TestDtypeOf:
    @pytest.mark.parametrize("precision", ["default", "float64", "float32"])
    def test_makes_arrays_of_that_precision(self, library, precision):
        made = library.namespace.asarray(np.zeros(2), dtype=dtype_of(library.namespace, precision))
        assert str(made.dtype).rpartition(".")[2] == precision_name(precision)

    def test_a_library_without_the_dtype_says_so(self):
        with pytest.raises(
            UnsupportedError, match=r"`precision`: .*array_api_strict.* has no dtype bfloat16"
        ):
            dtype_of(Library.STRICT.namespace, "bfloat16")

    def test_bfloat16_on_numpy_is_that_of_ml_dtypes(self):
        ml_dtypes = pytest.importorskip("ml_dtypes")
        assert dtype_of(Library.NUMPY.namespace, "bfloat16") is ml_dtypes.bfloat16


@dataclass(frozen=True)
class Inner:
    w: np.ndarray
    b: np.ndarray | None = None
    name: str = "tanh"


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    x: np.ndarray
    n: int = 3


class TestMapArrays:
    TREE = Outer((Inner(np.ones(2)), Inner(np.full(3, 2.0), np.zeros(1), "none")), np.arange(3.0))

    def test_moves_every_array_and_nothing_else(self):
        moved = map_arrays(self.TREE, lambda x: x + 1)
        np.testing.assert_array_equal(moved.x, [1, 2, 3])
        np.testing.assert_array_equal(moved.inner[1].w, [3, 3, 3])
        np.testing.assert_array_equal(moved.inner[1].b, [1])
        assert (moved.inner[0].b, moved.inner[1].name, moved.n) == (None, "none", 3)

    def test_leaves_the_original_alone(self):
        map_arrays(self.TREE, lambda x: x + 1)
        np.testing.assert_array_equal(self.TREE.x, [0, 1, 2])

    def test_sees_each_array_once(self):
        seen = []
        map_arrays(self.TREE, lambda x: seen.append(x) or x)
        assert len(seen) == 4
