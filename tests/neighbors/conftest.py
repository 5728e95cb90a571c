"""What the neighbour tests share: an oracle that looks at every pair, and systems to try."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from refdp.system import System


def _every_pair(coord, atype, nloc, rcut):
    """Return for each local atom its neighbours as a list of (distance, extended index), in order."""
    rows = []
    for i in range(nloc):
        row = []
        for j in range(len(atype)):
            x, y, z = (float(a - b) for a, b in zip(coord[j], coord[i], strict=True))
            distance = math.sqrt(x * x + y * y + z * z)
            if j != i and atype[i] >= 0 and atype[j] >= 0 and distance <= rcut:
                row.append((distance, j))
        rows.append(sorted(row))
    return rows


def _every_image(coords, types, cell, rcut):
    """Return for each atom its neighbours as sorted (distance, owner), from positions as they were given."""
    reach = np.ceil(rcut * np.linalg.norm(np.linalg.inv(cell), axis=0)).astype(int)
    spread = coords @ np.linalg.inv(cell)
    reach += np.ceil(np.ptp(spread, axis=0)).astype(int)
    rows = []
    for i in range(len(types)):
        row = []
        for shift in itertools.product(*(range(-n, n + 1) for n in reach)):
            distances = np.linalg.norm(coords + np.asarray(shift) @ cell - coords[i], axis=-1)
            near = (distances <= rcut) & (types >= 0) & (types[i] >= 0)
            near[i] &= any(shift)
            row.extend((float(distances[j]), int(j)) for j in np.flatnonzero(near))
        rows.append(sorted(row))
    return rows


def _random_system(seed, nf=2, natoms=5, edge=4.0):
    """Triclinic cells, atoms far outside of them, about one in five virtual; one pair of atoms coincides."""
    rng = np.random.default_rng(seed)
    cell = np.eye(3) * edge + rng.uniform(-0.8, 0.8, size=(nf, 3, 3))
    coords = rng.normal(scale=6.0, size=(nf, natoms, 3))
    coords[:, -1] = coords[:, 0]
    types = rng.integers(0, 2, size=(nf, natoms))
    types = np.where(rng.random((nf, natoms)) < 0.2, -1, types)
    types[:, 0] = 0
    return System(coords, types, cell)


@pytest.fixture
def every_pair():
    return _every_pair


@pytest.fixture
def every_image():
    return _every_image


@pytest.fixture
def random_system():
    return _random_system


@pytest.fixture
def cubic_lattice():
    """Simple cubic, 27 atoms 2 angstrom apart, on exact numbers: nothing but ties."""
    grid = np.asarray(list(itertools.product(range(3), repeat=3)), dtype=np.float64) * 2.0
    return System(grid, [0, 1, 0] * 9, np.eye(3) * 6.0)
