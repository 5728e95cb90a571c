"""Tests of refdp.neighbors.table."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from refdp.errors import InputError, SelOverflowWarning
from refdp.neighbors.images import Extended, extend
from refdp.neighbors.table import check_sel, count_by_type, neighbor_list, split_by_type
from refdp.system import System


def line(*types):
    """Atoms on a line: number 0 in the middle of nothing, number i at distance i from it."""
    coords = np.asarray([[float(i), 0.0, 0.0] for i in range(len(types))])
    return extend(System(coords, list(types)), 100.0)


def by_definition(rows, atype, sel, mixed_types):
    """Cut to sum(sel) first, sort into blocks second, in plain Python."""
    table = []
    for row in rows:
        kept = [j for _, j in row][: sum(sel)]
        blocks = (
            [kept] if mixed_types else [[j for j in kept if atype[j] == b][:n] for b, n in enumerate(sel)]
        )
        widths = [sum(sel)] if mixed_types else sel
        table.append(
            [j for block, n in zip(blocks, widths, strict=True) for j in block + [-1] * (n - len(block))]
        )
    return table


class TestNeighborList:
    @pytest.mark.parametrize("mixed_types", [False, True])
    @pytest.mark.parametrize("sel", [[3, 4], [1, 0], [0, 5], [40, 60], [0, 0]])
    @pytest.mark.parametrize("seed", range(3))
    def test_every_pair(self, random_system, every_pair, seed, sel, mixed_types):
        system = random_system(seed)
        extended = extend(system, 4.2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SelOverflowWarning)
            table = neighbor_list(extended, system.natoms, 4.2, sel, mixed_types=mixed_types)
        assert table.shape == (2, 5, sum(sel))
        assert table.dtype == np.int64
        for frame, (coord, atype) in enumerate(zip(extended.coord_ext, extended.atype_ext, strict=True)):
            rows = every_pair(coord, atype, system.natoms, 4.2)
            assert table[frame].tolist() == by_definition(rows, atype, sel, mixed_types)

    @pytest.mark.parametrize("handed", [1, -1])
    @pytest.mark.parametrize("rcut", [1.5, 4.0, 9.0])
    def test_every_image(self, random_system, every_image, rcut, handed):
        """Distances and owners are those of the unwrapped atoms and all their images, also left-handed."""
        system = random_system(11, nf=1, natoms=4, edge=3.5)
        system = System(system.coords[:, :-1] / 2, system.types[:, :-1], system.cell[:, ::handed])
        extended = extend(system, rcut, prune=True)
        rows = every_image(system.coords[0], system.types[0], system.cell[0], rcut)
        most = max(len(row) for row in rows)
        assert most > {1.5: 0, 4.0: 8, 9.0: 100}[rcut]
        table = neighbor_list(extended, 3, rcut, most + 2, mixed_types=True)
        for i, row in enumerate(rows):
            found = table[0, i][table[0, i] >= 0]
            distances = np.linalg.norm(extended.coord_ext[0, found] - extended.coord_ext[0, i], axis=-1)
            assert len(found) == len(row)
            assert abs(distances - [r for r, _ in row]).max(initial=0.0) < 1e-13
            owners = sorted(
                (round(r, 9), int(j)) for r, j in zip(distances, extended.mapping[0, found], strict=True)
            )
            assert owners == sorted((round(r, 9), j) for r, j in row)

    @pytest.mark.parametrize("mixed_types", [False, True])
    def test_pruning_changes_no_neighbor(self, random_system, mixed_types):
        system = random_system(4, natoms=8)
        full, pruned = extend(system, 4.5), extend(system, 4.5, prune=True)
        tables = [neighbor_list(e, 8, 4.5, [90, 90], mixed_types=mixed_types) for e in (full, pruned)]
        assert ((tables[0] < 0) == (tables[1] < 0)).all()
        for frame in range(2):
            used = tables[0][frame] >= 0
            one, other = (
                full.coord_ext[frame, tables[0][frame][used]],
                pruned.coord_ext[frame, tables[1][frame][used]],
            )
            assert used.any()
            assert (one == other).all()

    def test_total_is_cut_first(self):
        """Spec 3.2: four nearer atoms of type 0 leave the block of type 1 empty."""
        with pytest.warns(SelOverflowWarning):
            table = neighbor_list(line(0, 0, 0, 0, 0, 1, 1), 1, 10.0, [2, 2])
        assert table.tolist() == [[[1, 2, -1, -1]]]

    def test_warning_counts(self):
        expected = (
            r"`sel` \[2, 2\] is too small: 4 of 6 neighbours within 10.0 angstrom are dropped, "
            r"at 1 of 1 atoms \(type 0: 2 dropped, up to 4 needed; type 1: 2 dropped, up to 2 needed; "
            r"at most 6 in all\)"
        )
        with pytest.warns(SelOverflowWarning, match=expected) as caught:
            neighbor_list(line(0, 0, 0, 0, 0, 1, 1), 1, 10.0, [2, 2])
        assert len(caught) == 1
        assert caught[0].filename == __file__

    def test_warning_counts_frames_together(self):
        coords = np.asarray([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0.0, 0, 0], [1, 0, 0], [9, 0, 0]]])
        with pytest.warns(
            SelOverflowWarning, match=r"4 of 10 .*at 4 of 6 atoms \(type 0: 4 dropped"
        ) as caught:
            neighbor_list(extend(System(coords, [0, 0, 0]), 8.0), 3, 8.0, 1, mixed_types=True)
        assert len(caught) == 1

    @pytest.mark.parametrize(("sel", "mixed_types"), [([4, 2], False), (6, True), ([1, 5], True)])
    def test_no_warning_where_all_fit(self, sel, mixed_types):
        table = neighbor_list(line(0, 0, 0, 0, 0, 1, 1), 1, 10.0, sel, mixed_types=mixed_types)
        assert table.tolist() == [[[1, 2, 3, 4, 5, 6]]]

    def test_no_neighbors_at_all(self):
        extended = extend(System([[0.0, 0, 0], [50.0, 0, 0]], [0, 1]), 6.0)
        assert neighbor_list(extended, 2, 6.0, [2, 1]).tolist() == [[[-1] * 3] * 2]

    @pytest.mark.parametrize(("nf", "natoms"), [(1, 0), (0, 2), (0, 0)])
    def test_empty(self, nf, natoms):
        extended = extend(System(np.zeros((nf, natoms, 3)), [0] * natoms), 6.0)
        assert neighbor_list(extended, natoms, 6.0, [2, 1]).shape == (nf, natoms, 3)

    def test_sel_must_cover_the_types(self):
        with pytest.raises(InputError, match=r"`sel`: expected an entry for each of 2 types, got \[5\]"):
            neighbor_list(line(0, 1), 2, 6.0, [5])
        assert neighbor_list(line(0, 1), 2, 6.0, [5], mixed_types=True).shape == (1, 2, 5)

    def test_bad_cutoff(self):
        with pytest.raises(InputError, match=r"`rcut`.*got 0"):
            neighbor_list(line(0, 1), 2, 0, [5, 5])


class TestSplitByType:
    def test_by_hand(self):
        nlist = np.asarray([[[3, 1, 4, 2], [4, -1, 2, -1]], [[1, 2, 3, 4], [-1] * 4]])
        atype = np.asarray([[0, 0, 1, 1, 0], [1, 1, 1, 1, 0]])
        assert split_by_type(nlist, atype, [1, 2]).tolist() == [
            [[1, 3, 2], [4, 2, -1]],
            [[4, 1, 2], [-1, -1, -1]],
        ]

    def test_narrow_input_is_padded(self):
        assert split_by_type(np.asarray([[[1]]]), np.asarray([[0, 1]]), [2, 2]).tolist() == [
            [[-1, -1, 1, -1]]
        ]

    def test_virtual_neighbors_have_no_block(self):
        assert split_by_type(np.asarray([[[1, 2]]]), np.asarray([[0, -1, 0]]), [2]).tolist() == [[[2, -1]]]

    def test_empty(self):
        nlist = np.zeros((1, 0, 4), dtype=np.int64)
        assert split_by_type(nlist, np.zeros((1, 0), dtype=np.int64), [3, 2]).shape == (1, 0, 5)


class TestCountByType:
    def test_by_hand(self):
        neighbor = np.asarray([[0, 1, 2, -1], [-1, -1, -1, -1], [2, 2, 2, 2]])
        assert count_by_type(neighbor, np.asarray([1, 0, 1]), 3).tolist() == [[1, 2, 0], [0, 0, 0], [0, 4, 0]]

    def test_empty(self):
        assert count_by_type(np.zeros((0, 4), dtype=np.int64), np.asarray([0]), 2).shape == (0, 2)
        assert count_by_type(np.full((3, 1), -1), np.zeros(0, dtype=np.int64), 0).shape == (3, 0)


class TestCheckSel:
    @pytest.mark.parametrize(
        ("sel", "expected"), [(5, (5,)), ([1, 2], (1, 2)), (np.asarray([3, 0]), (3, 0)), ([], ())]
    )
    def test_accepted(self, sel, expected):
        assert check_sel(sel) == expected
        assert all(type(n) is int for n in check_sel(sel))

    @pytest.mark.parametrize("sel", [-1, [3, -2], [1.0], "auto", True, [True], None, 2.5])
    def test_refused(self, sel):
        with pytest.raises(InputError, match="`sel`: expected non-negative integers"):
            check_sel(sel)


def test_extended_is_enough():
    """The table asks nothing of a system: arrays from anywhere will do."""
    extended = Extended(np.asarray([[[0.0, 0, 0], [0, 0, 1]]]), np.asarray([[0, 0]]), np.asarray([[0, 0]]))
    assert neighbor_list(extended, 1, 1.0, [1]).tolist() == [[[1]]]
