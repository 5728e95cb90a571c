"""Tests of refdp.examples: the systems are what they are said to be."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from refdp import examples
from refdp.errors import InputError, SelOverflowWarning
from refdp.neighbors import extend, neighbor_list, neighbor_statistics


def distances(system, frame):
    """Distances of each atom to its images and the others, the nearest first, by neighbour table."""
    extended = extend(system.frame(frame), 5.0, prune=True)
    table = neighbor_list(extended, system.natoms, 5.0, 400, mixed_types=True)[0]
    lengths = np.linalg.norm(
        extended.coord_ext[0, table] - extended.coord_ext[0, : system.natoms, None], axis=-1
    )
    return np.where(table >= 0, lengths, np.inf), np.where(table >= 0, extended.atype_ext[0, table], -1)


class TestNames:
    def test_all(self):
        expected = ("crowded", "crystal", "isolated", "molecule", "pair", "virtual", "water")
        assert examples.names() == expected
        for name in expected:
            assert (getattr(examples, name)().coords == examples.load(name).coords).all()

    def test_small(self):
        folder = files("refdp") / "data"
        assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 60_000


class TestLoad:
    def test_unknown(self):
        with pytest.raises(InputError, match=r"`name`: expected one of crowded, .*water, got 'ice'"):
            examples.load("ice")

    def test_frames_differ(self):
        for name in set(examples.names()) - {"crowded"}:
            first, second = examples.load(name).coords
            assert abs(first - second).max() > 0.01


class TestWater:
    def test_liquid(self):
        system = examples.water()
        assert (system.nf, system.natoms, system.type_map) == (2, 192, ("O", "H"))
        mass = 64 * (15.999 + 2 * 1.008) * 1.66053907
        assert mass / np.linalg.det(system.cell) == pytest.approx(1.0, abs=0.01)
        for frame in range(2):
            lengths, types = distances(system, frame)
            oxygen = system.types[0] == 0
            bonds = lengths[oxygen, :2]
            assert (types[oxygen, :2] == 1).all()
            assert 0.85 < bonds.min() < bonds.max() < 1.12
            assert (lengths[oxygen, 2] > 1.4).all()
            between = lengths[oxygen][types[oxygen] == 0]
            assert 2.3 < between.min() < 2.75
            # The first shell of a liquid, 4 to 6 molecules within the first minimum of g(r) at 3.4 angstrom.
            assert 3.5 < np.count_nonzero(between < 3.4) / 64 < 6.5

    def test_alive_in_the_usual_window(self):
        assert neighbor_statistics(examples.water(), 6.0).most < (46, 92)

    def test_repeat(self):
        system = examples.water(repeat=2)
        assert system.natoms == 1536
        assert (system.cell == 2 * examples.water().cell).all()
        assert examples.water(repeat=(1, 1, 3)).natoms == 576

    def test_bad_repeat(self):
        with pytest.raises(InputError, match="`times`"):
            examples.water(repeat=0)


class TestMolecule:
    def test_ethanol(self):
        system = examples.molecule()
        assert (system.nf, system.natoms, system.periodic) == (2, 9, False)
        assert [system.type_map[kind] for kind in sorted(system.types[0])] == ["O", *["H"] * 6, *["C"] * 2]


class TestCrystal:
    def test_cell_smaller_than_the_cutoff(self):
        system = examples.crystal()
        assert (system.nf, system.natoms) == (2, 2)
        assert np.linalg.norm(system.cell, axis=-1).max() < 6.0
        assert abs(np.linalg.det(system.cell) / (5.64**3 / 4) - 1).max() < 0.15
        off_diagonal = system.cell @ np.swapaxes(system.cell, 1, 2)
        assert len(np.unique(np.round(off_diagonal[0], 3))) == 6


class TestIsolated:
    def test_one_lonely_atom(self):
        found = neighbor_statistics(examples.isolated(), 6.0)
        assert (found.lonely, found.unseen, found.natoms) == (2, ("He",), 8)


class TestPair:
    def test_lengths(self):
        system = examples.pair()
        lengths = np.linalg.norm(system.coords[:, 1] - system.coords[:, 0], axis=-1)
        assert lengths.tolist() == pytest.approx([1.3, 3.1], abs=1e-12)


class TestVirtual:
    def test_interleaved(self):
        system = examples.virtual()
        assert system.types[0].tolist() == [0, 1, 1, -1] * 8
        assert system.periodic


class TestCrowded:
    def test_overflows(self):
        system = examples.crowded()
        with pytest.warns(SelOverflowWarning, match="at 48 of 48 atoms"):
            neighbor_list(extend(system, 6.0, prune=True), 48, 6.0, [10, 20])
        assert neighbor_statistics(system, 6.0).min_distance > 2.0
