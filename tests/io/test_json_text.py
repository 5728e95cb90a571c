"""JSON with nothing left to chance."""

from __future__ import annotations

import math

import pytest

from refdp.errors import ModelFileError
from refdp.io.json_text import parse_json


class TestParseJson:
    def test_values(self):
        text = '{"b": [1, 0.1, "é", null, true], "a": 18446744073709551615, "c": -9223372036854775808}'
        found = parse_json(text)
        assert found == {"b": [1, 0.1, "é", None, True], "a": 2**64 - 1, "c": -(2**63)}
        assert list(found) == ["b", "a", "c"]

    def test_what_json_has_not(self):
        found = parse_json("[NaN, Infinity, -Infinity]")
        assert math.isnan(found[0])
        assert found[1:] == [math.inf, -math.inf]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('{"a":\n 1,}', r"no JSON: line 2, column \d+: .*, near "),
            ("", "no JSON: line 1, column 1: Expecting value"),
            ('{"a": {"b": 1, "c": 2, "b": 3}}', "the key 'b' stands there twice"),
            ("[" * 100_000, "nested too deeply"),
            ("[123456789012345678901]", r"the integer 123456789012\.\.\. of 21 characters is beyond 64 bits"),
            (f"[{'0,' * 500_000}0]", "more than 500000 entries"),
        ],
    )
    def test_what_is_refused(self, text, said):
        with pytest.raises(ModelFileError, match=said):
            parse_json(text)
