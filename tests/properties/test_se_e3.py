"""What must not change se_e3, what must change it and by how much, and its derivatives at the switch."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdp.descriptors import rows
from refdp.nn.collection import NetworkCollection
from refdp.trace import record
from tests.helpers import EPS, assert_same_bits, assert_within, call_arguments, cluster, descriptor
from tests.properties.strategies import ROTATIONS, UNIT, Case, cases, distances
from tests.properties.test_invariances import assert_agree, rotated
from tests.properties.test_slots import excluded, padded

pytest.importorskip("flint")
from tests.properties.test_smoothness import NLIST, OPTIONS, RCUT, START, expand, jumps, smoothstep

NAME = {"name": "se_e3"}


class TestInvariances:
    @given(cases(**NAME, isotropic=False), st.lists(st.integers(-(2**20), 2**20), min_size=3, max_size=3))
    def test_translation_changes_no_bit(self, case, shift):
        moved = case.but(coord=case.coord + UNIT * np.array(shift))
        assert_same_bits(moved.out.descriptor, case.out.descriptor)

    @given(cases(**NAME), st.sampled_from(ROTATIONS))
    def test_rotation_proper_and_improper(self, case, rotation):
        assert_agree(rotated(case, *rotation), case)

    @pytest.mark.parametrize("spoil", ["davg", "dstd"])
    def test_statistics_that_know_directions_break_rotations(self, spoil):
        d = descriptor("se_e3")
        stats = np.array(getattr(d, spoil))
        stats[..., 1] += 0.1
        coord, atype, nlist, _ = call_arguments(d, cluster(6))
        case = Case(replace(d, **{spoil: stats}), np.rint(coord / UNIT) * UNIT, atype, nlist)
        with pytest.raises(AssertionError, match="differ; worst at"):
            assert_agree(rotated(case, *ROTATIONS[1]), case)

    @given(cases(**NAME, isotropic=False), st.randoms(use_true_random=False))
    def test_order_of_atoms(self, case, random):
        nall, nloc = case.coord.shape[1], case.nlist.shape[1]
        local, ghosts = list(range(nloc)), list(range(nloc, nall))
        random.shuffle(local)
        random.shuffle(ghosts)
        order = np.array([*local, *ghosts])
        place = np.append(np.argsort(order), -1)  # the last entry is what an empty slot finds
        nlist = place[case.nlist[:, local]]
        other = case.but(coord=case.coord[:, order], atype=case.atype[:, order], nlist=nlist)
        assert_agree(other, case, slice(None), local)

    @given(cases(**NAME), st.randoms(use_true_random=False))
    def test_order_of_slots_inside_a_block(self, case, random):
        slots = np.arange(case.nlist.shape[-1])
        for b in range(case.descriptor.ntypes):
            mine = slots[case.blocks == b].tolist()
            slots[mine] = random.sample(mine, len(mine))
        other = case.but(nlist=case.nlist[..., slots])
        bound = other.budget.descriptor + case.budget.descriptor
        assert_within(other.out.descriptor, case.out.descriptor, bound)

    @given(cases(**NAME, ntypes=3, isotropic=False), st.permutations(range(3)))
    def test_names_of_types(self, case, new):
        """Renumber types, and with them nets: of two keys of a pair, the one with a <= b is used."""
        d, old = case.descriptor, [int(k) for k in np.argsort(new)]
        slots = np.concatenate([np.flatnonzero(case.blocks == old[b]) for b in range(3)])
        keys = [tuple(sorted((old[a], old[b]))) for b in range(3) for a in range(3)]
        options = msgspec.structs.replace(
            d.options,
            sel=tuple(d.sel[k] for k in old),
            exclude_types=tuple((new[a], new[b]) for a, b in d.options.exclude_types),
        )
        nets = NetworkCollection(2, 3, tuple(d.embeddings[key] for key in keys))
        davg, dstd = (x[old][:, slots] for x in (d.davg, d.dstd))
        made = replace(d, options=options, davg=davg, dstd=dstd, embeddings=nets)
        atype = np.append(new, -1)[np.maximum(case.atype, -1)]
        other = case.but(descriptor=made, atype=atype, nlist=case.nlist[..., slots])
        bound = other.budget.descriptor + case.budget.descriptor
        assert_within(other.out.descriptor, case.out.descriptor, bound)

    @given(cases(**NAME, isotropic=False, virtual=True), st.integers(-9, -1))
    def test_virtual_atoms_are_as_good_as_absent_and_have_zero_rows(self, case, negative):
        emptied = case.but(nlist=np.where(case.valid, case.nlist, negative))
        assert_same_bits(emptied.out.descriptor, case.out.descriptor)
        virtual = case.atype[:, : case.nlist.shape[1]] < 0
        np.testing.assert_array_equal(case.out.descriptor[virtual], 0.0)

    @given(cases(**NAME, isotropic=False), st.integers(0, 7))
    def test_virtual_atoms_in_between_change_nothing_on_real_ones(self, case, where):
        nf, nloc, nnei = case.nlist.shape
        where = min(where, nloc)
        shifted = np.where(case.nlist >= where, case.nlist + 1, case.nlist)
        other = case.but(
            coord=np.insert(case.coord, where, 7 * UNIT, axis=1),
            atype=np.insert(case.atype, where, -1, axis=1),
            nlist=np.insert(shifted, where, np.full((nf, nnei), -1), axis=1),
        )
        assert_agree(other, case, [k for k in range(nloc + 1) if k != where])


class TestSlots:
    @given(cases(**NAME, isotropic=False, exclude_types=[]))
    def test_neighbors_beyond_the_cutoff_are_empty_slots(self, case):
        far = distances(case) >= case.descriptor.rcut
        emptied = case.but(nlist=np.where(far, -1, case.nlist))
        assert_same_bits(emptied.out.descriptor, case.out.descriptor)

    @given(cases(**NAME, exclude_types=[[0, 1], [1, 1]]))
    def test_excluded_neighbors_are_absent_ones_whatever_the_mean(self, case):
        """Unlike in se_e2_a: of the mean, only the angular part counts, which data make zero."""
        d = case.descriptor
        bare = replace(d, options=msgspec.structs.replace(d.options, exclude_types=()))
        deleted = case.but(descriptor=bare, nlist=np.where(excluded(case), -1, case.nlist))
        np.testing.assert_array_equal(deleted.out.descriptor, case.out.descriptor)

    @given(cases(**NAME, ntypes=2), st.lists(st.integers(0, 3), min_size=2, max_size=2))
    def test_more_slots_scale_each_pair_of_types(self, case, extra):
        more = padded(case, [m if n else 0 for n, m in zip(case.descriptor.sel, extra, strict=True)])
        shares = [n / max(m, 1) for n, m in zip(case.descriptor.sel, more.descriptor.sel, strict=True)]
        kinds = [b for b in range(2) if case.descriptor.sel[b]]
        pairs = [(a, b) for a in kinds for b in kinds if a <= b]
        with record() as trace:
            case.descriptor.call(case.coord, case.atype, case.nlist)
        scaled = trace.value("A") * np.array([shares[a] * shares[b] for a, b in pairs])[:, None]
        bound = more.budget.descriptor + case.budget.descriptor + 8 * EPS * np.abs(scaled).sum(axis=-2)
        assert_within(more.out.descriptor, scaled.sum(axis=-2), bound)


SMOOTH = {
    "plain": {},
    "gelu, time step": {"activation_function": "gelu", "resnet_dt": True},
    "protection": {"env_protection": 0.25},
    "exclusion": {"exclude_types": [[0, 0]]},
}


@pytest.mark.parametrize("r", [START, RCUT], ids=["rcut_smth", "rcut"])
class TestSmoothness:
    @pytest.mark.parametrize("options", SMOOTH.values(), ids=SMOOTH)
    @pytest.mark.parametrize("k", [0, 1, 2])
    def test_value_and_two_derivatives(self, r, k, options):
        jump, error = jumps(descriptor("se_e3", **OPTIONS | options), r, k)
        # 113 bits leave thirty digits; all of them agree, and zero lies within the proven error.
        assert (jump <= error).all()
        assert error.max() < 1e-25

    def test_the_third_derivative_jumps(self, r):
        """The switch has no third one, and a jump in the second would be seen if there were one."""
        jump, error = jumps(descriptor("se_e3", **OPTIONS), r, 3)
        assert (jump > 1e6 * error).any()
        assert jump.max() > 1e-4

    def test_a_switch_with_one_derivative_is_caught(self, r, monkeypatch):
        monkeypatch.setattr(rows, "switch", smoothstep)
        d = descriptor("se_e3", **OPTIONS)
        assert all((jump <= error).all() for jump, error in (jumps(d, r, k) for k in (0, 1)))
        jump, error = jumps(d, r, 2)
        assert jump.max() > 1e-3
        assert (jump > 1e6 * error).any()


class TestAtTheCutoff:
    @pytest.mark.parametrize("side", [-1, 1])
    @pytest.mark.parametrize("pairs", [[], [[0, 1]]], ids=["", "excluded"])
    def test_a_neighbor_there_is_no_neighbor(self, side, pairs):
        """Value and derivatives are those of the slot left empty; of an excluded neighbour, too."""
        from refdp.namespaces.balls import midpoint, radius
        from refdp.namespaces.series import derivative

        d = descriptor("se_e3", exclude_types=pairs, **OPTIONS)
        absent = np.where(NLIST == 4, -1, NLIST)
        for k in range(3):
            there, gone = (derivative(expand(d, RCUT, side, nlist=x), k) for x in (NLIST, absent))
            assert (np.abs(midpoint(there - gone)) <= radius(there - gone)).all(), k
