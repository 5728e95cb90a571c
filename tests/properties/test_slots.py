"""What a slot may hold: a neighbour too far, one of an excluded pair, nothing; and how many there are."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.helpers import EPS, assert_same_bits, assert_within, with_random_statistics
from tests.properties.strategies import cases, distances


class TestLocality:
    @given(cases(isotropic=False, exclude_types=[]))
    def test_neighbors_beyond_the_cutoff_are_empty_slots(self, case):
        """A list with a skin: the row of a neighbour that is too far is that of no neighbour, to the bit."""
        far = distances(case) >= case.descriptor.rcut
        emptied = case.but(nlist=np.where(far, -1, case.nlist))
        assert_same_bits(emptied.out.descriptor, case.out.descriptor)
        assert_same_bits(emptied.out.sw, case.out.sw)

    @given(cases(isotropic=False), st.integers(1, 50))
    def test_moving_an_atom_outside_the_cutoff_changes_no_bit(self, case, further):
        """Move atoms that are outside everybody's cutoff, in lists or not; excluded pairs included."""
        nloc, nall = case.nlist.shape[1], case.coord.shape[1]
        apart = np.linalg.norm(case.coord[:, :, None] - case.coord[:, None], axis=-1) + 99.0 * np.eye(nall)
        outside = (
            np.where(np.arange(nall) < nloc, apart.min(axis=2), apart[:, :, :nloc].min(axis=2))
            >= case.descriptor.rcut
        )
        assume(outside.any() and not outside.all())
        coord = np.where(
            outside[..., None], case.coord + 100.0 * further * np.array([1.0, 2.0, -3.0]), case.coord
        )
        moved = case.but(coord=coord)
        assert_same_bits(moved.out.descriptor, case.out.descriptor)


class TestExclusion:
    @given(cases(davg=False, exclude_types=[[0, 1], [1, 1]], isotropic=False))
    def test_without_a_mean_equals_deleting_those_neighbors(self, case):
        d = case.descriptor
        bare = replace(d, options=msgspec.structs.replace(d.options, exclude_types=()))
        deleted = case.but(descriptor=bare, nlist=np.where(excluded(case), -1, case.nlist))
        assert_same_bits(deleted.out.descriptor, case.out.descriptor)

    @given(cases(davg=True, exclude_types=[[0, 1], [1, 1]], nf=1, ntypes=2, sel=[3, 2], crowded=True))
    def test_with_a_mean_the_slot_becomes_zero_instead_of_empty(self, case):
        """Deleting leaves `-davg / dstd`, excluding leaves 0: as if that slot alone had no mean."""
        d = case.descriptor
        gone = excluded(case)
        assume(gone.any())
        center = int(np.argmax(gone[0].any(axis=-1)))
        davg = np.array(d.davg)
        davg[case.atype[0, center], gone[0, center]] = 0.0
        bare = msgspec.structs.replace(d.options, exclude_types=())
        deleted = case.but(nlist=np.where(gone, -1, case.nlist))
        as_zero = deleted.but(descriptor=replace(d, options=bare, davg=davg))
        assert_same_bits(as_zero.out.descriptor[0, center], case.out.descriptor[0, center])
        empty = deleted.but(descriptor=replace(d, options=bare))
        # The mean is random: the two are not the same, and the formula says which it is.
        assert np.abs(empty.out.descriptor[0, center] - case.out.descriptor[0, center]).max() > 0.0

    @given(cases(isotropic=False))
    def test_of_pairs_is_symmetric(self, case):
        d = case.descriptor
        turned = tuple((b, a) for a, b in d.options.exclude_types)
        other = case.but(
            descriptor=replace(d, options=msgspec.structs.replace(d.options, exclude_types=turned))
        )
        assert_same_bits(other.out.descriptor, case.out.descriptor)

    @given(cases(exclude_types=[[0, 1]], isotropic=False))
    def test_does_not_touch_the_switch(self, case):
        d = case.descriptor
        bare = replace(d, options=msgspec.structs.replace(d.options, exclude_types=()))
        assert_same_bits(case.but(descriptor=bare).out.sw, case.out.sw)


def excluded(case):
    """Whether each slot holds a neighbour of an excluded pair."""
    nloc = case.nlist.shape[1]
    pairs = {p for a, b in case.descriptor.options.exclude_types for p in ((a, b), (b, a))}
    center = case.atype[:, :nloc, None]
    both = np.vectorize(lambda a, b: (a, b) in pairs, otypes=[bool])(center, case.blocks[None, None])
    return both & case.valid


def padded(case, extra):
    """Give blocks more slots, all empty, and the statistics of their neighbours."""
    d = case.descriptor
    sel = tuple(n + m for n, m in zip(d.sel, extra, strict=True))
    parts, start = [], 0
    for n, m in zip(d.sel, extra, strict=True):
        parts += [case.nlist[..., start : start + n], np.full((*case.nlist.shape[:2], m), -1)]
        start += n
    shape = (d.ntypes, sum(sel), d.davg.shape[-1])
    made = replace(
        d,
        options=msgspec.structs.replace(d.options, sel=sel),
        davg=np.broadcast_to(d.davg[:, :1], shape),
        dstd=np.broadcast_to(d.dstd[:, :1], shape),
    )
    return case.but(descriptor=made, nlist=np.concatenate(parts, axis=-1))


class TestPadding:
    """N_c, the sum of `sel`, divides the sum over neighbours: more slots make the descriptor smaller.

    It is a constant of the descriptor and not the number of neighbours, as otherwise a neighbour that leaves
    through the cutoff would change the divisor at once.
    """

    EXTRA = st.lists(st.integers(0, 3), min_size=2, max_size=2)

    @given(cases(ntypes=2, name="se_e2_a", davg=False), EXTRA)
    def test_scales_by_the_square_of_nc(self, case, extra):
        more = padded(case, extra)
        factor = (case.descriptor.nnei / more.descriptor.nnei) ** 2
        expected = case.out.descriptor * factor
        bound = more.budget.descriptor + factor * case.budget.descriptor + 4 * EPS * np.abs(expected)
        assert_within(more.out.descriptor, expected, bound)

    @given(cases(ntypes=2, name="se_e2_a", davg=False), EXTRA)
    def test_at_the_same_nc_changes_nothing(self, case, extra):
        # The same N_c by other means: `k` slots more here or `k` slots more there.
        one, other = padded(case, extra), padded(case, extra[::-1])
        bound = one.budget.descriptor + other.budget.descriptor
        assert_within(one.out.descriptor, other.out.descriptor, bound)

    @given(cases(ntypes=2, name="se_e2_r"), EXTRA)
    def test_each_empty_slot_of_se_e2_r_adds_its_net(self, case, extra):
        more, d = padded(case, extra), case.descriptor
        center = case.atype[:, : case.nlist.shape[1]]
        empty = np.where(center < 0, 0.0, (-d.davg / d.dstd)[np.maximum(center, 0), 0, 0])[..., None]
        g = [m * d.embeddings[(b,)](empty) for b, m in enumerate(extra)]
        scale = 5.0 * more.descriptor.nnei
        expected = (case.out.descriptor * (5 * d.nnei) + sum(g)) / scale
        # The nets are evaluated here once more: once more what the padded case allows them.
        bound = 2 * more.budget.descriptor + case.budget.descriptor + 16 * EPS * np.abs(expected)
        assert_within(more.out.descriptor, expected, bound)

    @given(cases(ntypes=2, davg=True), EXTRA)
    def test_with_a_mean_empty_slots_take_part(self, case, extra):
        """The empty slots of a block may be anywhere in it: before neighbours, between them, behind."""
        more = padded(case, extra)
        slots = np.concatenate([np.flatnonzero(more.blocks == b)[::-1] for b in range(2)])
        assert_within(
            more.but(nlist=more.nlist[..., slots]).out.descriptor,
            more.out.descriptor,
            2 * more.budget.descriptor,
        )


class TestStatistics:
    @given(cases(isotropic=False), st.integers(0, 9))
    def test_scaling_width_and_mean_together_is_scaling_the_environment(self, case, seed):
        """Lengths twice as large, mean and width half as large: powers of two change no bit."""
        d = with_random_statistics(case.descriptor, seed, by_slot=True, isotropic=False)
        half = replace(d, davg=d.davg / 2, dstd=d.dstd / 2)
        options = msgspec.structs.replace(d.options, rcut=2 * d.rcut, rcut_smth=2 * d.options.rcut_smth,
                                          env_protection=2 * d.options.env_protection)  # fmt: skip
        larger = case.but(descriptor=replace(half, options=options), coord=2 * case.coord)
        assert_same_bits(larger.out.descriptor, case.but(descriptor=d).out.descriptor)
