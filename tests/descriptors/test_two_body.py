"""Which net sees which slot."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.descriptors.two_body import (
    embed_by_type,
    one_sided,
)
from refdp.neighbors.environment import environment
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from tests.helpers import EPS, assert_within, call_arguments, cluster, descriptor

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
