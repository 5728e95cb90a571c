from __future__ import annotations

from itertools import combinations, product

import pytest

from parity.cases.pairwise import cover, pairs_of, representatives

FACTORS = {
    "a": ("1", "2", "3", "4"),
    "b": ("x", "y", "z"),
    "c": ("no", "yes"),
    "d": ("no", "yes"),
    "e": ("no", "yes"),
}


def _pairs(rows):
    return {frozenset(pair) for row in rows for pair in combinations(row.items(), 2)}


class TestCover:
    def test_every_pair_occurs(self):
        rows = cover(FACTORS)
        expected = {
            frozenset(((f, a), (g, b)))
            for f, g in combinations(FACTORS, 2)
            for a, b in product(FACTORS[f], FACTORS[g])
        }
        assert _pairs(rows) == expected

    def test_is_small(self):
        # No design has fewer rows than the two longest factors have pairs, 12; all combinations are 96.
        assert 12 <= len(cover(FACTORS)) <= 14

    def test_is_the_same_every_time(self):
        assert cover(FACTORS) == cover(dict(FACTORS))

    def test_what_is_not_allowed_does_not_occur_and_the_rest_does(self):
        def allowed(row):
            return not (row.get("a") == "1" and row.get("b") == "x")

        pairs = _pairs(cover(FACTORS, allowed))
        forbidden = frozenset((("a", "1"), ("b", "x")))
        assert forbidden not in pairs
        assert pairs == _pairs(cover(FACTORS)) - {forbidden}

    def test_factors_apart_need_not_meet_but_each_level_occurs(self):
        rows = cover(FACTORS, apart=frozenset("ab"))
        assert len(rows) < 12
        assert {row["a"] for row in rows} == set("1234")
        assert {row["b"] for row in rows} == set("xyz")

    def test_a_factor_without_a_fitting_level_is_named(self):
        def allowed(row):
            return not {"a", "c"} <= row.keys()

        with pytest.raises(ValueError, match=r"no level of [ac] fits"):
            cover(FACTORS, allowed)


class TestRepresentatives:
    def test_every_level_occurs_in_few_rows(self):
        rows = cover(FACTORS)
        some = representatives(rows)
        assert some == sorted(set(some))
        assert 4 <= len(some) <= 5
        assert {item for k in some for item in rows[k].items()} == {i for row in rows for i in row.items()}

    def test_the_first_of_equals(self):
        assert representatives([{"a": "1"}, {"a": "1"}, {"a": "2"}]) == [0, 2]


class TestPairsOf:
    def test_counts(self):
        assert len(pairs_of({"a": "12", "b": "xyz", "c": "uv"}, bool)) == 6 + 4 + 6
        assert len(pairs_of({"a": "12", "b": "xyz", "c": "uv"}, bool, frozenset("ab"))) == 4 + 6
