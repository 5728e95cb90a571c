"""Tests of refdp.neighbors.search."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.neighbors import search
from refdp.neighbors.images import extend
from refdp.neighbors.search import nearest, neighborhoods


def first(rows, width):
    """Pad the oracle's rows of (distance, index) to a table."""
    padded = [[j for _, j in row][:width] + [-1] * max(0, width - len(row)) for row in rows]
    return np.asarray(padded, dtype=np.int64).reshape(len(rows), width)


class TestNearest:
    @pytest.mark.parametrize("width", [0, 1, 3, 17, 400])
    @pytest.mark.parametrize("seed", range(4))
    def test_every_pair(self, random_system, every_pair, seed, width):
        system = random_system(seed)
        extended = extend(system, 4.2)
        for coord, atype in zip(extended.coord_ext, extended.atype_ext, strict=True):
            expected = first(every_pair(coord, atype, system.natoms, 4.2), width)
            found = nearest(coord, atype, system.natoms, 4.2, width)
            assert found.dtype == np.int64
            assert found.tolist() == expected.tolist()

    @pytest.mark.parametrize("width", range(1, 40, 3))
    def test_cut_through_ties(self, cubic_lattice, every_pair, width):
        """Shells of 6, 12 and 8 atoms: whatever the cut, those with the smallest numbers stay."""
        coord, atype, _ = (each[0] for each in extend(cubic_lattice, 3.5))
        expected = first(every_pair(coord, atype, 27, 3.5), width)
        assert nearest(coord, atype, 27, 3.5, width).tolist() == expected.tolist()

    def test_exactly_at_the_cutoff(self):
        coord = np.asarray([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, np.nextafter(3.0, 4.0), 0.0]])
        assert nearest(coord, np.zeros(3, dtype=np.int64), 1, 3.0, 2).tolist() == [[1, -1]]

    def test_at_the_cutoff_by_rounding(self, every_pair):
        """The rounded root decides, at every distance that is hit by rounding alone."""
        rng = np.random.default_rng(5)
        coord = np.concatenate([np.zeros((1, 3)), rng.normal(size=(400, 3))])
        coord[1:] *= 2.7 / np.linalg.norm(coord[1:], axis=1, keepdims=True)
        atype = np.zeros(401, dtype=np.int64)
        row = every_pair(coord, atype, 1, 2.7)
        assert 0 < len(row[0]) < 400
        assert nearest(coord, atype, 1, 2.7, 400).tolist() == first(row, 400).tolist()

    def test_coincident_atoms(self):
        """Another atom at the same place is a neighbour, at any number of them; oneself is not."""
        coord = np.zeros((60, 3))
        found = nearest(coord, np.zeros(60, dtype=np.int64), 60, 1.0, 5)
        for i in (0, 3, 59):
            assert found[i].tolist() == [j for j in range(6) if j != i][:5]

    def test_virtual_atoms(self):
        coord = np.asarray([[float(i), 0.0, 0.0] for i in range(5)])
        found = nearest(coord, np.asarray([0, -1, 1, -7, 0]), 4, 9.0, 4)
        assert found.tolist() == [[2, 4, -1, -1], [-1] * 4, [0, 4, -1, -1], [-1] * 4]

    def test_nobody(self):
        assert nearest(np.zeros((0, 3)), np.zeros(0, dtype=np.int64), 0, 1.0, 3).shape == (0, 3)
        assert nearest(np.zeros((1, 3)), np.zeros(1, dtype=np.int64), 1, 1.0, 3).tolist() == [[-1] * 3]
        assert nearest(np.zeros((2, 3)), np.full(2, -1), 2, 1.0, 2).tolist() == [[-1] * 2] * 2

    def test_far_from_the_origin(self):
        coord = np.asarray([[1e8, 0.0, 0.0], [1e8 + 2.0, 0.0, 0.0], [1e8 - 1.0, 0.0, 0.0]])
        assert nearest(coord, np.zeros(3, dtype=np.int64), 3, 2.0, 2).tolist() == [[2, 1], [0, -1], [0, -1]]


class TestNeighborhoods:
    def test_complete_whatever_was_expected(self, cubic_lattice, every_pair):
        coord, atype, _ = (each[0] for each in extend(cubic_lattice, 4.1))
        expected = every_pair(coord, atype, 27, 4.1)
        assert {len(row) for row in expected} == {32}
        for width in (0, 1, 5, 32, 100):
            seen = []
            for centre, neighbor, distance in neighborhoods(coord, atype, 27, 4.1, width):
                seen.extend(centre.tolist())
                for i, row, lengths in zip(centre, neighbor, distance, strict=True):
                    assert row[:32].tolist() == [j for _, j in expected[i]]
                    assert lengths[:32].tolist() == [r for r, _ in expected[i]]
                    assert (row[32:] == -1).all()
                    assert np.isinf(lengths[32:]).all()
            assert sorted(seen) == list(range(27))

    def test_blocks_change_nothing(self, random_system, monkeypatch):
        system = random_system(8, natoms=9)
        coord, atype, _ = (each[0] for each in extend(system, 5.0))
        whole = nearest(coord, atype, 9, 5.0, 40)
        monkeypatch.setattr(search, "_PAIRS", 100)
        blocks = list(neighborhoods(coord, atype, 9, 5.0, 40))
        assert len(blocks) > 4
        assert nearest(coord, atype, 9, 5.0, 40).tolist() == whole.tolist()
