"""se_e2_a against loops written from its formulas, one option at a time."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.descriptors import SeE2A
from refdp.trace import record
from tests import oracle
from tests.helpers import (
    EPS,
    assert_same_bits,
    assert_within,
    call_arguments,
    cluster,
    descriptor,
    with_random_statistics,
)

SYSTEM = cluster(8, seed=4, nf=2)
VARIANTS = {
    "plain": {},
    "one side": {"type_one_side": True},
    "time step": {"resnet_dt": True},
    "axis as wide as the net": {"axis_neuron": 8},
    "axis of one": {"axis_neuron": 1},
    "narrow net": {"neuron": [1, 2], "axis_neuron": 2},
    "widths that do not fit": {"neuron": [3, 7, 5]},
    "exclusion": {"exclude_types": [[0, 1], [1, 1]]},
    "protection": {"env_protection": 0.3},
    "no smooth start": {"rcut_smth": 0.0},
    "late switch": {"rcut_smth": 3.9},
    "activation": {"activation_function": "silut:0.1"},
    "block without slots": {"sel": [0, 6]},
    "one slot a type": {"sel": [1, 1]},
    "all at once": {
        "type_one_side": True,
        "resnet_dt": True,
        "exclude_types": [[0, 0]],
        "env_protection": 0.1,
    },
}


class TestDescribe:
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    @pytest.mark.parametrize("by_slot", [False, True], ids=["", "statistics by slot"])
    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_is_the_formula(self, options, by_slot):
        d = with_random_statistics(descriptor(**options), 3, by_slot=by_slot, isotropic=False)
        coord, atype, nlist, _ = call_arguments(d, SYSTEM)
        out = d.call(coord, atype, nlist)
        expected, sw = oracle.describe(d, coord, atype, nlist)
        # Fewer than 128 roundings lie behind an element, each of a number no larger than the largest.
        assert_within(out.descriptor, expected, 128 * EPS * np.abs(expected).max())
        assert_within(out.sw, sw, 64 * EPS)

    @pytest.mark.parametrize("option", list(VARIANTS)[1:])
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    def test_every_option_changes_something(self, option):
        plain, changed = (descriptor(**options) for options in ({}, VARIANTS[option]))
        one, other = (d.call(*call_arguments(d, SYSTEM)).descriptor for d in (plain, changed))
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-6 * np.abs(one).max()

    def test_outputs(self):
        d = descriptor()
        out = d.call(*call_arguments(d, SYSTEM))
        assert (out.descriptor.shape, out.rot_mat.shape, out.sw.shape) == (
            (2, 8, 24),
            (2, 8, 8, 3),
            (2, 8, 7, 1),
        )
        assert (out.g2, out.h2) == (None, None)

    def test_rot_mat_is_three_columns_of_a_whose_first_makes_the_rest_of_the_descriptor(self):
        d = descriptor()
        with record() as trace:
            out = d.call(*call_arguments(d, SYSTEM))
        assert trace.names == ["r", "w", "R", "E", "G", "A", "D"]
        a = trace.value("A")
        assert_same_bits(out.rot_mat, a[..., 1:])
        full = a @ np.swapaxes(a[..., :3, :], -1, -2)
        assert_same_bits(out.descriptor, full.reshape(2, 8, 24))

    def test_virtual_centers_are_zero_on_either_side(self):
        for one_side in (False, True):
            d = descriptor(type_one_side=one_side)
            out = d.call(*call_arguments(d, SYSTEM))
            np.testing.assert_array_equal(out.descriptor[:, -1], 0.0)
            np.testing.assert_array_equal(out.rot_mat[:, -1], 0.0)

    def test_one_atom_sees_empty_slots(self):
        d = descriptor(type_one_side=True)
        alone = refdp.System([[0.0, 0, 0]], [1])
        out = d.call(*call_arguments(d, alone)).descriptor
        e = -d.davg[1] / d.dstd[1]
        g = np.concatenate(
            [d.embeddings[(b,)](e[part, :1]) for b, part in enumerate([slice(4), slice(4, 7)])]
        )
        a = g.T @ e / 7
        assert_within(out[0, 0], (a @ a[:3].T).ravel(), 32 * EPS * np.abs(out).max())

    def test_one_atom_without_statistics_is_zero(self):
        d = descriptor(statistics=False)
        np.testing.assert_array_equal(
            d.call(*call_arguments(d, refdp.System([[0.0, 0, 0]], [1]))).descriptor, 0.0
        )

    def test_coincident_atoms_with_protection_are_finite(self):
        d = descriptor(env_protection=0.25)
        out = d.call(*call_arguments(d, refdp.System(np.zeros((2, 3)), [0, 1])))
        assert np.isfinite(out.descriptor).all()
        np.testing.assert_array_equal(out.sw[0, 0, 4], [1.0])


class TestForCenter:
    @pytest.mark.parametrize("center", [0, 1])
    def test_equals_the_two_sided_one_at_its_centers(self, center):
        d = descriptor(type_one_side=False)
        arguments = call_arguments(d, SYSTEM)
        mine = np.broadcast_to(arguments[1][:, :8] == center, (2, 8))
        both, one = d.call(*arguments).descriptor, d.for_center(center).call(*arguments).descriptor
        assert_within(one[mine], both[mine], 32 * EPS * np.abs(both).max())
        assert d.for_center(center).options.type_one_side

    def test_of_a_one_sided_one_is_itself(self):
        d = descriptor(type_one_side=True)
        assert d.for_center(1) is d


class TestInitial:
    def test_neutral_statistics_and_number_of_nets(self):
        for one_side, count in [(True, 2), (False, 4)]:
            d = descriptor(statistics=False, type_one_side=one_side)
            np.testing.assert_array_equal(d.davg, np.zeros((2, 7, 4)))
            np.testing.assert_array_equal(d.dstd, np.ones((2, 7, 4)))
            assert len(d.embeddings.networks) == count

    def test_dim_out(self):
        assert SeE2A.initial(descriptor(neuron=[5, 9], axis_neuron=4).options).dim_out == 36
