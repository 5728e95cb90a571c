"""Everybody in the benchmark computes the descriptor of every atom."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import parity.contestants
import refdp
from parity.contestants import ENTRIES, OURS, SEARCH, Contestant, contestants
from refdp.namespaces import to_numpy

# What each needs besides the core.
NEEDS = {
    "torch eager": "torch",
    "jax.jit": "jax",
    "DeePMD-kit, cell list": "deepmd",
    "DeePMD-kit, all pairs": "deepmd",
}


@pytest.fixture
def task():
    """A descriptor and a small frame with a cell."""
    system = refdp.examples.crystal().frame(0)
    config = {"type": "se_e2_a", "rcut": 4.0, "sel": [20, 20], "neuron": [2, 4], "axis_neuron": 2}
    drawn = refdp.from_config(config, type_map=system.type_map, seed=1)
    return refdp.with_statistics(drawn, [system]), system


class TestContestants:
    @pytest.mark.parametrize("name", [name for name, _ in ENTRIES if name != SEARCH])
    def test_the_result_is_ours(self, task, name):
        pytest.importorskip(NEEDS.get(name, "refdp"))
        contestant = dict(ENTRIES)[name](*task)
        expected = refdp.describe(*task)
        result = to_numpy(contestant.run())
        assert result.shape == expected.shape
        assert np.abs(result - expected).max() < 1e-14 * np.abs(expected).max()

    def test_the_search_is_that_of_describe(self, task):
        from refdp.blocks import find_neighbors

        assert np.array_equal(dict(ENTRIES)[SEARCH](*task).run(), find_neighbors(*task).nlist)

    def test_ours_comes_first(self, task):
        first = next(contestants(*task))
        assert isinstance(first, Contestant)
        assert first.name == OURS

    def test_a_missing_package_costs_one_row(self, task, monkeypatch):
        monkeypatch.setattr(parity.contestants, "ENTRIES", ENTRIES[:3])
        monkeypatch.setitem(sys.modules, "torch", None)
        *others, last = contestants(*task)
        assert [c.name for c in others] == [OURS, SEARCH]
        assert last[0] == "torch eager"
        assert last[1].startswith("not installed: import of torch halted")
