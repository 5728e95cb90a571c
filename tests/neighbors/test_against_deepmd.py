"""The whole way from a system to the table, against DeePMD-kit's NumPy backend where it is installed."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from refdp import examples
from refdp.errors import SelOverflowWarning
from refdp.neighbors.images import extend, heights, wrap
from refdp.neighbors.statistics import neighbor_statistics
from refdp.neighbors.table import neighbor_list, split_by_type
from refdp.system import System


@pytest.fixture(scope="module")
def theirs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("deepmd.dpmodel")
        from deepmd.dpmodel.utils import neighbor_stat, nlist, region
    return {**vars(region), **vars(nlist), **vars(neighbor_stat)}


def liquid(rng):
    """Triclinic, right-handed cells; atoms anywhere; cutoffs from a fraction of the cell to several cells."""
    nf, natoms = rng.integers(1, 4), rng.integers(1, 9)
    cell = np.eye(3) * rng.uniform(2.5, 6.0) + rng.normal(scale=0.5, size=(nf, 3, 3))
    cell = np.where(np.linalg.det(cell)[:, None, None] < 0, -cell, cell)
    types = rng.choice([-7, -1, 0, 1, 2, 0, 1, 2], size=(nf, natoms))
    return System(rng.normal(scale=8.0, size=(nf, natoms, 3)), types, cell), rng.uniform(1.0, 9.0)


def cluster(rng):
    system, rcut = liquid(rng)
    return System(system.coords / 4, system.types), rcut


def coincident(rng):
    system, rcut = liquid(rng)
    coords = np.concatenate([system.coords, system.coords[:, ::-1], system.coords], axis=1)
    return System(coords, np.concatenate([system.types] * 3, axis=1), system.cell), min(rcut, 5.0)


def lattice(rng):
    """Body-centred and face-centred crystals with the cutoff on a shell: ties, rounded and exact."""
    edge = rng.choice([2.0, 2.5, 3.1])
    shape = [np.eye(3), np.asarray([[0, 1, 1], [1, 0, 1], [1, 1, 0]])][rng.integers(2)]
    cell = np.tile(edge * shape, (2, 1, 1))
    cell = np.where(np.linalg.det(cell)[:, None, None] < 0, -cell, cell)
    coords = np.asarray([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]) @ cell
    rcut = edge * rng.choice([1.0, np.sqrt(2.0), 2.0, np.sqrt(3.0), 3.0])
    return System(coords, rng.integers(0, 3, size=2), cell), float(rcut)


def their_images(theirs, system, rcut):
    if system.cell is None:
        coords, box = system.coords, None
    else:
        coords, box = theirs["normalize_coord"](system.coords, system.cell), system.cell.reshape(-1, 9)
    coord, atype, mapping = theirs["extend_coord_with_ghosts"](coords, system.types, box, rcut)
    return coord.reshape(system.nf, -1, 3), atype, mapping


@pytest.mark.parametrize("make", [liquid, cluster, coincident, lattice])
@pytest.mark.parametrize("seed", range(50))
class TestTwoHundredSystems:
    def test_images(self, theirs, make, seed):
        system, rcut = make(np.random.default_rng(seed))
        coord, atype, mapping = their_images(theirs, system, rcut)
        extended = extend(system, rcut)
        assert abs(extended.coord_ext - coord).max() <= 4e-15
        assert (extended.atype_ext == np.maximum(atype, -1)).all()
        assert (extended.mapping == mapping).all()

    @pytest.mark.parametrize("mixed_types", [False, True])
    def test_table(self, theirs, make, seed, mixed_types):
        rng = np.random.default_rng(seed)
        system, rcut = make(rng)
        extended = extend(system, rcut)
        for sel in rng.integers(1, 40, size=(2, 3)).tolist():
            expected = theirs["build_neighbor_list"](
                extended.coord_ext,
                extended.atype_ext,
                system.natoms,
                rcut,
                sel,
                distinguish_types=not mixed_types,
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SelOverflowWarning)
                table = neighbor_list(extended, system.natoms, rcut, sel, mixed_types=mixed_types)
            assert np.array_equal(table, expected)


@pytest.mark.parametrize("seed", range(20))
class TestPieces:
    def test_wrap_and_heights(self, theirs, seed):
        system, _ = liquid(np.random.default_rng(seed))
        assert (
            abs(
                wrap(system.coords, system.cell) - theirs["normalize_coord"](system.coords, system.cell)
            ).max()
            <= 4e-15
        )
        assert abs(heights(system.cell) - theirs["to_face_distance"](system.cell)).max() <= 4e-15

    def test_split(self, theirs, seed):
        rng = np.random.default_rng(seed)
        nlist, atype = rng.integers(-1, 12, size=(2, 4, 9)), rng.integers(-1, 3, size=(2, 12))
        sel = rng.integers(1, 9, size=3).tolist()
        assert np.array_equal(
            split_by_type(nlist, atype, sel), theirs["nlist_distinguish_types"](nlist, atype, sel)
        )


@pytest.mark.parametrize("name", ["water", "molecule", "crowded", "crystal"])
def test_statistics(theirs, name):
    system = examples.load(name)
    cell = None if system.cell is None else system.cell.reshape(-1, 9)
    operation = theirs["NeighborStatOP"](len(system.type_map), 6.0, False)
    distance, most = operation.call(system.coords, system.types, cell)
    found = neighbor_statistics(system, 6.0)
    assert found.most == tuple(np.asarray(most).max(axis=0))
    assert found.min_distance == pytest.approx(float(np.sqrt(np.asarray(distance).min())), rel=1e-14)
