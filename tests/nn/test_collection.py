"""Where a collection keeps the net of a type, or of a pair of types."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer


def collection(ndim, ntypes, length=None):
    """Nets that give their storage number as bias."""
    n = ntypes**ndim if length is None else length
    return NetworkCollection(
        ndim, ntypes, tuple(EmbeddingNet((Layer(np.zeros((1, 1)), np.full(1, k)),)) for k in range(n))
    )


def number(net):
    return int(net.layers[0].b[0])


class TestNetworkCollection:
    def test_the_first_type_runs_fastest(self):
        nets = collection(2, 3)
        assert [number(nets[key]) for key in [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (1, 2), (2, 2)]] == [
            0,
            1,
            2,
            3,
            5,
            7,
            8,
        ]

    @pytest.mark.parametrize("ntypes", [1, 2, 3, 4])
    def test_every_pair_has_its_own(self, ntypes):
        nets = collection(2, ntypes)
        found = {(a, b): number(nets[a, b]) for a, b in product(range(ntypes), repeat=2)}
        assert found == {(a, b): a + ntypes * b for a, b in found}

    def test_one_type_names_a_net(self):
        assert [number(collection(1, 4)[(b,)]) for b in range(4)] == [0, 1, 2, 3]

    def test_no_type_names_the_only_net(self):
        assert number(collection(0, 5)[()]) == 0

    @pytest.mark.parametrize("key", [(-1, 0), (0, 3), (0,), (0, 0, 0), ()])
    def test_a_key_out_of_range_is_refused(self, key):
        with pytest.raises(InputError, match=r"`key`: expected 2 type\(s\), each from 0 to 2, got \("):
            collection(2, 3)[key]

    @pytest.mark.parametrize("length", [0, 8, 10])
    def test_must_be_complete(self, length):
        with pytest.raises(
            InputError, match=rf"`networks`: expected ntypes \*\* ndim = 3 \*\* 2 = 9 nets, got {length}"
        ):
            collection(2, 3, length)

    def test_has_no_three_axes(self):
        with pytest.raises(InputError, match="`ndim`: expected 0, 1 or 2, got 3"):
            collection(3, 1)
