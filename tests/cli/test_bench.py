"""`refdp bench` prints and writes what the benchmark returns."""

from __future__ import annotations

import json

import parity.bench
from parity.bench import Benchmark, Timing

FOUND = Benchmark(
    created="2026-01-02T03:04:05+00:00",
    natoms=192,
    rounds=3,
    config={"type": "se_e2_a"},
    machine={"cpu": "an abacus", "cores": "2", "python": "3.11.7"},
    versions={"refdp": "0.1.0", "torch": "not installed"},
    timings=(
        Timing(name="refdp", median=0.5, least=0.25, ratio_median=1.0, ratio_least=1.0, deviation=0.0),
        Timing(
            name="other",
            about="slowly",
            median=3.0,
            least=3.0,
            ratio_median=6.0,
            ratio_least=12.0,
            deviation=2e-16,
        ),
        Timing(name="torch eager", reason="not installed: No module named 'torch'"),
    ),
    peak_bytes={"refdp": 123_456_789},
)


class TestCommand:
    def test_table_and_file(self, refdp_command, monkeypatch, tmp_path):
        asked = []

        def benchmark(task, size, rounds, progress):
            asked.append((task, size, rounds))
            progress("round 1 of 3: refdp")
            return FOUND

        monkeypatch.setattr(parity.bench, "benchmark", benchmark)
        monkeypatch.chdir(tmp_path)
        result = refdp_command("bench", "--atoms", "small", "--rounds", 3)
        assert result.exit_code == 0, result.stderr
        assert asked == [("se_e2_a", "small", 3)]
        lines = [line.split() for line in result.stdout.splitlines()]
        assert ["other", "3.0000", "s", "3.0000", "s", "6.00", "12.00", "2.0e-16"] in lines
        assert "\nother: slowly\n" in result.stdout
        assert "\ntorch eager: not installed: No module named 'torch'\n" in result.stdout
        assert "an abacus, 2 cores, python 3.11.7" in result.stdout
        assert "peak memory of refdp above the import: 123 MB" in result.stdout
        written = json.loads((tmp_path / "bench.json").read_text())
        assert written["timings"][1]["ratio_median"] == 6.0

    def test_a_bad_name_is_refused_before_the_run(self, refdp_command, monkeypatch):
        monkeypatch.delattr(parity.bench, "benchmark")
        result = refdp_command("bench", "--json", "no/such/bench.json")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: `--json`: expected a file in a folder that exists")
