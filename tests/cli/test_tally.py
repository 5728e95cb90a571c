"""Figures that are gathered in parts are those of the whole."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.cli.tally import Errors, Spread, Tally
from refdp.io.dataset import Frames

PARTS = (0, 1, 5, 94)


def parts(x):
    return np.split(x, np.cumsum(PARTS)[:-1])


class TestSpread:
    @pytest.mark.parametrize("shift", [0.0, 1e6])
    def test_is_that_of_the_whole(self, shift):
        x = np.random.default_rng(0).normal(size=100) + shift
        spread = Spread()
        for part in parts(x):
            spread.add(part)
        assert spread.count == 100
        expected = [x.mean(), x.std(), x.min(), x.max()]
        assert list(spread.facts().values()) == pytest.approx(expected, rel=1e-9)

    def test_of_nothing(self):
        assert Spread().facts() == {}
        assert Spread().deviation == 0.0


class TestErrors:
    def test_are_those_of_the_whole(self):
        x, errors = np.random.default_rng(0).normal(size=100), Errors()
        for part in parts(x):
            errors.add(part)
        expected = [np.sqrt(np.mean(x * x)), np.abs(x).mean(), np.abs(x).max(), 100]
        assert list(errors.facts().values()) == pytest.approx(expected, rel=1e-13)

    def test_of_nothing(self):
        assert Errors().facts() == {}


class TestTally:
    @pytest.fixture
    def system(self):
        return refdp.System(np.zeros((3, 2, 3)), [[0, 0], [0, -1], [-1, -1]], 2.0 * np.eye(3))

    def test_energies_are_per_real_atom(self, system):
        tally = Tally()
        tally.add(Frames(system), {"energy": np.array([4.0, 3.0, 0.0])})
        assert (tally.nf, tally.atoms) == (3, 3)
        facts = tally.spreads["energy"].facts()
        assert (facts["least"], facts["largest"]) == (0.0, 3.0)
        assert facts["mean"] == pytest.approx(5 / 3, rel=1e-15)

    def test_the_pressure_is_a_third_of_the_trace_over_the_volume(self, system):
        tally = Tally()
        tally.add(Frames(system), {"energy": np.zeros(3), "virial": np.tile(np.diag([1.0, 2, 3]), (3, 1, 1))})
        assert tally.spreads["pressure"].mean == pytest.approx(160.2176634 / 4, rel=1e-15)

    def test_the_largest_force_is_found_across_parts(self, system):
        tally, forces = Tally(), np.zeros((3, 2, 3))
        forces[1, 0] = [3.0, 4.0, 0.0]
        for k in (0, 1, 2):
            frame = Frames(system.frame(k), index=[k + 10])
            tally.add(frame, {"energy": np.zeros(1), "force": forces[k : k + 1]})
        assert tally.worst == (11, 0)
        assert tally.spreads["force"].count == 3
        assert tally.spreads["force"].largest == 5.0

    def test_a_label_of_another_shape_is_left_alone(self, system):
        tally = Tally()
        frames = Frames(system, {"atom_dipole": np.zeros((3, 1, 3)), "dipole": np.zeros((3, 3))})
        tally.add(frames, {"dipole": np.ones((3, 3)), "atom_dipole": np.ones((3, 2, 3))})
        assert list(tally.errors) == ["dipole"]
        assert tally.errors["dipole"].facts()["rmse"] == 1.0

    def test_of_atoms_only_the_real_ones_count(self, system):
        tally = Tally()
        tally.add(Frames(system), {"dipole": np.ones((3, 3)), "atom_dipole": np.ones((3, 2, 3))})
        assert tally.spreads["atom_dipole"].count == 9
        assert tally.spreads["dipole"].count == 9
