"""Figures that are gathered in parts are those of the whole."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.cli.tally import Errors, Spread, Tally
from refdp.io.dataset import Frames
from refdp.models.base import Quantity

PARTS = (0, 1, 5, 94)
ENERGY, DIPOLE = Quantity("energy"), Quantity("dipole", (3,))


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
        tally = Tally(ENERGY)
        tally.add(Frames(system), {"energy": np.array([4.0, 3.0, 0.0])})
        assert (tally.nf, tally.atoms) == (3, 3)
        facts = tally.spreads["energy"].facts()
        assert (facts["least"], facts["largest"]) == (0.0, 3.0)
        assert facts["mean"] == pytest.approx(5 / 3, rel=1e-15)

    def test_the_pressure_is_a_third_of_the_trace_over_the_volume(self, system):
        tally = Tally(ENERGY)
        tally.add(Frames(system), {"energy": np.zeros(3), "virial": np.tile(np.diag([1.0, 2, 3]), (3, 1, 1))})
        assert tally.spreads["pressure"].mean == pytest.approx(160.2176634 / 4, rel=1e-15)

    def test_the_largest_force_is_found_across_parts(self, system):
        tally, forces = Tally(ENERGY), np.zeros((3, 2, 3))
        forces[1, 0] = [3.0, 4.0, 0.0]
        for k in (0, 1, 2):
            frame = Frames(system.frame(k), index=[k + 10])
            tally.add(frame, {"energy": np.zeros(1), "force": forces[k : k + 1]})
        assert tally.worst == (11, 0)
        assert tally.spreads["force"].count == 3
        assert tally.spreads["force"].largest == 5.0

    def test_a_label_of_another_shape_is_not_compared_and_remembered(self, system):
        tally = Tally(DIPOLE)
        frames = Frames(system, {"atom_dipole": np.zeros((3, 1, 3)), "dipole": np.zeros((3, 3))})
        tally.add(frames, {"dipole": np.ones((3, 3)), "atom_dipole": np.ones((3, 2, 3))})
        assert list(tally.errors) == ["dipole"]
        assert tally.errors["dipole"].facts()["rmse"] == 1.0
        assert tally.unlike == {"atom_dipole": ((1, 3), (2, 3))}

    def test_labels_of_as_many_numbers_take_the_shape_of_the_predictions(self, system):
        tally = Tally(Quantity("energy", (1,)))
        frames = Frames(system, {"energy": [1.0, 2.0, 3.0], "atom_energy": np.zeros((3, 2))})
        tally.add(frames, {"energy": np.array([[2.0], [3.0], [4.0]]), "atom_energy": np.ones((3, 2, 1))})
        assert tally.errors["energy"].facts()["numbers"] == 3
        assert tally.errors["energy"].largest == 1.0
        assert tally.errors["atom_energy"].count == 3
        assert tally.unlike == {}

    @pytest.mark.parametrize("name", ["force", "force_constant", "atom_count", "virial", "energy"])
    def test_properties_are_told_as_they_are_whatever_their_names(self, system, name):
        tally = Tally(Quantity(name, (2,)))
        total, share = np.arange(6.0).reshape(3, 2), np.ones((3, 2, 2))
        tally.add(Frames(system), {name: total, f"atom_{name}": share})
        assert list(tally.spreads) == [name, f"atom_{name}"]
        assert tally.spreads[name].facts()["mean"] == 2.5
        assert tally.spreads[f"atom_{name}"].count == 6
        assert tally.worst is None

    def test_of_atoms_only_the_real_ones_count(self, system):
        tally = Tally(DIPOLE)
        tally.add(Frames(system), {"dipole": np.ones((3, 3)), "atom_dipole": np.ones((3, 2, 3))})
        assert tally.spreads["atom_dipole"].count == 9
        assert tally.spreads["dipole"].count == 9
