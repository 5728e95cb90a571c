"""Tests of refdp.neighbors.images."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.neighbors.images import check_rcut, extend, heights, image_counts, image_shifts, wrap
from refdp.system import System

TRICLINIC = np.asarray([[[4.0, 0.0, 0.0], [1.0, 3.0, 0.0], [-0.5, 0.7, 5.0]]])


def labels(extended, frame):
    """What tells extended atoms apart: where they are and whose images."""
    return np.concatenate([extended.coord_ext[frame], extended.mapping[frame][:, None]], axis=-1)


class TestCheckRcut:
    @pytest.mark.parametrize("rcut", [6, 6.0, np.float32(6.0), np.int64(6)])
    def test_numbers(self, rcut):
        assert check_rcut(rcut) == 6.0
        assert type(check_rcut(rcut)) is float

    @pytest.mark.parametrize("rcut", [0, -1.0, float("nan"), float("inf"), True, "6", None])
    def test_refused(self, rcut):
        with pytest.raises(InputError, match="`rcut`: expected a positive number of angstrom, got"):
            check_rcut(rcut)


class TestWrap:
    def test_into_the_cell_by_whole_vectors(self):
        coords = np.random.default_rng(0).normal(scale=30.0, size=(1, 50, 3))
        wrapped = wrap(coords, TRICLINIC)
        inverse = np.linalg.inv(TRICLINIC)
        fractions, moves = wrapped @ inverse, (wrapped - coords) @ inverse
        assert fractions.min() > -1e-14
        assert fractions.max() < 1 + 1e-14
        assert abs(moves - np.rint(moves)).max() < 1e-13
        assert abs(moves).max() > 5

    def test_by_hand(self):
        assert wrap(np.asarray([[[5.0, -1.0, 2.0]]]), np.eye(3)[None] * 4.0).tolist() == [[[1.0, 3.0, 2.0]]]

    def test_just_below_zero_may_reach_the_far_face(self):
        assert wrap(np.asarray([[[-1e-17, 0.0, 0.0]]]), np.eye(3)[None] * 4.0)[0, 0, 0] == 4.0


class TestHeights:
    def test_box(self):
        assert abs(heights(np.diag([2.0, 3.0, 5.0])[None]) - [2.0, 3.0, 5.0]).max() < 1e-14

    def test_distance_between_faces(self):
        """The height along `a` is how far `a` reaches along the normal of the face of `b` and `c`."""
        a, b, c = TRICLINIC[0]
        expected = [
            abs(edge @ np.cross(u, v)) / np.linalg.norm(np.cross(u, v))
            for edge, u, v in ((a, b, c), (b, c, a), (c, a, b))
        ]
        assert abs(heights(TRICLINIC)[0] - expected).max() < 1e-14

    def test_left_handed_is_the_same(self):
        assert (heights(TRICLINIC[:, ::-1]) > 0).all()
        assert abs(heights(TRICLINIC[:, ::-1])[:, ::-1] - heights(TRICLINIC)).max() < 1e-14


class TestImageCounts:
    def test_ceiling(self):
        cell = np.diag([2.0, 3.0, 5.0])[None]
        assert image_counts(cell, 2.9) == (2, 1, 1)
        assert image_counts(cell, 3.1) == (2, 2, 1)
        assert image_counts(cell, 31.0) == (16, 11, 7)

    def test_largest_of_the_frames(self):
        cells = np.stack([np.diag([2.0, 9.0, 9.0]), np.diag([9.0, 3.0, 9.0])])
        assert image_counts(cells, 6.0) == (3, 2, 1)

    def test_no_frames(self):
        assert image_counts(np.zeros((0, 3, 3)), 6.0) == (0, 0, 0)


class TestImageShifts:
    def test_order(self):
        shifts = image_shifts((1, 1, 1)).tolist()
        assert shifts[:7] == [
            [0, 0, 0],
            [-1, 0, 0],
            [0, -1, 0],
            [0, 0, -1],
            [0, 0, 1],
            [0, 1, 0],
            [1, 0, 0],
        ]
        assert shifts[7:9] == [[-1, -1, 0], [-1, 0, -1]]
        assert len(shifts) == 27

    def test_every_triple_once(self):
        shifts = image_shifts((2, 0, 3))
        assert shifts.shape == (5 * 7, 3)
        assert len(np.unique(shifts, axis=0)) == 35
        assert abs(shifts).max(axis=0).tolist() == [2, 0, 3]
        norms = np.linalg.norm(shifts, axis=1)
        assert (norms[1:] >= norms[:-1]).all()


class TestExtend:
    def test_cluster_passes_through(self):
        system = System(np.full((2, 3, 3), 9.5), [[0, 1, -3], [1, 1, 0]], mask=[1, 0, 1])
        for prune in (False, True):
            extended = extend(system, 6.0, prune=prune)
            assert (extended.coord_ext == 9.5).all()
            assert extended.atype_ext.tolist() == [[0, -1, -1], [1, -1, 0]]
            assert extended.mapping.tolist() == [[0, 1, 2]] * 2

    def test_layout(self):
        """Extended atom `rank * natoms + i` is atom `i`, moved by the shift of that rank."""
        system = System([[0.5, 0.5, 0.5], [4.5, 1.0, 1.0]], [0, 1], np.eye(3) * 4.0)
        extended = extend(system, 3.0)
        assert extended.coord_ext.shape == (1, 54, 3)
        assert extended.mapping.tolist() == [[0, 1] * 27]
        assert extended.atype_ext.tolist() == [[0, 1] * 27]
        local = np.asarray([[0.5, 0.5, 0.5], [0.5, 1.0, 1.0]])
        expected = local + 4.0 * image_shifts((1, 1, 1))[:, None, :]
        assert (extended.coord_ext[0] == expected.reshape(-1, 3)).all()

    @pytest.mark.parametrize("handed", [1, -1])
    @pytest.mark.parametrize("rcut", [1.0, 4.0, 11.0])
    def test_pruned_keeps_order_and_everybody_within_reach(self, random_system, rcut, handed):
        system = random_system(3)
        system = System(system.coords, system.types, system.cell[:, ::handed])
        full, pruned = extend(system, rcut), extend(system, rcut, prune=True)
        assert pruned.coord_ext.shape[1] < full.coord_ext.shape[1]
        for frame in range(system.nf):
            real = full.atype_ext[frame] >= 0
            middles = full.coord_ext[frame, : system.natoms][real[: system.natoms]]
            gaps = np.linalg.norm(full.coord_ext[frame][:, None] - middles, axis=-1).min(axis=1)
            needed = labels(full, frame)[real & (gaps <= rcut)]
            present = labels(pruned, frame).tolist()
            places = [present.index(label) for label in needed.tolist()]
            assert len(places) > 2
            assert places == sorted(places)
            assert (pruned.coord_ext[frame, : system.natoms] == full.coord_ext[frame, : system.natoms]).all()

    def test_pruned_frames_are_filled_with_virtual_atoms(self):
        cells = np.stack([np.eye(3) * 3.0, np.eye(3) * 30.0])
        system = System(np.ones((2, 1, 3)), [0], cells)
        pruned = extend(system, 3.5, prune=True)
        assert pruned.atype_ext[0].tolist() == [0] * 27
        assert pruned.atype_ext[1].tolist() == [0] + [-1] * 26
        assert pruned.mapping.max() == 0
        assert np.isfinite(pruned.coord_ext).all()

    def test_virtual_images_are_pruned(self):
        system = System([[0.1, 0.1, 0.1], [0.2, 0.2, 0.2]], [0, -1], np.eye(3) * 2.0)
        pruned = extend(system, 2.0, prune=True)
        assert np.count_nonzero(pruned.mapping == 1) == 1
        assert pruned.atype_ext[0, :2].tolist() == [0, -1]

    @pytest.mark.parametrize("prune", [False, True])
    @pytest.mark.parametrize(("nf", "natoms"), [(1, 0), (0, 2), (0, 0)])
    def test_empty(self, nf, natoms, prune):
        extended = extend(System(np.zeros((nf, natoms, 3)), [0] * natoms, np.eye(3)), 1.5, prune=prune)
        assert extended.coord_ext.shape[0] == nf
        assert extended.coord_ext.shape[:2] == extended.atype_ext.shape == extended.mapping.shape
        assert extended.coord_ext.size == 0

    @pytest.mark.parametrize("prune", [False, True])
    def test_only_virtual_atoms(self, prune):
        extended = extend(System(np.zeros((1, 2, 3)), [-1, -1], np.eye(3)), 1.5, prune=prune)
        assert (extended.atype_ext == -1).all()
        assert extended.coord_ext.shape[1] >= 2

    def test_bad_cutoff(self):
        with pytest.raises(InputError, match=r"`rcut`.*got -1.0"):
            extend(System(np.zeros((1, 3)), [0]), -1.0)


class TestTooManyImages:
    @pytest.mark.parametrize(("edge", "rcut"), [(1e-3, 6.0), (10.0, 1e9), (1e160, 6.0)])
    def test_a_cutoff_out_of_proportion_is_refused(self, edge, rcut):
        system = System([[0.0, 0.0, 0.0]], [0], cell=np.eye(3) * edge)
        with pytest.raises(InputError, match=r"`rcut`: expected a cutoff that reaches at most 1e\+06 images"):
            extend(system, rcut)
