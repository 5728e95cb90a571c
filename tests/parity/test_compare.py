from __future__ import annotations

import numpy as np
import pytest

from parity.compare import compare, used


def _truth(head, budget, tail=0.0, radius=0.0):
    head = np.asarray(head, dtype=np.float64)
    values = {"head": head, "tail": tail, "radius": radius, "budget": budget}
    return {name: np.broadcast_to(np.asarray(x, dtype=np.float64), head.shape) for name, x in values.items()}


class TestUsed:
    def test_is_the_distance_in_budgets(self):
        assert np.array_equal(used(np.array([1.0, 2.5]), _truth([1.25, 2.0], [1.0, 0.25])), [0.25, 2.0])

    def test_loses_no_digit_of_the_truth(self):
        # 1/3 lies 1/3 of 2^-54 above its float64; the next float64 is 2/3 of 2^-54 above it.
        head, tail = 1.0 / 3.0, (1.0 / 3.0) * 2.0**-54
        share = used(np.array([head, np.nextafter(head, 1.0)]), _truth([head, head], 2.0**-54, tail))
        assert share == pytest.approx([1.0 / 3.0, 2.0 / 3.0], rel=1e-15)

    def test_radius_counts_against_the_backend(self):
        assert used(np.array([1.5]), _truth([1.0], 1.0, radius=0.25)) == [0.75]

    def test_zero_budget_allows_the_exact_number_only(self):
        assert np.array_equal(used(np.array([0.0, 5e-324]), _truth([0.0, 0.0], 0.0)), [0.0, np.inf])

    @pytest.mark.parametrize("budget", [0.0, 1.0])
    def test_no_number_is_infinitely_far(self, budget):
        assert np.array_equal(used(np.array([np.nan, np.inf]), _truth([1.0, 1.0], budget)), [np.inf, np.inf])

    def test_float32_is_taken_exactly(self):
        value = np.array([0.1], dtype=np.float32)
        assert used(value, _truth([0.1], 2.0**-30)) == [abs(float(value[0]) - 0.1) * 2.0**30]


TRUTH = {"descriptor": _truth([[1.0, 2.0]], 0.5), "rot_mat": None, "sw": _truth([0.0, 1.0], [0.0, 0.1])}
RIGHT = {"descriptor": np.array([[1.0, 2.25]]), "rot_mat": None, "sw": np.array([0.0, 1.0])}


class TestCompare:
    def test_agreement(self):
        found = compare(RIGHT, TRUTH, "float64")
        assert found.reason == ""
        assert found.over == {}
        assert [(r.name, r.used_median, r.used_max) for r in found.reports] == [
            ("descriptor", 0.25, 0.5),
            ("sw", 0.0, 0.0),
        ]

    def test_a_difference_is_named_with_its_place(self):
        found = compare(RIGHT | {"descriptor": np.array([[1.0, 3.0]])}, TRUTH, "float64")
        assert np.array_equal(found.over["descriptor"], [[False, True]])
        assert list(found.over) == ["descriptor"]
        place = "worst at [0, 1]: 3.0 instead of 2.0, 2 times the budget"
        assert found.reason == f"`descriptor`: 1 of 2 numbers beyond the budget; {place}"
        assert found.reports[0].worst_index == (0, 1)

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_what_is_not_finite_is_over_the_budget(self, bad):
        found = compare(RIGHT | {"descriptor": np.array([[bad, 2.0]])}, TRUTH, "float64")
        assert np.array_equal(found.over["descriptor"], [[True, False]])
        assert found.reports[0].worst_index == (0, 0)

    def test_exactly_the_budget_is_within_it(self):
        assert compare(RIGHT | {"descriptor": np.array([[1.5, 2.0]])}, TRUTH, "float64").reason == ""

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"sw": None}, "`sw` is missing"),
            ({"rot_mat": np.zeros(3)}, "`rot_mat` is given, but not defined"),
            ({"sw": np.zeros((2, 1))}, r"`sw` has shape (2, 1) instead of (2,)"),
            ({"sw": np.zeros(2, np.float32)}, "`sw` has dtype float32 instead of float64"),
        ],
    )
    def test_shapes_dtypes_and_none_come_first(self, change, reason):
        found = compare(RIGHT | change | {"descriptor": np.array([[9.0, 9.0]])}, TRUTH, "float64")
        assert found.mismatch
        assert found.reason == reason
        assert found.reports == ()

    def test_nothing_to_compare(self):
        found = compare(
            {"descriptor": np.zeros((0, 2))}, {"descriptor": _truth(np.zeros((0, 2)), 0.0)}, "float64"
        )
        assert (found.reason, found.reports[0].used_max) == ("", None)
