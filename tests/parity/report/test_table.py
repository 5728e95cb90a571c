"""The report in the terminal."""

from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console

from parity.report.summary import MARKS
from parity.report.table import print_report


@pytest.fixture
def printed():
    """The text that a report prints."""

    def text(report, width=160):
        out = io.StringIO()
        print_report(report, Console(file=out, width=width, markup=False, highlight=False))
        return out.getvalue()

    return text


class TestPrintReport:
    def test_a_line_of_the_table(self, report, printed):
        line = next(
            line.split() for line in printed(report).splitlines() if line.split()[:2] == ["numpy", "se_e2_a"]
        )
        assert line == ["numpy", "se_e2_a", "2", "·", "·", "·", "·", "·", "0.3", "%", "4", "%"]

    def test_signs_instead_of_words_where_there_is_little_room(self, report, printed):
        lines = [line.split() for line in printed(report, 80).splitlines()]
        assert ["backend", "family", *MARKS.values(), "used,", "median", "used,", "max"] in lines
        assert "✓ agrees, ✗ differs, K differs (known)," in printed(report, 80)
        assert "✓" not in printed(report, 160)

    def test_a_backend_is_named_once(self, report, printed):
        table = printed(report).partition("vacuous numpy")[0]
        assert table.count("numpy") == 1

    def test_a_difference_with_step_and_reason(self, report, printed):
        assert (
            "differs torch on se_e2_a-water (se_e2_a), budget used 13x, first at step w\n"
            "  descriptor is off\n" in printed(report)
        )

    def test_backends_that_fail_alike_share_a_line(self, report, printed):
        assert (
            "vacuous numpy, torch on se_e2_r-pair (se_e2_r)\n  `exclude_types` changes nothing\n"
            in printed(report)
        )

    def test_known_sentences_stand_there_once(self, report, printed):
        shown = printed(report)
        assert shown.count("virtual centres take the last type's net") == 1
        assert "torch, jax (se_e2_a-pair)" in shown
        assert "not installed: jax" in shown

    def test_the_last_line(self, report, good_report, printed):
        assert printed(report).splitlines()[-1] == "failed: 4 of 9 comparisons (3 cases, 3 backends, 12 s)"
        last = printed(good_report).splitlines()[-1]
        assert last == "passed: nothing differs that is not explained (3 cases, 3 backends, 12 s)"

    def test_more_cases_than_one_wants_to_read(self, report, printed):
        known = next(v for v in report.verdicts if v.status == "known")
        many = tuple(msgspec.structs.replace(known, case=f"se_e2_a-{k}") for k in range(9))
        shown = printed(msgspec.structs.replace(report, verdicts=many))
        assert "(se_e2_a-0, se_e2_a-1, se_e2_a-2 and 6 more)" in shown

    def test_brackets_are_no_markup(self, report, printed):
        hostile = msgspec.structs.replace(report.verdicts[3], reason="[bold red]x[/] [0, 1]")
        assert "  [bold red]x[/] [0, 1]\n" in printed(msgspec.structs.replace(report, verdicts=(hostile,)))
