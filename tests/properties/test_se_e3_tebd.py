"""What must not change se_e3_tebd, within the error budgets of both sides, and how it ends at the cutoff."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refdp
from refdp.descriptors import rows
from refdp.namespaces import map_arrays
from refdp.neighbors.environment import environment
from tests.attention_cases import mixed_arguments
from tests.helpers import assert_same_bits, assert_within, cluster, with_random_statistics
from tests.properties.strategies import ROTATIONS, UNIT, Case, _numbers, _types, _units
from tests.properties.test_invariances import assert_agree, rotated
from tests.three_body_cases import se_e3_tebd

pytest.importorskip("flint")
from refdp.namespaces.balls import midpoint, radius, to_balls
from tests.properties.test_smoothness import (
    NLIST,
    OPTIONS,
    OTHERS,
    PLACES,
    RCUT,
    START,
    TYPES,
    jumps,
    smoothstep,
)

NTYPES = 3


@st.composite
def cases(draw, *, isotropic=True, virtual=None, **fixed):
    """Descriptors with extended atoms and an external list: unsorted, with holes, with atoms of a skin."""
    section = {
        "sel": draw(st.sampled_from([5, 7, 3])),
        "rcut": draw(st.sampled_from([3.0, 4.5, 1.5])),
        "rcut_smth": draw(st.sampled_from([0.5, 0.0, 1.25])),
        "neuron": draw(st.sampled_from([[3], [2, 4], [1, 2, 5]])),
        "tebd_dim": draw(st.sampled_from([2, 3])),
        "tebd_input_mode": draw(st.sampled_from(["strip", "concat"])),
        "smooth": draw(st.booleans()),
        "resnet_dt": draw(st.booleans()),
        "activation_function": draw(st.sampled_from(["tanh", "gelu", "silut:0.5", "softplus"])),
        "exclude_types": draw(st.lists(st.sampled_from([(0, 0), (0, 1), (1, 2)]), max_size=2)),
        "env_protection": draw(st.sampled_from([0.0, 0.125])),
        "seed": draw(st.integers(0, 2**32)),
        "type_map": None,
        "ntypes": NTYPES,
    }
    made = se_e3_tebd(statistics=False, **section | fixed)
    made = with_random_statistics(made, draw(st.integers(0, 99)), isotropic=isotropic)
    nf, nall = draw(st.integers(1, 2)), draw(st.sampled_from([5, 7, 4, 3, 2]))
    nloc = max(1, nall - draw(st.sampled_from([0, 1, 2])))
    atype = _types(draw, nf, nall, NTYPES, virtual=virtual)
    nlist = _neighbors(made.nnei, atype, nloc, draw(st.sampled_from([0.7, 1.0, 0.3])), _numbers(draw))
    return Case(made, UNIT * _units(draw, nf, nall), atype, nlist)


def _neighbors(nnei, atype, nloc, fill, rng):
    """Fill slots with any other atoms, virtual ones too, each at most once, in any order and with holes."""
    nlist = np.full((atype.shape[0], nloc, nnei), -1)
    for f, i in np.ndindex(nlist.shape[:2]):
        others = [j for j in range(atype.shape[1]) if j != i and rng.random() < fill]
        if atype[f, i] >= 0:
            others = rng.permutation(others)[:nnei].astype(int)
            nlist[f, i, rng.permutation(nnei)[: len(others)]] = others
    return nlist


class TestTranslation:
    @given(cases(isotropic=False), st.lists(st.integers(-(2**20), 2**20), min_size=3, max_size=3))
    def test_changes_no_bit(self, case, shift):
        moved = case.but(coord=case.coord + UNIT * np.array(shift))
        assert_same_bits(moved.out.descriptor, case.out.descriptor)


class TestRotation:
    @given(cases(), st.sampled_from(ROTATIONS))
    def test_descriptor_stays(self, case, rotation):
        assert_agree(rotated(case, *rotation), case)

    @pytest.mark.parametrize("spoil", ["davg", "dstd"])
    def test_statistics_that_know_directions_break_it(self, spoil):
        d = se_e3_tebd()
        d = replace(d, **{spoil: getattr(d, spoil) + np.array([0.0, 0.1, 0.0, 0.0])})
        coord, atype, nlist = mixed_arguments(d, cluster(6))
        case = Case(d, np.rint(coord / UNIT) * UNIT, atype, nlist)
        with pytest.raises(AssertionError, match="differ; worst at"):
            assert_agree(rotated(case, *ROTATIONS[1]), case)


class TestPermutation:
    @given(cases(), st.randoms(use_true_random=False))
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
    def test_of_slots(self, case, random):
        slots = random.sample(range(case.nlist.shape[-1]), case.nlist.shape[-1])
        other = case.but(nlist=case.nlist[..., slots])
        assert_within(
            other.out.descriptor, case.out.descriptor, other.budget.descriptor + case.budget.descriptor
        )
        assert_same_bits(other.out.sw, case.out.sw[..., slots, :])

    @given(cases(isotropic=False), st.permutations(range(NTYPES)))
    def test_of_types(self, case, new):
        """Renumber types, and with them vectors, statistics, excluded pairs: nothing changes."""
        d, old = case.descriptor, np.argsort(new)
        pairs = tuple((new[a], new[b]) for a, b in d.options.exclude_types)
        embedding = d.type_embedding
        made = replace(
            d,
            options=msgspec.structs.replace(d.options, exclude_types=pairs),
            davg=d.davg[old],
            dstd=d.dstd[old],
            # The inputs, not the weights: the skip connection belongs to the type.
            type_embedding=replace(embedding, inputs=embedding.inputs[old]),
        )
        other = case.but(descriptor=made, atype=np.append(new, -1)[np.maximum(case.atype, -1)])
        assert_agree(other, case)


class TestSlots:
    @given(cases(), st.integers(1, 4))
    def test_a_sum_over_pairs_knows_of_sel_only_as_a_number(self, case, more):
        """With angular mean zero, empty slots add nothing: `nnei ** 2` times the sum stays."""
        d = case.descriptor
        n, ng = d.nnei, d.options.neuron[-1]
        wide = np.full((*case.nlist.shape[:2], n + more), -1)
        wide[..., :n] = case.nlist
        pad = [(0, 0), (0, more), (0, 0)]
        made = replace(
            d,
            options=msgspec.structs.replace(d.options, sel=n + more),
            **{key: np.pad(getattr(d, key), pad, mode="edge") for key in ("davg", "dstd")},
        )
        other, share = case.but(descriptor=made, nlist=wide), (n / (n + more)) ** 2
        # The factor is rounded, and its product: a unit each.
        bound = other.budget.descriptor + share * case.budget.descriptor
        bound = bound + 3 * np.finfo(float).eps * np.abs(case.out.descriptor)
        assert_within(other.out.descriptor[..., :ng], share * case.out.descriptor[..., :ng], bound[..., :ng])


class TestVirtualAtoms:
    @given(cases(virtual=True, isotropic=False), st.integers(-9, -1))
    def test_are_as_good_as_absent(self, case, negative):
        emptied = case.but(nlist=np.where(case.valid, case.nlist, negative))
        assert_same_bits(emptied.out.descriptor, case.out.descriptor)
        renamed = case.but(atype=np.where(case.atype < 0, negative, case.atype))
        assert_same_bits(renamed.out.descriptor, case.out.descriptor)

    @given(cases(virtual=True, isotropic=False))
    def test_rows_are_zero(self, case):
        virtual = case.atype[:, : case.nlist.shape[1]] < 0
        np.testing.assert_array_equal(case.out.descriptor[virtual], 0.0)


class TestExclusion:
    @given(cases(exclude_types=[(0, 1), (2, 2)]))
    def test_equals_deletion(self, case):
        """With angular mean zero; an excluded slot and an empty one are then both zero."""
        nloc = case.nlist.shape[1]
        center = case.atype[:, :nloc, None]
        neighbor = np.take_along_axis(case.atype[:, None, :], np.maximum(case.nlist, 0), axis=-1)
        gone = ((center == 0) & (neighbor == 1)) | ((center == 1) & (neighbor == 0))
        gone |= (center == 2) & (neighbor == 2)
        options = msgspec.structs.replace(case.descriptor.options, exclude_types=())
        other = case.but(
            descriptor=replace(case.descriptor, options=options),
            nlist=np.where(gone, -1, case.nlist),
        )
        assert_same_bits(other.out.descriptor, case.out.descriptor)
        assert_same_bits(other.out.sw, case.out.sw)

    def test_is_between_centre_and_neighbor_never_between_two_neighbors(self):
        system = refdp.System([[0.0, 0, 0], [1.5, 0, 0], [0, 1.5, 0.5]], [0, 0, 1])
        one, other = (se_e3_tebd(exclude_types=pairs) for pairs in ([], [[1, 1]]))
        a, b = (d.call(*mixed_arguments(d, system)).descriptor for d in (one, other))
        # Nobody here is a centre of type 1 with a neighbour of type 1.
        assert_same_bits(a, b)
        both = se_e3_tebd(exclude_types=[[0, 1]])
        c = both.call(*mixed_arguments(both, system)).descriptor
        assert np.abs(a - c)[0, 0].max() > 1e-4


MODES = {
    "concat": {},
    "strip": {"tebd_input_mode": "strip"},
    "strip that does not fade": {"tebd_input_mode": "strip", "smooth": False},
}


def moving(**options):
    return se_e3_tebd(**OPTIONS | options)


@pytest.mark.parametrize("r", [START, RCUT], ids=["rcut_smth", "rcut"])
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
class TestTwiceContinuous:
    @pytest.mark.parametrize("k", [0, 1, 2])
    def test_value_and_two_derivatives(self, mode, r, k):
        jump, error = jumps(moving(**mode), r, k)
        assert (jump <= error).all()
        assert error.max() < 1e-25

    def test_the_third_derivative_jumps(self, mode, r):
        jump, error = jumps(moving(**mode), r, 3)
        assert (jump > 1e6 * error).any()
        assert jump.max() > 1e-5

    def test_a_switch_with_one_derivative_is_caught(self, mode, r, monkeypatch):
        monkeypatch.setattr(rows, "switch", smoothstep)
        jump, error = jumps(moving(**mode), r, 2)
        assert (jump > 1e6 * error).any()
        assert jump.max() > 1e-5


class TestAngularMean:
    """A mean that data never give: slots left behind are not zero, and have the first atom's type."""

    @pytest.mark.parametrize(
        ("mode", "jumping"), [("concat", True), ("strip that does not fade", True), ("strip", False)]
    )
    def test_makes_a_neighbor_of_another_type_jump_unless_types_fade(self, mode, jumping):
        d = moving(**MODES[mode])
        d = map_arrays(replace(d, davg=d.davg + np.array([0.0, 0.25, 0.0, 0.0])), to_balls)
        coord = to_balls(np.concatenate([OTHERS, PLACES[RCUT][None]])[None])
        absent = np.where(NLIST == 4, -1, NLIST)
        there, gone = (d.describe(environment(coord, TYPES, x)).descriptor for x in (NLIST, absent))
        jump = np.abs(midpoint(there - gone))
        assert (jump.max() > 1e-4) if jumping else (jump <= radius(there - gone)).all()
