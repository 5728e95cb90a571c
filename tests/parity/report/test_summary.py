"""Counts, groups, percentages and the colour scale."""

from __future__ import annotations

import math

import msgspec
import pytest

from parity.report.model import Verdict
from parity.report.summary import MARKS, STATUSES, percent, sentences, summarize, unexplained, used_scale


class TestMarks:
    def test_every_status_has_its_own(self):
        assert set(MARKS) == set(STATUSES)
        assert len(set(MARKS.values())) == len(STATUSES)


class TestSummarize:
    def test_counts_and_budget_of_what_agrees(self, report):
        lines = {(line.backend, line.family): line for line in summarize(report)}
        numpy = lines["numpy", "se_e2_a"]
        assert numpy.counts == dict.fromkeys(STATUSES, 0) | {"agrees": 2}
        assert numpy.used_max == 0.04
        assert numpy.used_median == pytest.approx(0.003, rel=1e-15)

    def test_what_differs_has_no_part_in_the_budget(self, report):
        torch = next(
            line for line in summarize(report) if (line.backend, line.family) == ("torch", "se_e2_a")
        )
        assert torch.counts["differs"] == torch.counts["known"] == 1
        assert torch.used_median is None
        assert torch.used_max is None

    def test_in_the_order_of_the_report_and_only_where_they_met(self, report):
        thinned = msgspec.structs.replace(report, verdicts=report.verdicts[::-1][1:])
        assert [line[:2] for line in summarize(thinned)] == [
            ("numpy", "se_e2_a"),
            ("numpy", "se_e2_r"),
            ("torch", "se_e2_a"),
            ("torch", "se_e2_r"),
            ("jax", "se_e2_a"),
        ]

    def test_every_verdict_is_counted_once(self, report):
        assert sum(sum(line.counts.values()) for line in summarize(report)) == len(report.verdicts)


class TestUnexplained:
    def test_backends_that_fail_alike_are_one_group(self, report):
        groups = [[(v.backend, v.status) for v in group] for group in unexplained(report)]
        assert groups == [
            [("numpy", "vacuous"), ("torch", "vacuous")],
            [("torch", "differs")],
            [("jax", "fails")],
        ]

    def test_none_where_the_run_passed(self, good_report):
        assert good_report.passed
        assert unexplained(good_report) == []

    def test_another_step_is_another_group(self, report):
        first = next(v for v in report.verdicts if v.status == "differs")
        other = msgspec.structs.replace(first, backend="jax", first_step="R")
        both = msgspec.structs.replace(report, verdicts=(first, other))
        assert [len(group) for group in unexplained(both)] == [1, 1]


class TestSentences:
    def test_each_once(self, report):
        [(sentence, verdicts)] = sentences(report, "known")
        assert sentence == "virtual centres take the last type's net"
        assert [v.backend for v in verdicts] == ["torch", "jax"]

    def test_none(self, report):
        nothing = msgspec.structs.replace(report, verdicts=())
        assert sentences(nothing, "known") == []


class TestPercent:
    @pytest.mark.parametrize(
        ("used", "text"),
        [
            (None, ""),
            (0.0, "0 %"),
            (0.00312, "0.31 %"),
            (0.5, "50 %"),
            (0.9951, "100 %"),
            (1.004, "100 %"),
            (2.0, "200 %"),
            (13.0, "13x"),
            (12345.0, "1.23e+04x"),
            (math.inf, "infx"),
            (math.nan, "nan"),
        ],
    )
    def test_values(self, used, text):
        assert percent(used) == text


class TestUsedScale:
    @pytest.mark.parametrize(
        ("used", "place"),
        [(0.0, 0.0), (1e-9, 0.0), (1e-3, 0.0), (1e-2, 1 / 3), (1.0, 1.0), (50.0, 1.0), (math.nan, 0.0)],
    )
    def test_values(self, used, place):
        assert used_scale(used) == pytest.approx(place, abs=1e-15)


def test_model_has_all_statuses(report):
    assert {v.status for v in report.verdicts} == set(STATUSES)
    assert isinstance(report.verdicts[0], Verdict)
