from __future__ import annotations

import numpy as np
import pytest

from parity.systems import SETTINGS, load
from refdp.errors import InputError
from refdp.neighbors.images import wrap
from refdp.neighbors.statistics import neighbor_statistics


class TestSettings:
    @pytest.mark.parametrize("name", sorted(SETTINGS))
    def test_sel_is_roomy_up_to_wide_and_too_small_at_long_where_it_says_so(self, name):
        setting, system = SETTINGS[name], load(name)

        def fits(rcut):
            found = neighbor_statistics(system, rcut)
            return found.most_in_all <= sum(setting.sel) and all(
                n <= m for n, m in zip(found.most, setting.sel, strict=True)
            )

        assert fits(setting.cutoffs["wide"][0])
        assert fits(setting.cutoffs["long"][0]) != setting.overflowing

    @pytest.mark.parametrize("name", sorted(SETTINGS))
    def test_pairs_lie_in_every_switch_window(self, name):
        coords = load(name).coords
        for rcut, rcut_smth in SETTINGS[name].cutoffs.values():
            inside = (
                neighbor_statistics(load(name), rcut).pairs - neighbor_statistics(load(name), rcut_smth).pairs
            )
            assert inside > 0, (rcut, rcut_smth, coords.shape)


class TestScattered:
    @pytest.mark.parametrize("name", ["mixture", "cluster", "tilted"])
    def test_no_pair_lies_just_inside_a_cutoff(self, name):
        system = load(name)
        for rcut in (2.6, 3.1, 3.6):
            inside, further = (neighbor_statistics(system, r).pairs for r in (rcut - 0.15, rcut))
            assert inside == further

    def test_two_frames_with_different_first_atoms(self):
        system = load("mixture")
        assert system.coords.shape == load("cluster").coords.shape == (2, 6, 3)
        assert system.atype[0, 0] != system.atype[1, 0]
        assert np.array_equal(256 * system.coords, np.round(256 * system.coords))

    def test_one_atom_sees_nobody(self):
        away = np.linalg.norm(load("cluster").coords[0, :5] - load("cluster").coords[0, 5], axis=-1)
        assert away.min() > 15.0

    def test_virtual_atoms(self):
        for name in ("masked", "mixture-virtual"):
            assert np.argwhere(load(name).atype < 0).tolist() == [[0, 2], [1, 0]]


class TestTilted:
    def test_wrapping_rounds_nothing(self):
        for name in ("tilted", "tilted-left-handed"):
            system = load(name)
            wrapped = wrap(system.coords, system.cell)
            moves = (wrapped - system.coords) @ np.linalg.inv(system.cell)
            assert np.array_equal(moves, np.round(moves))
            assert np.any(moves != 0.0)
            assert np.array_equal(256 * wrapped, np.round(256 * wrapped))

    def test_handedness(self):
        assert np.all(np.linalg.det(load("tilted").cell) > 0.0)
        assert np.all(np.linalg.det(load("tilted-left-handed").cell) < 0.0)

    def test_virtual_atoms(self):
        assert np.argwhere(load("tilted-virtual").atype < 0).tolist() == [[0, 2], [1, 0]]


class TestLoad:
    def test_one_frame_of_water(self):
        assert load("water").coords.shape == (1, 192, 3)

    def test_left_handed(self):
        assert np.linalg.det(load("left-handed").cell[0]) == pytest.approx(-64.0)

    def test_lattice_has_six_neighbours_at_one_distance(self):
        found = neighbor_statistics(load("lattice"), 2.5)
        assert (found.most_in_all, found.min_distance, found.pairs) == (6, 2.0, 6 * 64)

    def test_unknown(self):
        with pytest.raises(InputError, match=r"`system`: expected one of .*water.*lattice.*, got 'ice'"):
            load("ice")
