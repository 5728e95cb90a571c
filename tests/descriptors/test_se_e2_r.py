"""se_e2_r against loops written from its formula, one option at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from refdp.trace import record
from tests import oracle
from tests.helpers import EPS, assert_within, call_arguments, cluster, descriptor, with_random_statistics

SYSTEM = cluster(8, seed=4, nf=2)
VARIANTS = {
    "plain": {},
    "time step": {"resnet_dt": True},
    "narrow net": {"neuron": [1, 2]},
    "widths that do not fit": {"neuron": [3, 7, 5]},
    "exclusion": {"exclude_types": [[0, 1], [1, 1]]},
    "protection": {"env_protection": 0.3},
    "no smooth start": {"rcut_smth": 0.0},
    "late switch": {"rcut_smth": 3.9},
    "activation": {"activation_function": "softplus"},
    "block without slots": {"sel": [0, 6]},
    "blocks of unlike size": {"sel": [1, 6]},
    "all at once": {"resnet_dt": True, "exclude_types": [[0, 0]], "env_protection": 0.1},
}


class TestDescribe:
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    @pytest.mark.parametrize("by_slot", [False, True], ids=["", "statistics by slot"])
    @pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
    def test_is_the_formula(self, options, by_slot):
        d = with_random_statistics(descriptor("se_e2_r", **options), 3, by_slot=by_slot)
        coord, atype, nlist, _ = call_arguments(d, SYSTEM)
        out = d.call(coord, atype, nlist)
        expected, sw = oracle.describe(d, coord, atype, nlist)
        # Fewer than 128 roundings lie behind an element, each of a number no larger than the largest.
        assert_within(out.descriptor, expected, 128 * EPS * np.abs(expected).max())
        assert_within(out.sw, sw, 64 * EPS)

    @pytest.mark.parametrize("option", list(VARIANTS)[1:])
    @pytest.mark.filterwarnings("ignore::refdp.errors.SelOverflowWarning")
    def test_every_option_changes_something(self, option):
        plain, changed = (descriptor("se_e2_r", **options) for options in ({}, VARIANTS[option]))
        one, other = (d.call(*call_arguments(d, SYSTEM)).descriptor for d in (plain, changed))
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-6 * np.abs(one).max()

    def test_outputs(self):
        d = descriptor("se_e2_r")
        with record() as trace:
            out = d.call(*call_arguments(d, SYSTEM))
        assert trace.names == ["r", "w", "R", "E", "G", "A", "D"]
        assert (out.descriptor.shape, out.sw.shape) == ((2, 8, 8), (2, 8, 7, 1))
        assert (out.rot_mat, out.g2, out.h2) == (None, None, None)

    def test_every_slot_counts_so_an_isolated_atom_is_not_zero(self):
        d = descriptor("se_e2_r")
        out = d.call(*call_arguments(d, refdp.System([[0.0, 0, 0]], [1]))).descriptor[0, 0]
        empty = -d.davg[1] / d.dstd[1]
        g = [d.embeddings[(b,)](empty[part]) for b, part in enumerate([slice(4), slice(4, 7)])]
        assert_within(out, np.concatenate(g).sum(axis=0) / 35, 16 * EPS * np.abs(g[0]).max())
        assert np.abs(out).max() > 0.01

    def test_a_virtual_center_is_the_nets_at_zero(self):
        d = descriptor("se_e2_r")
        out = d.call(*call_arguments(d, SYSTEM)).descriptor[:, -1]
        g = [d.embeddings[(b,)](np.zeros((1, 1)))[0] for b in range(2)]
        assert_within(out, np.tile((4 * g[0] + 3 * g[1]) / 35, (2, 1)), 16 * EPS * np.abs(g).max())

    def test_the_fifth(self):
        # Linear nets that give one: the mean over slots is one, the descriptor a fifth.
        d = descriptor("se_e2_r", neuron=[1], activation_function="none")
        one = EmbeddingNet((Layer(np.zeros((1, 1)), np.ones(1), None, "none"),))
        d = replace(d, embeddings=NetworkCollection(1, 2, (one, one)))
        assert_within(d.call(*call_arguments(d, SYSTEM)).descriptor, np.full((2, 8, 1), 0.2), EPS)

    def test_sees_distances_only(self):
        d = descriptor("se_e2_r")
        near = refdp.System([[0.0, 0, 0], [1.0, 0, 0], [0, 2.0, 0]], [0, 0, 1])
        bent = refdp.System([[0.0, 0, 0], [0, 0, 1.0], [0, 0, -2.0]], [0, 0, 1])
        one, other = (d.call(*call_arguments(d, s)).descriptor[0, 0] for s in (near, bent))
        np.testing.assert_array_equal(one, other)
