"""Beyond a size `describe` replaces nets by expansions; what it promises is the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.blocks import find_neighbors
from refdp.certification import budget
from refdp.description import describe
from refdp.namespaces import map_arrays
from tests.helpers import EPS, assert_same_bits, assert_within, descriptor, with_random_statistics

NAMES = ["se_e2_a", "se_e2_r"]


def roomy(name, **options):
    return descriptor(name, **{"sel": [20, 40], "neuron": [4, 8], **options})


class TestLargeSystems:
    """Beyond a size the nets are replaced by expansions; the contract is the same."""

    SYSTEM = refdp.examples.water(repeat=(2, 2, 1)).frame(0)

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(
        "options",
        [{}, {"resnet_dt": True, "activation_function": "gelu", "exclude_types": [[0, 1]]}],
        ids=["", "options"],
    )
    def test_equals_call_within_the_budget(self, name, options):
        assert self.SYSTEM.natoms == 768
        d = roomy(name, rcut_smth=0.5, neuron=[25, 50, 100], **options)
        out = describe(d, self.SYSTEM)
        # The expansions are at work and round in another way.
        assert not np.array_equal(out, describe(d, self.SYSTEM, expand=False))
        extended, nlist = find_neighbors(d, self.SYSTEM)
        some = np.arange(0, 768, 60)
        arguments = extended.coord_ext, extended.atype_ext, nlist
        exact = d.call(*arguments).descriptor
        few = [np.ascontiguousarray(x) for x in self.rearranged(*arguments, some)]
        assert_within(d.call(*few).descriptor[0], exact[0, some], 2 * budget(d, *few).descriptor[0])
        assert_within(out[0, some], exact[0, some], 2 * budget(d, *few).descriptor[0])
        # Elsewhere atoms are alike, so that the largest allowance of those looked at stands for all.
        assert_within(out, exact, 4 * budget(d, *few).descriptor.max())

    @staticmethod
    def rearranged(coord, atype, nlist, some):
        """Put some centres first, so that a budget of few atoms suffices."""
        order = np.concatenate([some, np.setdiff1d(np.arange(coord.shape[1]), some)])
        place = np.append(np.argsort(order), -1)
        return coord[:, order], atype[:, order], place[nlist[:, some]]

    @pytest.mark.parametrize("name", NAMES)
    def test_threads_change_no_bit(self, name):
        d = roomy(name)
        one = describe(d, self.SYSTEM, threads=1)
        for threads in (2, 3, 5):
            assert_same_bits(describe(d, self.SYSTEM, threads=threads), one)

    @pytest.mark.parametrize("activation", ["relu", "silut:0.1", "none"])
    def test_nets_with_kinks_are_right_as_well(self, activation):
        d = roomy("se_e2_a", activation_function=activation)
        slow = describe(d, self.SYSTEM, expand=False)
        few = [np.ascontiguousarray(x) for x in self.few(d)]
        assert_within(describe(d, self.SYSTEM, expand=True), slow, 4 * budget(d, *few).descriptor.max())

    def few(self, d):
        extended, nlist = find_neighbors(d, self.SYSTEM)
        return self.rearranged(extended.coord_ext, extended.atype_ext, nlist, np.arange(0, 768, 60))

    def test_a_pair_nearer_than_expansions_reach(self):
        coords = self.SYSTEM.coords.copy()
        coords[0, 5] = coords[0, 9] + np.array([0.0, 0.01, 0.0])
        close = refdp.System(coords, self.SYSTEM.types, self.SYSTEM.cell)
        d = roomy("se_e2_a", sel=[20, 60], rcut=3.0)
        slow = describe(d, close, expand=False)
        touched = np.abs(slow).max(axis=-1, keepdims=True)
        # Rows of the pair are a thousand times larger than others; each row is measured by itself.
        assert_within(describe(d, close, expand=True), slow, 512 * EPS * touched)

    def test_statistics_by_slot(self):
        d = with_random_statistics(roomy("se_e2_a"), 4, by_slot=True, isotropic=False)
        slow = describe(d, self.SYSTEM, expand=False)
        few = [np.ascontiguousarray(x) for x in self.few(d)]
        assert_within(describe(d, self.SYSTEM, expand=True), slow, 4 * budget(d, *few).descriptor.max())

    @pytest.mark.parametrize("seed", [3, 2])
    def test_narrow_statistics_stay_within_the_budget_of_the_truth(self, seed):
        """Sparse data give widths of hundredths, which bring unbounded nets far out of their usual range."""
        options = {
            "sel": [46, 92],
            "rcut": 6.0,
            "rcut_smth": 0.5,
            "neuron": [10, 20],
            "activation_function": "gelu",
        }
        d = descriptor("se_e2_r", statistics=False, seed=seed, **options)
        d = replace(d, davg=d.davg + 0.02, dstd=d.dstd * 0.05)
        few = self.few(d)
        some = np.arange(0, 768, 60)
        off = refdp.certify(d, self.SYSTEM, atoms=some).deviation(describe(d, self.SYSTEM)[:, some])
        assert_within(off[0], np.zeros(off[0].shape), budget(d, *few).descriptor[0])

    def test_nets_that_are_zero_everywhere(self):
        """As DeePMD-kit writes those of excluded pairs."""
        d = map_arrays(roomy("se_e2_a"), np.zeros_like)
        d = replace(d, dstd=np.ones_like(d.dstd))
        out = describe(d, self.SYSTEM, expand=True)
        assert out.shape == (1, 768, d.dim_out)
        assert not out.any()

    def test_a_close_pair_changes_no_bit_elsewhere(self):
        d = roomy("se_e2_a", sel=[20, 60], rcut=3.0, neuron=[25, 50, 100])
        coords = self.SYSTEM.coords.copy()
        coords[0, 5] = coords[0, 9] + np.array([0.0, 0.3, 0.0])
        close = refdp.System(coords, self.SYSTEM.types, self.SYSTEM.cell)
        before, after = describe(d, self.SYSTEM), describe(d, close)
        touched = np.any(before != after, axis=-1)[0]
        near = np.zeros(768, dtype=bool)
        for system in (self.SYSTEM, close):
            nlist = find_neighbors(d, system)
            owner = np.where(nlist.nlist[0] >= 0, nlist.extended.mapping[0][nlist.nlist[0]], -1)
            near |= np.any(owner == 5, axis=-1)
        near[5] = True
        assert np.count_nonzero(touched) >= 2
        assert not np.any(touched & ~near)
