"""The benchmark's arithmetic, on systems so small that time means nothing."""

from __future__ import annotations

import json
from statistics import median

import numpy as np
import pytest

import parity.bench
import refdp
from parity.bench import CONFIGS, Benchmark, Timing, benchmark, compare, write_benchmark
from parity.contestants import OURS, Contestant


@pytest.fixture
def water():
    """A small descriptor of one frame of water, and the frame."""
    system = refdp.examples.water().frame(0)
    config = CONFIGS["se_e2_a"] | {"neuron": [2, 4], "axis_neuron": 2}
    return refdp.from_config(config, type_map=system.type_map, seed=1), system


@pytest.fixture
def entrants(monkeypatch):
    """Contestants that note when they run instead of computing, and one that is missing."""
    ran = []

    def one(name, result, most=None):
        def run():
            ran.append(name)
            return np.asarray(result)

        return Contestant(name, f"about {name}", run, most)

    entries = [
        one(OURS, [1.0, 2.0]),
        one("B", [1.0, 2.5]),
        one("C", [[1.0]], most=1),
        ("D", "not installed: d"),
    ]
    monkeypatch.setattr(parity.bench, "contestants", lambda subject, system, kind: iter(entries))
    return ran


class TestCompare:
    def test_in_turns_after_a_warm_up(self, entrants):
        compare(None, None, 3)
        assert entrants == [OURS, "B", OURS, "B", "C", OURS, "B", OURS, "B"]

    def test_ratios_are_quotients_of_their_own_medians_and_minima(self, entrants):
        ours, *others = compare(None, None, 5)
        assert [len(t.seconds) for t in (ours, *others)] == [5, 5, 1, 0]
        for timing in (ours, *others[:2]):
            assert timing.median == median(timing.seconds)
            assert timing.least == min(timing.seconds) > 0.0
            assert timing.ratio_median == timing.median / ours.median
            assert timing.ratio_least == timing.least / ours.least
        assert ours.ratio_median == 1.0

    def test_differences_from_ours(self, entrants):
        assert [t.deviation for t in compare(None, None, 1)] == [0.0, 0.5, None, None]

    def test_who_is_missing_says_why(self, entrants):
        last = compare(None, None, 1)[-1]
        assert last == Timing(name="D", reason="not installed: d")

    def test_progress(self, entrants):
        told = []
        compare(None, None, 2, told.append)
        assert told == [
            "round 1 of 2: refdp",
            "round 1 of 2: B",
            "round 1 of 2: C",
            "round 2 of 2: refdp",
            "round 2 of 2: B",
        ]

    def test_real_contestants_compute_the_same(self, water):
        found = {t.name: t for t in compare(*water, rounds=1)}
        assert found[OURS].deviation == 0.0
        same = [t for t in found.values() if t.deviation is not None]
        assert len(same) >= 1
        assert all(t.deviation < 1e-13 for t in same)


class TestBenchmark:
    def test_structure(self, entrants, monkeypatch, tmp_path):
        monkeypatch.setattr(parity.bench, "peak_above_import", lambda config, repeat, who: 1000 * repeat)
        found = benchmark("se_atten", "small", 2)
        write_benchmark(found, tmp_path / "bench.json")
        written = json.loads((tmp_path / "bench.json").read_text())
        assert set(written) == set(Benchmark.__struct_fields__)
        assert written["natoms"] == 192
        assert written["config"] == CONFIGS["se_atten"]
        assert written["peak_bytes"] == {"refdp": 1000, "DeePMD-kit": 1000}
        assert written["versions"]["refdp"] == refdp.__version__
        assert written["versions"]["numpy"] == np.__version__
        assert int(written["machine"]["cores"]) >= 1
        assert written["machine"]["cpu"]
        for timing in written["timings"][:3]:
            assert timing["ratio_median"] == timing["median"] / written["timings"][0]["median"]

    def test_the_task_is_that_of_the_readme(self):
        assert CONFIGS["se_e2_a"]["sel"] == [46, 92]
        assert CONFIGS["se_e2_a"]["neuron"] == [25, 50, 100]
        assert CONFIGS["se_e2_a"]["axis_neuron"] == 16
        assert refdp.examples.water(parity.bench.SIZES["large"]).natoms == 1536

    def test_a_package_that_is_missing_has_no_version(self, monkeypatch):
        monkeypatch.setattr(parity.bench, "PACKAGES", ("no-such-package",))
        assert dict(parity.bench._versions()) == {"no-such-package": "not installed"}
