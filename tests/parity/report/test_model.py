from __future__ import annotations

import msgspec

from parity.report.model import CaseReport, Report, Verdict, merged


def _report(family, backend, status="agrees"):
    case = CaseReport(name=f"{family}-0", family=family, system="pair", config={}, under_test=(), alive={})
    return Report(
        created="now",
        seconds=2.0,
        environment={"refdp": "1", backend: family},
        backends=("both", backend),
        families=(family,),
        cases=(case,),
        verdicts=(Verdict(backend=backend, case=case.name, family=family, status=status),),
    )


class TestReport:
    def test_passes_where_something_was_compared_and_nothing_is_wrong(self):
        found = [_report("a", "x", status).passed for status in ("agrees", "known", "refuses", "vacuous")]
        assert found == [True, True, False, False]


class TestMerged:
    def test_everything_of_all(self):
        found = merged([_report("a", "x"), _report("b", "y", "differs")])
        assert found.backends == ("both", "x", "y")
        assert found.families == ("a", "b")
        assert [case.name for case in found.cases] == ["a-0", "b-0"]
        assert [v.status for v in found.verdicts] == ["agrees", "differs"]
        assert found.environment == {"refdp": "1", "x": "a", "y": "b"}
        assert (found.seconds, found.created, found.passed) == (4.0, "now", False)

    def test_one_is_itself(self):
        report = _report("a", "x")
        assert merged([report]) == report

    def test_versions_of_the_first_win(self):
        first = _report("a", "x")
        second = msgspec.structs.replace(_report("b", "y"), environment={"refdp": "2"})
        assert merged([first, second]).environment["refdp"] == "1"
