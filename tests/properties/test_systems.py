"""What must not change the descriptor of a whole system, through wrapping, images and the neighbour search.

Cells have an exact inverse and coordinates are dyadic: wrapping and images are exact, too (see `strategies`).
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refdp
from refdp.blocks import find_neighbors
from refdp.certification import budget
from refdp.errors import SelOverflowWarning
from tests.helpers import assert_same_bits, assert_within, with_random_statistics
from tests.properties.strategies import UNIT, descriptors, periodic_systems, systems

# Room for every neighbour: the smallest cell holds 8 cubic angstrom, the cutoff is 3.
ROOM = {"sel": [64, 64], "rcut": 3.0}
roomy = descriptors(2, isotropic=False, **ROOM)
isotropic = descriptors(2, **ROOM)


def described(d, system):
    with warnings.catch_warnings():
        warnings.simplefilter("error", SelOverflowWarning)
        return refdp.describe(d, system, threads=1)


def allowed(d, system):
    """The budget of `describe`, zero for virtual atoms."""
    extended, nlist = find_neighbors(d, system)
    radius = budget(d, extended.coord_ext, extended.atype_ext, nlist).descriptor
    return np.where((system.atype >= 0)[..., None], radius, 0.0)


def assert_rows(d, system, other, rows=slice(None), d_other=None):
    """Fail where rows of `other` are not those of `system`, picked by `rows`."""
    d_other = d if d_other is None else d_other
    bound = allowed(d, system)[:, rows] + allowed(d_other, other)
    assert_within(described(d_other, other), described(d, system)[:, rows], bound)


def changed(system, **fields):
    given_ = {"coords": system.coords, "types": system.types, "cell": system.cell} | fields
    return refdp.System(**given_)


class TestPeriodicImages:
    @given(roomy, periodic_systems(), st.data())
    def test_atoms_may_be_in_any_cell(self, d, system, data):
        shifts = data.draw(
            st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=system.natoms, max_size=system.natoms)
        )
        moved = changed(system, coords=system.coords + np.array(shifts, float) @ system.cell)
        # Wrapped into the cell the atoms are where they were, to the bit.
        assert_same_bits(described(d, moved), described(d, system))

    @given(roomy, periodic_systems(), st.lists(st.integers(-(2**16), 2**16), min_size=3, max_size=3))
    def test_translation(self, d, system, shift):
        moved = changed(system, coords=system.coords + np.array(shift) / 1024.0)
        assert_rows(d, system, moved)

    @given(roomy, periodic_systems(), st.sampled_from([(2, 1, 1), (1, 1, 2), (1, 2, 2)]))
    def test_supercells_repeat_rows(self, d, system, times):
        repeated = system.repeat(times)
        # Each atom of the repeated system is an image of one of the first.
        fractions = repeated.coords @ np.linalg.inv(system.cell)
        first = system.coords @ np.linalg.inv(system.cell)
        difference = fractions[0, :, None] - first[0]
        owner = np.argmin(np.abs(difference - np.rint(difference)).sum(axis=-1), axis=1)
        assert_rows(d, system, repeated, owner)

    @given(
        roomy,
        periodic_systems(),
        st.permutations(range(3)),
        st.lists(st.sampled_from([-1.0, 1.0]), min_size=3, max_size=3),
    )
    def test_lattice_vectors_may_be_named_and_turned_round(self, d, system, order, signs):
        """The same lattice, left-handed or right-handed."""
        assert_rows(d, system, changed(system, cell=(system.cell * np.array(signs)[:, None])[:, order]))

    @given(
        roomy,
        periodic_systems(),
        st.sampled_from([(0, 1), (1, 2), (2, 0), (1, 0)]),
        st.sampled_from([-1.0, 1.0]),
    )
    def test_another_cell_of_the_same_lattice(self, d, system, which, sign):
        cell = system.cell.copy()
        cell[:, which[0]] += sign * cell[:, which[1]]
        assert_rows(d, system, changed(system, cell=cell))

    @given(
        isotropic,
        periodic_systems(),
        st.permutations(range(3)),
        st.lists(st.sampled_from([-1.0, 1.0]), min_size=3, max_size=3),
    )
    def test_rotation_with_the_cell(self, d, system, axes, signs):
        # Axes exchanged and mirrored: those rotations keep the inverse of the cell exact.
        turn = np.eye(3)[list(axes)] * np.array(signs)
        turned = changed(system, coords=system.coords @ turn.T, cell=system.cell @ turn.T)
        assert_rows(d, system, turned)

    def test_these_systems_are_wrapped_exactly(self):
        from refdp.neighbors.images import wrap

        cell = np.array([[[-2.0, 0, 0], [0.5, -1.0, 4.0], [-1.0, 2.0, 0.0]]])
        fractions = np.random.default_rng(0).integers(0, 1024, (1, 20, 3)) / 1024.0
        shifts = np.random.default_rng(1).integers(-50, 50, (1, 20, 3))
        np.testing.assert_array_equal(wrap((fractions + shifts) @ cell, cell), fractions @ cell)


class TestAtoms:
    @given(roomy, st.one_of(systems(), periodic_systems()), st.randoms(use_true_random=False))
    def test_permutation(self, d, system, random):
        order = list(range(system.natoms))
        random.shuffle(order)
        other = changed(system, coords=system.coords[:, order], types=system.types[:, order])
        assert_rows(d, system, other, order)

    @given(roomy, st.one_of(systems(nf=2), periodic_systems()))
    def test_frames_do_not_see_each_other(self, d, system):
        together = described(d, system)
        for f in range(system.nf):
            assert_same_bits(together[f : f + 1], described(d, system.frame(f)))

    @given(roomy, st.one_of(systems(), periodic_systems()), st.integers(0, 4), st.sampled_from([-1, -2, -7]))
    def test_a_virtual_atom_anywhere_changes_nothing(self, d, system, where, virtual):
        where = min(where, system.natoms)
        coords = np.insert(system.coords, where, 3 * UNIT, axis=1)
        other = changed(system, coords=coords, types=np.insert(system.types, where, virtual, axis=1))
        rows = described(d, other)
        np.testing.assert_array_equal(rows[:, where], 0.0)
        kept = np.delete(rows, where, axis=1)
        assert_within(
            kept, described(d, system), allowed(d, system) + np.delete(allowed(d, other), where, axis=1)
        )

    @given(roomy, systems(nf=1), st.integers(100, 10**6))
    def test_a_far_atom_may_be_anywhere(self, d, system, distance):
        """Two places outside everybody's cutoff: not a bit of the others' rows changes."""
        rows = []
        for place in ([1.0, 0, 0], [0, -2.0, 1.0]):
            coords = np.concatenate([system.coords, distance * np.array([[place]])], axis=1)
            types = np.concatenate([system.types, [[0]]], axis=1)
            rows.append(described(d, changed(system, coords=coords, types=types)))
        assert_same_bits(rows[0], rows[1])

    @given(roomy, systems(nf=1))
    def test_a_type_that_no_atom_has_changes_nothing(self, d, system):
        """The same atoms as ones of a descriptor whose third type is absent, with the same N_c."""
        o = d.options
        three = refdp.from_config(
            {"type": d.names[0], "sel": [64, 32, 32], "type_one_side": True, **plain(o)}, seed=o.seed
        )
        two = refdp.from_config(
            {"type": d.names[0], "sel": [64, 64], "type_one_side": True, **plain(o)}, seed=o.seed
        )
        if d.columns == 4:
            assert_rows(two, system, system, d_other=three)


def plain(o):
    keys = {
        "rcut",
        "rcut_smth",
        "neuron",
        "axis_neuron",
        "resnet_dt",
        "activation_function",
        "env_protection",
    }
    return {key: getattr(o, key) for key in keys if hasattr(o, key)}


class TestTruncation:
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    @given(
        descriptors(1, sel=[64], rcut=3.0, isotropic=False),
        systems(ntypes=1, nf=1, max_atoms=9),
        st.integers(1, 4),
    )
    def test_keeps_the_nearest(self, d, system, width):
        """The row of each atom is that of the atom alone with its `width` nearest."""
        few = replace(
            d,
            options=msgspec.structs.replace(d.options, sel=(width,)),
            davg=d.davg[:, :width],
            dstd=d.dstd[:, :width],
        )
        rows = refdp.describe(few, system, threads=1)
        for i in np.flatnonzero(system.atype[0] >= 0):
            apart = np.linalg.norm(system.coords[0] - system.coords[0, i], axis=-1)
            near = [j for j in np.argsort(apart, kind="stable") if system.atype[0, j] >= 0 and j != i]
            near = [j for j in near if apart[j] <= d.rcut]
            if len(near) > width and apart[near[width]] == apart[near[width - 1]]:
                continue  # which of two equally distant ones is kept is a matter of numbering
            alone = [i, *near[:width]]
            seen = refdp.System(system.coords[:, alone], system.types[:, alone])
            expected = refdp.describe(few, seen, threads=1)[0, 0]
            extended, nlist = find_neighbors(few, seen)
            radius = budget(few, extended.coord_ext, extended.atype_ext, nlist[:, :1]).descriptor[0, 0]
            assert_within(rows[0, i], expected, 2 * radius)


@given(roomy, st.one_of(systems(), periodic_systems()))
def test_everything_is_finite(d, system):
    """Isolated, crowded, virtual, in small cells, with any statistics by slot."""
    d = with_random_statistics(d, 3, by_slot=True, isotropic=False)
    assert np.isfinite(described(d, system)).all()
