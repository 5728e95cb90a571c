"""Arrays in words; what is refused stands in hostile_files.py."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import ModelFileError
from refdp.io.array_dict import DTYPES, array_from_dict, array_header, array_shape


def said(value, dtype, **more):
    return {"@class": "np.ndarray", "@is_variable": True, "dtype": dtype, "value": value} | more


class TestArrayHeader:
    def test_what_deepmd_writes(self):
        assert array_header(np.ones((2, 0), np.float32)) == {
            "@class": "np.ndarray",
            "@is_variable": True,
            "@version": 1,
            "dtype": "float32",
        }

    @pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3), (0, 0)])
    def test_the_shape_where_it_would_be_lost(self, shape):
        assert array_header(np.ones(shape))["shape"] == list(shape)


class TestArrayFromDict:
    @pytest.mark.parametrize("name", sorted(DTYPES - {"bfloat16"}))
    def test_each_format(self, name):
        x = array_from_dict(said([[True]] if name == "bool" else [[1]], name), "x")
        assert (x.dtype.name, x.shape, x.tolist()) == (name, (1, 1), [[1]])

    def test_floats_are_rounded(self):
        assert array_from_dict(said([0.1], "float32"), "x")[0] == np.float32(0.1)

    def test_what_is_not_finite_stays(self):
        x = array_from_dict(said([np.nan, np.inf, -np.inf], "float16"), "x")
        assert np.array_equal(x, np.array([np.nan, np.inf, -np.inf]), equal_nan=True)

    @pytest.mark.parametrize("name", ["int64", "uint64"])
    def test_the_ends_of_the_integers(self, name):
        ends = [int(np.iinfo(name).min), int(np.iinfo(name).max)]
        assert array_from_dict(said(ends, name), "x").tolist() == ends

    def test_no_axes(self):
        assert array_from_dict(said(1.5, "float64"), "x").shape == ()

    def test_the_version_is_nobodys_business(self):
        array_from_dict(said([], "float64", **{"@version": "x"}), "x")


class TestArrayShape:
    def test_of_nothing(self):
        assert array_shape([0, 3], np.ones(0), "x") == (0, 3)

    @pytest.mark.parametrize("shape", [None, 0, "0", [1], [-1, 0], [True, 0], [0.0], [0] * 33, [0, 2**32]])
    def test_others(self, shape):
        with pytest.raises(ModelFileError, match=r"`x\.shape`: expected one for 0 numbers"):
            array_shape(shape, np.ones(0), "x")
