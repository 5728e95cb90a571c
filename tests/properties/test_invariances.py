"""What must not change a descriptor, with the error budget of both sides as the only tolerance."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdp.nn.collection import NetworkCollection
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.properties.strategies import ROTATIONS, UNIT, cases


def assert_agree(one, other, rows=slice(None), others=slice(None)):
    """Fail where two cases differ in descriptor or switch by more than both their budgets."""
    for field in ("descriptor", "sw"):
        a, b = getattr(one.out, field), getattr(other.out, field)
        bound = getattr(one.budget, field)[:, rows] + getattr(other.budget, field)[:, others]
        assert_within(a[:, rows], b[:, others], bound)


class TestTranslation:
    @given(cases(isotropic=False), st.lists(st.integers(-(2**20), 2**20), min_size=3, max_size=3))
    def test_changes_no_bit(self, case, shift):
        # Differences of whole units are exact, so not even rounding is left.
        moved = case.but(coord=case.coord + UNIT * np.array(shift))
        assert_same_bits(moved.out.descriptor, case.out.descriptor)
        assert_same_bits(moved.out.sw, case.out.sw)


def rotated(case, numerator, denominator):
    """Turn a case; exact, since coordinates are multiples of 81."""
    return case.but(coord=case.coord / denominator @ numerator.T)


class TestRotation:
    """Proper and improper; only with statistics that do not tell directions apart.

    A mean of the angular columns is a vector fixed in space, unlike widths are an ellipsoid fixed in space:
    neither turns with the atoms. Statistics of data have neither.
    """

    @given(cases(), st.sampled_from(ROTATIONS))
    def test_descriptor_stays(self, case, rotation):
        assert_agree(rotated(case, *rotation), case)

    @given(cases(name="se_e2_a"), st.sampled_from(ROTATIONS))
    def test_rot_mat_turns(self, case, rotation):
        turned, q = rotated(case, *rotation), rotation[0] / rotation[1]
        expected = case.out.rot_mat @ q.T
        # The product is rounded here: q once, three products and two sums.
        here = 6 * EPS * (np.abs(case.out.rot_mat) @ np.abs(q).T)
        bound = turned.budget.rot_mat + case.budget.rot_mat @ np.abs(q).T + here
        assert_within(turned.out.rot_mat, expected, bound)

    @pytest.mark.parametrize(("numerator", "denominator"), ROTATIONS)
    def test_rotations_are_exact(self, numerator, denominator):
        np.testing.assert_array_equal(numerator @ numerator.T, denominator**2 * np.eye(3))
        units = np.random.default_rng(0).integers(-600, 600, (50, 3))
        exact = (81 * units) @ numerator.astype(int).T
        assert (exact % int(denominator) == 0).all()
        found = UNIT * units / denominator @ numerator.T
        np.testing.assert_array_equal(found, exact // int(denominator) / 2048.0)

    @pytest.mark.parametrize("spoil", ["mean", "width"])
    def test_statistics_that_know_directions_break_it(self, spoil):
        from tests.helpers import call_arguments, cluster, descriptor
        from tests.properties.strategies import Case

        d = descriptor("se_e2_a")
        stats = np.array(d.davg if spoil == "mean" else d.dstd)
        stats[..., 1] += 0.1
        d = replace(d, **{"davg" if spoil == "mean" else "dstd": stats})
        coord, atype, nlist, _ = call_arguments(d, cluster(6))
        case = Case(d, np.rint(coord / UNIT) * UNIT, atype, nlist)
        with pytest.raises(AssertionError, match="differ; worst at"):
            assert_agree(rotated(case, *ROTATIONS[1]), case)


class TestPermutation:
    @given(cases(isotropic=False), st.randoms(use_true_random=False))
    def test_of_atoms(self, case, random):
        nall, nloc = case.coord.shape[1], case.nlist.shape[1]
        local, ghosts = list(range(nloc)), list(range(nloc, nall))
        random.shuffle(local)
        random.shuffle(ghosts)
        order = np.array([*local, *ghosts])
        place = np.append(np.argsort(order), -1)  # the last entry is what an empty slot finds
        nlist = place[case.nlist[:, local]]
        other = case.but(coord=case.coord[:, order], atype=case.atype[:, order], nlist=nlist)
        assert_agree(other, case, slice(None), local)

    @given(cases(), st.randoms(use_true_random=False))
    def test_of_slots_inside_a_block(self, case, random):
        # Statistics are one for all slots of a type, as data give them.
        slots = np.arange(case.nlist.shape[-1])
        for b in range(case.descriptor.ntypes):
            mine = slots[case.blocks == b].tolist()
            shuffled = random.sample(mine, len(mine))
            slots[mine] = shuffled
        other = case.but(nlist=case.nlist[..., slots])
        bound = other.budget.descriptor + case.budget.descriptor
        assert_within(other.out.descriptor, case.out.descriptor, bound)
        assert_same_bits(other.out.sw, case.out.sw[..., slots, :])

    @given(cases(ntypes=3, isotropic=False), st.permutations(range(3)))
    def test_of_types(self, case, new):
        """Renumber types, and with them nets, statistics, slots, excluded pairs: nothing changes."""
        d, old = case.descriptor, np.argsort(new)
        slots = np.concatenate([np.flatnonzero(case.blocks == old[b]) for b in range(3)])
        keys = [(a, b)[2 - d.embeddings.ndim :] for b in range(3) for a in range(3)]
        keys = list(dict.fromkeys(keys))
        nets = tuple(d.embeddings[tuple(int(old[k]) for k in key)] for key in keys)
        options = msgspec.structs.replace(
            d.options,
            sel=tuple(d.sel[k] for k in old),
            exclude_types=tuple((new[a], new[b]) for a, b in d.options.exclude_types),
        )
        made = replace(
            d,
            options=options,
            davg=d.davg[old][:, slots],
            dstd=d.dstd[old][:, slots],
            embeddings=NetworkCollection(d.embeddings.ndim, 3, nets),
        )
        atype = np.append(new, -1)[np.maximum(case.atype, -1)]
        other = case.but(descriptor=made, atype=atype, nlist=case.nlist[..., slots])
        assert_within(
            other.out.descriptor, case.out.descriptor, other.budget.descriptor + case.budget.descriptor
        )


class TestFrames:
    @given(cases(nf=2, isotropic=False))
    def test_do_not_see_each_other(self, case):
        for f in (slice(0, 1), slice(1, 2)):
            alone = case.but(coord=case.coord[f], atype=case.atype[f], nlist=case.nlist[f])
            bound = alone.budget.descriptor + case.budget.descriptor[f]
            assert_within(alone.out.descriptor, case.out.descriptor[f], bound)

    @given(cases(nf=1, isotropic=False))
    def test_repeated_frames_repeat(self, case):
        twice = case.but(
            **{key: np.concatenate([getattr(case, key)] * 2) for key in ("coord", "atype", "nlist")}
        )
        assert_within(
            twice.out.descriptor,
            np.concatenate([case.out.descriptor] * 2),
            twice.budget.descriptor + np.concatenate([case.budget.descriptor] * 2),
        )


class TestVirtualAtoms:
    @given(cases(isotropic=False, virtual=True), st.integers(-9, -1))
    def test_are_as_good_as_absent(self, case, negative):
        """A slot with a virtual atom is an empty slot, whatever the negative numbers are."""
        emptied = case.but(nlist=np.where(case.valid, case.nlist, negative))
        assert_same_bits(emptied.out.descriptor, case.out.descriptor)
        renamed = case.but(atype=np.where(case.atype < 0, negative, case.atype))
        assert_same_bits(renamed.out.descriptor, case.out.descriptor)

    @given(cases(isotropic=False), st.integers(0, 7))
    def test_interleaved_change_nothing_on_real_ones(self, case, where):
        nf, nloc, nnei = case.nlist.shape
        where = min(where, nloc)
        coord = np.insert(case.coord, where, 7 * UNIT, axis=1)
        atype = np.insert(case.atype, where, -1, axis=1)
        shifted = np.where(case.nlist >= where, case.nlist + 1, case.nlist)
        other = case.but(
            coord=coord, atype=atype, nlist=np.insert(shifted, where, np.full((nf, nnei), -1), axis=1)
        )
        assert_agree(other, case, [k for k in range(nloc + 1) if k != where])

    @given(cases(name="se_e2_a", isotropic=False, virtual=True))
    def test_rows_are_zero(self, case):
        virtual = case.atype[:, : case.nlist.shape[1]] < 0
        np.testing.assert_array_equal(case.out.descriptor[virtual], 0.0)
        np.testing.assert_array_equal(case.out.rot_mat[virtual], 0.0)
