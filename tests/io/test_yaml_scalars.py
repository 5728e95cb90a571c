"""Scalars of YAML 1.1: the same as PyYAML's safe loader and dumper."""

from __future__ import annotations

import datetime as dt
import math
import struct

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from refdp.io.yaml_scalars import float_text, looks_like_something_else, parse_scalar

TEXTS = [
    "0",
    "-0",
    "1",
    "+1",
    "007",
    "0o7",
    "0x1F",
    "0b101",
    "1_000",
    "190:20:30",
    "1.5",
    "-1.5",
    "+1.5",
    "1.",
    ".5",
    "1e5",
    "1.0e5",
    "1.0e+5",
    "1.0E-5",
    "1_0.5",
    "190:20:30.15",
    ".inf",
    "-.inf",
    ".INF",
    "nan",
    "null",
    "Null",
    "~",
    "true",
    "True",
    "TRUE",
    "yes",
    "No",
    "on",
    "Off",
    "y",
    "n",
    "N",
    "O",
    "He",
    "2026-01-01",
    "a.b",
    "1.2.3",
    "+-",
    "0.0e+00",
    "9223372036854775807",
    "18446744073709551615",
    "-9223372036854775808",
    "12345678901234567890",
]


def same(a, b):
    return type(a) is type(b) and (struct.pack("d", a) == struct.pack("d", b) if type(a) is float else a == b)


class TestParseScalar:
    @pytest.mark.parametrize("text", [*TEXTS, ""])
    def test_as_safe_load(self, text):
        theirs = yaml.safe_load(f"[{text}]")
        theirs = theirs[0] if theirs else None
        ours = parse_scalar(text)
        # Dates are nothing that a model holds.
        assert ours == text if isinstance(theirs, dt.date) else same(ours, theirs)

    def test_a_default_value_that_safe_load_refuses_is_text(self):
        assert parse_scalar("=") == "="

    @given(st.from_regex(r"[-+0-9._eE:xb]{1,8}", fullmatch=True))
    def test_whatever_looks_like_a_number(self, text):
        try:
            theirs = yaml.load(f"- {text}", Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, ValueError):
            return
        if isinstance(theirs[0] if theirs else None, int | float | str) and text not in theirs:
            assert same(parse_scalar(text), theirs[0])


class TestFloatText:
    @example(1e-5)
    @example(-1e22)
    @given(st.floats())
    def test_there_and_back(self, x):
        back = parse_scalar(float_text(x))
        assert math.isnan(x) if math.isnan(back) else same(back, x)

    @example(1e-5)
    @example(-1e22)
    @given(st.floats())
    def test_as_safe_dump(self, x):
        assert float_text(x) == yaml.safe_dump(x).split("\n")[0]


class TestLooksLikeSomethingElse:
    @pytest.mark.parametrize("text", [*TEXTS, "", "None", "H", "\u00e9"])
    def test_as_safe_load(self, text):
        assert looks_like_something_else(text) is not isinstance(yaml.safe_load(f"a: {text}")["a"], str)
