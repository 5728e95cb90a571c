"""`refdp parity`: what it asks for, prints, writes and returns."""

from __future__ import annotations

import msgspec
import pytest

from parity.report.files import read_report
from parity.report.model import CaseReport, Report, Verdict

REPORT = Report(
    created="2026-01-02T03:04:05+00:00",
    seconds=1.0,
    environment={},
    backends=("numpy-f64",),
    families=("se_e2_a",),
    cases=(CaseReport(name="c", family="se_e2_a", system="pair", config={}, under_test=(), alive={}),),
    verdicts=(Verdict(backend="numpy-f64", case="c", family="se_e2_a", status="agrees", used_max=0.25),),
)


@pytest.fixture
def parity(refdp_command, monkeypatch, tmp_path):
    """`refdp parity` in an empty folder, with a run that returns a report and notes what it was asked."""
    import parity.run

    asked = []

    def call(*arguments, status="agrees"):
        def run(**wanted):
            asked.append(wanted)
            return msgspec.structs.replace(
                REPORT, verdicts=(msgspec.structs.replace(REPORT.verdicts[0], status=status),)
            )

        monkeypatch.setattr(parity.run, "run", run)
        monkeypatch.chdir(tmp_path)
        return refdp_command("parity", *arguments), asked

    return call


class TestCommand:
    def test_reports_stand_in_this_folder(self, parity, tmp_path):
        result, asked = parity()
        assert result.exit_code == 0
        assert asked == [{"families": None, "backends": None, "cases": None, "jobs": None, "thorough": False}]
        assert read_report(tmp_path / "report.json") == REPORT
        assert "<!doctype html>" in (tmp_path / "report.html").read_text()
        assert sorted(f.name for f in tmp_path.iterdir()) == ["report.html", "report.json"]
        assert "wrote report.json, report.html" in result.stdout

    def test_the_table_is_printed(self, parity):
        line = next(line for line in parity()[0].stdout.splitlines() if "numpy-f64" in line)
        assert line.split() == ["numpy-f64", "se_e2_a", "1", "·", "·", "·", "·", "·", "25", "%"]

    @pytest.mark.parametrize(
        ("status", "code"),
        # The one verdict is all there is: a run in which everybody refuses has compared nothing.
        [("agrees", 0), ("known", 0), ("refuses", 1), ("differs", 1), ("fails", 1), ("vacuous", 1)],
    )
    def test_exit_status(self, parity, status, code, tmp_path):
        result, _ = parity(status=status)
        assert result.exit_code == code
        assert read_report(tmp_path / "report.json").verdicts[0].status == status

    def test_what_is_chosen_is_passed_on(self, parity):
        arguments = ("--family", "se_e2_a", "--family", "se_e2_r", "--backend", "numpy-*", "--case", "*pair*")
        _, asked = parity(*arguments, "--jobs", 3)
        assert asked == [
            {
                "families": ("se_e2_a", "se_e2_r"),
                "backends": ("numpy-*",),
                "cases": ("*pair*",),
                "jobs": 3,
                "thorough": False,
            }
        ]

    def test_other_names_and_a_picture(self, parity, tmp_path):
        pytest.importorskip("matplotlib")
        parity("--json", "a.json", "--html", "b.html", "--picture", "c.svg")
        assert sorted(f.name for f in tmp_path.iterdir()) == ["a.json", "b.html", "c.svg"]

    @pytest.mark.parametrize(
        "arguments", [("--json", "no/a.json"), ("--html", "no/b.html"), ("--picture", "c.gif")]
    )
    def test_a_bad_name_is_refused_before_the_run(self, parity, arguments, tmp_path):
        result, asked = parity(*arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: `{arguments[0]}`: expected ")
        assert asked == []
        assert list(tmp_path.iterdir()) == []


class TestList:
    def test_backends_and_cases(self, parity):
        result, asked = parity("--list")
        assert result.exit_code == 0
        assert asked == []
        names = [line.split()[0] for line in result.stdout.splitlines() if line.split()]
        for name in ("numpy-f64", "torch-f64", "deepmd-dpmodel", "se_e2_a-00-water", "se_e2_r-00-water"):
            assert name in names

    def test_cases_by_pattern(self, parity):
        shown = parity("--list", "--family", "se_e2_r", "--case", "*-pair")[0].stdout
        cases = [line.split()[0] for line in shown.splitlines() if "se_e2" in line]
        assert cases
        assert all(name.startswith("se_e2_r-") and name.endswith("-pair") for name in cases)

    def test_a_pattern_that_means_nothing(self, parity):
        result, _ = parity("--list", "--case", "nothing")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `cases`: expected a name or pattern of ")


def test_a_real_run_of_one_case(refdp_command, monkeypatch, tmp_path):
    pytest.importorskip("flint")
    monkeypatch.chdir(tmp_path)
    result = refdp_command("parity", "--backend", "numpy-f64", "--case", "se_e2_a-00-water", "--jobs", 1)
    assert result.exit_code == 0, result.output
    report = read_report(tmp_path / "report.json")
    [verdict] = report.verdicts
    assert (verdict.backend, verdict.case, verdict.status) == ("numpy-f64", "se_e2_a-00-water", "agrees")
    assert 0.0 < verdict.used_max < 1.0
