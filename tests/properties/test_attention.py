"""What must not change se_atten and se_atten_v2, what does although it should not, and by how much."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.attention_cases import se_atten, with_random_norms
from tests.helpers import EPS, assert_same_bits, assert_within, relative_error, with_random_statistics
from tests.properties.strategies import ROTATIONS, UNIT, Case

REACH = 45  # units from the origin, as in `strategies`
TINY = {"neuron": [2, 4], "axis_neuron": 2, "attn": 3, "tebd_dim": 2}


@st.composite
def cases(draw, *, mean=None, name=None, nf=1, **fixed):
    """Descriptors of either class with extended atoms and an external list with holes.

    Coordinates are whole units, which no transformation rounds. With `mean` false, `davg` is zero.
    """
    name = name or draw(st.sampled_from(["se_atten", "se_atten_v2"]))
    options = {
        "sel": draw(st.sampled_from([4, 3, 6])),
        "rcut": draw(st.sampled_from([3.0, 4.5])),
        "attn_layer": draw(st.sampled_from([1, 0, 2])),
        "attn_dotr": draw(st.booleans()),
        "lmax": draw(st.sampled_from([1, 3])),
        "type_one_side": draw(st.booleans()),
        "env_protection": draw(st.sampled_from([0.0, 0.125])),
        "exclude_types": draw(st.sampled_from([[], [[0, 1]]])),
    }
    if name == "se_atten":
        options["tebd_input_mode"] = draw(st.sampled_from(["concat", "strip"]))
        options["smooth_type_embedding"] = draw(st.booleans())
    d = se_atten(name, statistics=False, **TINY | options | fixed)
    d = with_random_norms(with_random_statistics(d, draw(st.integers(0, 9))))
    mean = draw(st.booleans()) if mean is None else mean
    d = d if mean else replace(d, davg=d.davg * 0.0)
    return draw(places(d, nf))


@st.composite
def places(draw, d, nf):
    """Extended atoms at different units, three to six of them, and neighbours in any order."""
    rng = np.random.default_rng(draw(st.integers(0, 2**63)))
    nall = draw(st.sampled_from([4, 5, 3, 6]))
    nloc = nall - draw(st.sampled_from([0, 1]))
    flat = np.array([rng.choice((2 * REACH + 1) ** 3, nall, replace=False) for _ in range(nf)])
    coord = UNIT * (np.stack(np.unravel_index(flat, (2 * REACH + 1,) * 3), axis=-1) - REACH)
    atype = rng.integers(0, 2, (nf, nall))
    nlist = np.full((nf, nloc, d.nnei), -1)
    for f, i in np.ndindex(nf, nloc):
        others = rng.permutation([j for j in range(nall) if j != i])[: d.nnei]
        nlist[f, i, rng.permutation(d.nnei)[: len(others)]] = others
    return Case(d, coord, atype, nlist)


def assert_agree(one, other, rows=slice(None), others=slice(None)):
    """Fail where two cases differ in descriptor or switch by more than both their budgets."""
    for field in ("descriptor", "sw"):
        a, b = getattr(one.out, field), getattr(other.out, field)
        bound = getattr(one.budget, field)[:, rows] + getattr(other.budget, field)[:, others]
        assert_within(a[:, rows], b[:, others], bound)


def but(d, **options):
    return replace(d, options=msgspec.structs.replace(d.options, **options))


class TestRotation:
    @given(cases(), st.sampled_from(ROTATIONS))
    def test_descriptor_stays_and_rot_mat_turns(self, case, rotation):
        q = rotation[0] / rotation[1]
        turned = case.but(coord=case.coord / rotation[1] @ rotation[0].T)
        assert_agree(turned, case)
        here = 6 * EPS * (np.abs(case.out.rot_mat) @ np.abs(q).T)
        bound = turned.budget.rot_mat + case.budget.rot_mat @ np.abs(q).T + here
        assert_within(turned.out.rot_mat, case.out.rot_mat @ q.T, bound)

    @given(cases(), st.lists(st.integers(-(2**20), 2**20), min_size=3, max_size=3))
    def test_translation_changes_no_bit(self, case, shift):
        assert_same_bits(
            case.but(coord=case.coord + UNIT * np.array(shift)).out.descriptor, case.out.descriptor
        )


def relabelled(case, order):
    """Put local atoms in another order."""
    place = np.append(np.argsort(order), -1)
    nlist = place[case.nlist[:, order[: case.nlist.shape[1]]]]
    return case.but(coord=case.coord[:, order], atype=case.atype[:, order], nlist=nlist)


class TestPermutation:
    @given(cases(), st.randoms(use_true_random=False))
    def test_of_slots(self, case, random):
        slots = list(range(case.nlist.shape[-1]))
        random.shuffle(slots)
        other = case.but(nlist=case.nlist[..., slots])
        bound = other.budget.descriptor + case.budget.descriptor
        assert_within(other.out.descriptor, case.out.descriptor, bound)

    @given(
        st.one_of(cases(mean=False), cases(mean=True, name="se_atten_v2")), st.randoms(use_true_random=False)
    )
    def test_of_atoms(self, case, random):
        """Without a mean, or where the types of empty slots fade away."""
        nloc, nall = case.nlist.shape[1], case.coord.shape[1]
        local = list(range(nloc))
        random.shuffle(local)
        other = relabelled(case, np.array([*local, *range(nloc, nall)]))
        assert_agree(other, case, slice(None), local)

    @pytest.mark.parametrize("mode", ["concat", "strip"])
    @pytest.mark.parametrize("smooth", [False, True])
    def test_with_a_mean_it_matters_who_is_first(self, mode, smooth):
        """The definition: empty slots borrow the type of atom 0. Strip and smooth together are immune."""
        d = se_atten(tebd_input_mode=mode, smooth_type_embedding=smooth, concat_output_tebd=False)
        rng = np.random.default_rng(0)
        coord, atype = rng.uniform(-2.0, 2.0, (1, 4, 3)), np.array([[0, 1, 1, 0]])
        nlist = np.array([[[j for j in range(4) if j != i] + [-1] * 4 for i in range(4)]])
        case = Case(d, coord, atype, nlist)
        same, other = (relabelled(case, np.array(order)) for order in ([3, 1, 2, 0], [1, 0, 2, 3]))
        assert_within(same.out.descriptor[:, [3, 1, 2, 0]], case.out.descriptor, 1e-12)
        change = relative_error(other.out.descriptor[:, [1, 0, 2, 3]], case.out.descriptor)
        assert (change < 1e-14) if mode == "strip" and smooth else (1e-3 < change < 0.3)


class TestVirtualAtoms:
    @given(cases(), st.integers(1, 7), st.integers(-9, -1))
    def test_interleaved_change_nothing_on_real_ones(self, case, where, negative):
        nf, nloc, nnei = case.nlist.shape
        where = min(where, nloc)
        nlist = np.where(case.nlist >= where, case.nlist + 1, case.nlist)
        nlist = np.insert(nlist, where, np.full((nf, nnei), -1), axis=1)
        other = case.but(
            coord=np.insert(case.coord, where, 7 * UNIT, axis=1),
            atype=np.insert(case.atype, where, negative, axis=1),
            nlist=np.where(nlist < 0, where, nlist),
        )
        kept = [k for k in range(nloc + 1) if k != where]
        assert_agree(other, case, kept)

    @given(cases(), st.integers(0, 1))
    def test_rows_are_zero(self, case, which):
        atype = case.atype.copy()
        atype[:, which] = -1
        nlist = case.nlist.copy()
        nlist[:, which] = -1
        out = case.but(atype=atype, nlist=nlist).out
        np.testing.assert_array_equal(out.descriptor[:, which], 0.0)
        np.testing.assert_array_equal(out.rot_mat[:, which], 0.0)


def excluded(case):
    """Whether each slot holds a neighbour of another type than its centre, the pair that is excluded here."""
    center, around = case.atype[:, : case.nlist.shape[1], None], case.atype[0][case.nlist]
    return (case.nlist >= 0) & (center != around)


class TestExclusion:
    @given(cases(mean=False, exclude_types=[[0, 1]]))
    def test_without_a_mean_equals_deleting_those_neighbors(self, case):
        bare = but(case.descriptor, exclude_types=())
        deleted = case.but(descriptor=bare, nlist=np.where(excluded(case), -1, case.nlist))
        assert_same_bits(deleted.out.descriptor, case.out.descriptor)

    @given(cases(mean=True, exclude_types=[[0, 1]]))
    def test_with_a_mean_it_does_not(self, case):
        """The definition: excluded rows are 0, those of empty slots `-davg / dstd`."""
        gone = excluded(case)
        assume(gone.any())
        bare = but(case.descriptor, exclude_types=())
        deleted = case.but(descriptor=bare, nlist=np.where(gone, -1, case.nlist))
        rows = gone.any(axis=-1)
        size = np.abs(deleted.out.descriptor[rows]).max()
        assert np.abs(deleted.out.descriptor - case.out.descriptor)[rows].max() > 1e-4 * size

    @given(cases(exclude_types=[[0, 1]]))
    def test_of_pairs_is_symmetric(self, case):
        assert_same_bits(
            case.but(descriptor=but(case.descriptor, exclude_types=((1, 0),))).out.descriptor,
            case.out.descriptor,
        )


def padded(case, extra):
    """Give the list more slots, all empty."""
    d = case.descriptor
    shape = (d.ntypes, d.nnei + extra, 4)
    davg, dstd = (np.broadcast_to(x[:, :1], shape) for x in (d.davg, d.dstd))
    more = replace(but(d, sel=d.nnei + extra), davg=davg, dstd=dstd)
    empty = np.full((*case.nlist.shape[:2], extra), -1)
    return case.but(descriptor=more, nlist=np.concatenate([case.nlist, empty], axis=-1))


class TestPadding:
    """D is over the square of the number of slots, not of neighbours; else empty ones should not count."""

    @given(cases(mean=False, name="se_atten", smooth_type_embedding=False, concat_output_tebd=False),
           st.integers(1, 4))  # fmt: skip
    def test_without_smooth_attention_only_the_divisor_changes(self, case, extra):
        self.check(case, padded(case, extra))

    @given(cases(mean=False, attn_layer=0, concat_output_tebd=False), st.integers(1, 4))
    def test_without_attention_only_the_divisor_changes(self, case, extra):
        self.check(case, padded(case, extra))

    def check(self, case, more):
        factor = (case.descriptor.nnei / more.descriptor.nnei) ** 2
        expected = case.out.descriptor * factor
        bound = more.budget.descriptor + factor * case.budget.descriptor + 4 * EPS * np.abs(expected)
        assert_within(more.out.descriptor, expected, bound)

    @pytest.mark.parametrize(
        ("name", "least", "most"), [("se_atten_v2", 1e-6, 2e-3), ("se_atten", 0.0, 1e-14)]
    )
    def test_with_smooth_attention_each_empty_slot_is_a_key(self, name, least, most):
        """Of logit -20: small, never zero where the switch of the query has begun to fall."""
        d = se_atten(name, concat_output_tebd=False, rcut=4.0, sel=10)
        rng = np.random.default_rng(0)
        coord = rng.uniform(-2.0, 2.0, (1, 7, 3))
        nlist = np.array([[[j for j in range(7) if j != i] + [-1] * 4 for i in range(7)]])
        case = Case(replace(d, davg=d.davg * 0.0), coord, np.array([[0, 1, 1, 0, 1, 0, 0]]), nlist)
        change = relative_error(padded(case, 10).out.descriptor * 4.0, case.out.descriptor)
        assert least <= change <= most
