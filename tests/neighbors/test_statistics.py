"""Tests of refdp.neighbors.statistics."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from refdp import examples
from refdp.errors import InputError
from refdp.neighbors.images import extend
from refdp.neighbors.statistics import neighbor_statistics, suggested_slots
from refdp.neighbors.table import neighbor_list
from refdp.system import System


class TestNeighborStatistics:
    def test_by_hand(self):
        """Oxygens 0 and 3 apart by 3, a hydrogen 1 from the first, a virtual atom, one atom far away."""
        coords = np.asarray([[0.0, 0, 0], [1.0, 0, 0], [0.5, 0, 0], [3.0, 0, 0], [90.0, 0, 0]])
        system = System(coords, [0, 1, -1, 0, 0], type_map=["O", "H", "C"])
        found = neighbor_statistics(system, 2.5)
        assert found.types == ("O", "H", "C")
        assert found.natoms == 4
        assert found.most == (2, 1, 0)
        assert found.mean == (0.5, 0.5, 0.0)
        assert found.least == (0, 0, 0)
        assert found.most_in_all == 2
        assert found.sel == (4, 4, 0)
        assert found.unseen == ("C",)
        assert found.min_distance == 1.0
        assert found.lonely == 1
        assert found.pairs == 4
        assert found.at_cutoff == 0

    def test_the_cutoff_itself_is_counted_apart(self):
        system = System([[0.0, 0, 0], [3.0, 0, 0], [0, 2.0, 0]], [0, 0, 0])
        found = neighbor_statistics(system, 3.0)
        assert (found.pairs, found.at_cutoff, found.lonely, found.most) == (2, 2, 1, (1,))

    def test_images_and_frames(self, cubic_lattice):
        """Simple cubic, 2 angstrom: 6, 12 and 8 neighbours in the first three shells."""
        both = System(np.tile(cubic_lattice.coords, (2, 1, 1)), cubic_lattice.types[0], cubic_lattice.cell[0])
        found = neighbor_statistics(both, 3.6)
        assert (found.natoms, found.most_in_all, found.pairs) == (54, 26, 54 * 26)
        assert sum(found.mean) == pytest.approx(26.0, abs=1e-12)
        assert found.min_distance == 2.0

    def test_least_and_most_against_every_image(self, random_system, every_image):
        system = random_system(2, nf=1, natoms=4)
        rows = every_image(system.coords[0] / 3, system.types[0], system.cell[0], 5.0)
        found = neighbor_statistics(System(system.coords / 3, system.types, system.cell), 5.0, ntypes=2)
        kinds = system.types[0]
        counts = np.asarray([[sum(kinds[j] == b for _, j in row) for b in (0, 1)] for row in rows])[
            kinds >= 0
        ]
        assert found.most == tuple(counts.max(axis=0))
        assert found.least == tuple(counts.min(axis=0))
        assert found.pairs == counts.sum()

    @pytest.mark.parametrize("name", ["water", "molecule", "crowded", "virtual", "crystal"])
    def test_suggestion_does_not_overflow(self, name):
        system = examples.load(name)
        sel = neighbor_statistics(system, 6.0).sel
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = neighbor_list(extend(system, 6.0), system.natoms, 6.0, sel)
        assert np.count_nonzero(table >= 0) == neighbor_statistics(system, 6.0).pairs

    @pytest.mark.parametrize("shape", [(1, 0, 3), (0, 2, 3), (1, 1, 3)])
    def test_empty(self, shape):
        found = neighbor_statistics(System(np.zeros(shape), [0] * shape[1], type_map=["O"]), 6.0)
        assert (found.most, found.least, found.sel, found.min_distance) == ((0,), (0,), (0,), None)
        assert found.lonely == found.natoms == shape[0] * shape[1]

    def test_names_by_number(self):
        assert neighbor_statistics(System([[0.0, 0, 0]], [1]), 6.0, ntypes=3).types == ("0", "1", "2")

    def test_too_few_types(self):
        with pytest.raises(InputError, match=r"`ntypes`: expected at least 2.*got 1"):
            neighbor_statistics(System([[0.0, 0, 0]], [1]), 6.0, ntypes=1)


class TestSuggestedSlots:
    @pytest.mark.parametrize(
        ("count", "sel"),
        [(0, 0), (1, 4), (3, 4), (4, 4), (5, 8), (8, 8), (10, 12), (11, 12), (12, 16), (100, 112)],
    )
    def test_rule(self, count, sel):
        assert suggested_slots(count) == sel
