"""The formats say of themselves what NumPy and ml_dtypes say of them."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.namespaces.formats import BALL, BFLOAT16, FLOAT16, FLOAT32, FLOAT64, Format, format_of

NAMED = {"float64": FLOAT64, "float32": FLOAT32, "float16": FLOAT16}


class TestFormat:
    @pytest.mark.parametrize("name", NAMED)
    def test_agrees_with_numpy(self, name):
        ours, numpys = NAMED[name], np.finfo(name)
        assert (ours.eps, ours.smallest_normal) == (float(numpys.eps), float(numpys.smallest_normal))
        assert (ours.max, ours.min) == (float(numpys.max), float(numpys.min))
        assert ours.digits == numpys.nmant + 1
        assert ours.unit_roundoff == float(numpys.epsneg)

    def test_agrees_with_ml_dtypes(self):
        info = pytest.importorskip("ml_dtypes").finfo("bfloat16")
        assert (BFLOAT16.eps, BFLOAT16.max) == (float(info.eps), float(info.max))
        assert BFLOAT16.smallest_normal == float(info.smallest_normal)

    def test_answers_like_finfo_and_like_a_dtype(self):
        assert FLOAT32.dtype is FLOAT32
        assert str(FLOAT32) == "float32"
        assert BALL != FLOAT64


class TestFormatOf:
    @pytest.mark.parametrize("name", NAMED)
    def test_every_way_to_name_one(self, name):
        for dtype in (name, np.dtype(name), np.dtype(name).type, NAMED[name]):
            assert format_of(dtype) == NAMED[name]

    def test_python_float_and_bfloat16(self):
        assert format_of(float) == FLOAT64
        assert format_of("bfloat16") == BFLOAT16
        assert format_of(pytest.importorskip("ml_dtypes").bfloat16) == BFLOAT16

    @pytest.mark.parametrize("dtype", [int, bool, np.int32, "bool", "complex128", "no such dtype"])
    def test_others_are_none(self, dtype):
        assert format_of(dtype) is None

    def test_formats_are_values(self):
        assert Format("float32", 24, 2.0**-126, FLOAT32.max, 2.0**-126) == FLOAT32
