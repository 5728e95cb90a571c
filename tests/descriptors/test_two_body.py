"""The way from displacements to the standardized environment, and which net sees which slot."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.descriptors.two_body import (
    embed_by_type,
    exclude,
    one_sided,
    raw_environment,
    standardized_environment,
)
from refdp.neighbors.environment import environment
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from refdp.trace import record
from tests.helpers import EPS, assert_same_bits, assert_within, call_arguments, cluster, descriptor

SYSTEM = cluster(8, seed=4, nf=2)


def surroundings(d, library=None):
    arguments = call_arguments(d, SYSTEM)
    return environment(*(library.array(x) if library else x for x in arguments))


def constant_nets(ndim, ntypes):
    """Nets that answer with their storage number."""
    made = [
        EmbeddingNet((Layer(np.zeros((1, 1)), np.full(1, 1.0 + k), None, None),)) for k in range(ntypes**ndim)
    ]
    return NetworkCollection(ndim, ntypes, tuple(made))


class TestRawEnvironment:
    def test_empty_slots_are_zero(self, library):
        d = descriptor(env_protection=0.5)
        env = surroundings(d, library)
        rows, w = raw_environment(env, d.options)
        valid = library.numpy(env.valid)
        assert not valid.all()
        np.testing.assert_array_equal(library.numpy(rows)[~valid], 0.0)
        np.testing.assert_array_equal(library.numpy(w)[~valid], 0.0)
        assert (library.numpy(w)[valid] > 0).any()

    def test_radial_is_the_first_column(self):
        d = descriptor(env_protection=0.5)
        env = surroundings(d)
        full, w = raw_environment(env, d.options)
        radial, same = raw_environment(env, d.options, radial=True)
        assert_same_bits(radial, full[..., :1])
        assert_same_bits(w, same)

    def test_steps(self):
        d = descriptor()
        with record() as trace:
            rows, w = raw_environment(surroundings(d), d.options)
        assert trace.names == ["r", "w", "R"]
        assert trace.value("R") is rows
        assert trace.value("w") is w


class TestExclude:
    def test_zeroes_the_rows_of_excluded_pairs_only(self, library):
        d = descriptor(exclude_types=[[0, 1]])
        env = surroundings(d, library)
        rows = np.random.default_rng(0).normal(size=(*env.valid.shape, 4))
        out = library.numpy(exclude(library.array(rows), env, d.options))
        center, neighbor = (library.numpy(x) for x in (env.center_type, env.neighbor_type))
        gone = (neighbor >= 0) & (center[..., None] >= 0) & (center[..., None] != neighbor)
        assert gone.any()
        np.testing.assert_array_equal(out, np.where(gone[..., None], 0.0, rows))

    def test_without_pairs_returns_what_came(self):
        d = descriptor()
        rows = np.ones((1, 1, 7, 4))
        assert exclude(rows, surroundings(d), d.options) is rows


class TestStandardizedEnvironment:
    def test_exclusion_comes_after_standardization(self):
        d = descriptor(exclude_types=[[0, 0], [0, 1], [1, 1]])
        env = surroundings(d)
        e, w = standardized_environment(env, d.options, d.davg, d.dstd)
        np.testing.assert_array_equal(e[env.valid], 0.0)
        empty = ~env.valid & (env.center_type >= 0)[..., None]
        expected = np.broadcast_to((-d.davg / d.dstd)[np.maximum(env.center_type, 0)], e.shape)
        np.testing.assert_array_equal(e[empty], expected[empty])
        assert w[env.valid].max() > 0.9

    def test_virtual_centers_have_zero_rows(self):
        d = descriptor()
        env = surroundings(d)
        e, w = standardized_environment(env, d.options, d.davg, d.dstd)
        np.testing.assert_array_equal(e[env.center_type < 0], 0.0)
        np.testing.assert_array_equal(w[env.center_type < 0], 0.0)

    def test_columns_follow_the_statistics(self):
        d, r = descriptor(), descriptor("se_e2_r")
        assert standardized_environment(surroundings(d), d.options, d.davg, d.dstd)[0].shape[-1] == 4
        assert standardized_environment(surroundings(r), r.options, r.davg, r.dstd)[0].shape[-1] == 1


class TestEmbedByType:
    CENTERS = np.array([[0, 1, -1, 2]])

    def test_one_net_a_block(self, library):
        nets = constant_nets(1, 3)
        moved = NetworkCollection(
            1,
            3,
            tuple(
                EmbeddingNet((Layer(library.array(n.layers[0].w), library.array(n.layers[0].b), None, None),))
                for n in nets.networks
            ),
        )
        g = library.numpy(
            embed_by_type(moved, (2, 1, 3), library.array(np.zeros((1, 4, 6))), library.array(self.CENTERS))
        )
        np.testing.assert_array_equal(g[..., 0], np.tile([1.0, 1, 2, 3, 3, 3], (1, 4, 1)))

    def test_one_net_a_pair_and_nothing_for_virtual_centers(self):
        g = embed_by_type(constant_nets(2, 3), (2, 1, 3), np.zeros((1, 4, 6)), self.CENTERS)
        # Storage number + 1 = 1 + centre + 3 * neighbour.
        np.testing.assert_array_equal(g[0, 0, :, 0], [1, 1, 4, 7, 7, 7])
        np.testing.assert_array_equal(g[0, 1, :, 0], [2, 2, 5, 8, 8, 8])
        np.testing.assert_array_equal(g[0, 2, :, 0], np.zeros(6))
        np.testing.assert_array_equal(g[0, 3, :, 0], [3, 3, 6, 9, 9, 9])

    @pytest.mark.parametrize("sel", [(0, 3), (3, 0), (0, 3, 0)])
    def test_a_type_without_slots(self, sel):
        g = embed_by_type(constant_nets(1, len(sel)), sel, np.zeros((1, 1, 3)), np.zeros((1, 1), int))
        np.testing.assert_array_equal(g[0, 0, :, 0], np.full(3, 1.0 + sel.index(3)))


class TestOneSided:
    def test_keeps_the_nets_of_one_center(self):
        nets = constant_nets(2, 3)
        for a in range(3):
            kept = one_sided(nets, a)
            assert (kept.ndim, kept.ntypes) == (1, 3)
            assert [kept[(b,)] for b in range(3)] == [nets[a, b] for b in range(3)]

    def test_gives_the_same_embedding(self):
        d = descriptor(type_one_side=False)
        s = np.random.default_rng(1).normal(size=(1, 4, 7))
        centers = np.array([[1, 1, 1, 1]])
        two = embed_by_type(d.embeddings, d.sel, s, centers)
        assert_within(
            embed_by_type(one_sided(d.embeddings, 1), d.sel, s, centers), two, 8 * EPS * np.abs(two).max()
        )
