"""The table of type embeddings, and rows taken from it."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.namespaces import map_arrays
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from refdp.nn.type_embedding import TypeEmbedding, lookup, type_index
from tests.helpers import assert_same_bits
from tests.numerics import assert_certified

W = np.array([[0.5, -1.0, 2.0], [0.25, 0.0, -4.0]])
B = np.array([8.0, 16.0, 32.0])


def embedding(w=W, b=None, inputs=None):
    net = EmbeddingNet((Layer(w, b, None, None, resnet=True),))
    return TypeEmbedding(net, np.eye(len(w)) if inputs is None else inputs)


class TestTypeEmbedding:
    def test_one_hot_rows_are_those_of_the_weights_and_a_zero(self, library):
        table = library.numpy(map_arrays(embedding(), library.array).table())
        np.testing.assert_array_equal(table, [*W, [0.0, 0.0, 0.0]])

    def test_the_zero_row_has_no_bias(self, library):
        table = library.numpy(map_arrays(embedding(b=B), library.array).table())
        np.testing.assert_array_equal(table, [*(W + B), [0.0, 0.0, 0.0]])

    @pytest.mark.parametrize(("width", "added"), [(1, 0), (2, 1), (3, 0), (4, 2), (5, 0)])
    def test_has_the_skip_connection_of_its_net(self, width, added):
        table = embedding(np.zeros((2, width))).table()
        expected = np.tile(np.eye(2), (1, added)) if added else np.zeros((2, width))
        np.testing.assert_array_equal(table, np.concatenate([expected, np.zeros((1, width))]))

    def test_any_inputs(self, library):
        inputs = np.array([[1.0, 2.0], [-1.0, 0.5], [4.0, 0.0]])
        made = map_arrays(embedding(inputs=inputs), library.array)
        assert made.ntypes == 3
        np.testing.assert_array_equal(library.numpy(made.table())[:3], inputs @ W)

    def test_inputs_move_and_change_their_dtype_with_the_weights(self, library):
        made = map_arrays(embedding(), lambda x: library.array(x.astype(np.float32)))
        assert library.numpy(made.inputs).dtype == np.float32
        assert library.numpy(made.table()).dtype == np.float32

    def test_within_the_budget(self):
        rng = np.random.default_rng(1)
        made = embedding(rng.normal(size=(7, 5)), rng.normal(size=5), rng.normal(size=(3, 7)))
        assert_certified(lambda tree: tree.table(), made)


class TestTypeIndex:
    @pytest.mark.parametrize("integers", [np.int32, np.int64])
    def test_negative_types_are_the_last_row(self, library, integers):
        types = np.array([[0, 1, -1], [-7, 2, 0]], integers)
        index = library.numpy(type_index(library.array(types), 3))
        assert_same_bits(index, np.array([[0, 1, 3], [3, 2, 0]], integers))

    def test_no_atoms(self, library):
        assert library.numpy(type_index(library.array(np.zeros((2, 0), np.int64)), 3)).shape == (2, 0)


class TestLookup:
    TABLE = np.arange(12.0).reshape(4, 3)

    def test_rows(self, library):
        types = np.array([[[2, 0], [-1, 1]], [[-3, 3], [0, 0]]])
        rows = library.numpy(lookup(library.array(self.TABLE), library.array(types)))
        np.testing.assert_array_equal(rows, self.TABLE[np.where(types < 0, 3, types)])

    @pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1, 2, 3)])
    def test_shapes(self, library, shape):
        rows = lookup(library.array(self.TABLE.astype(np.float32)), library.array(np.zeros(shape, np.int64)))
        assert library.numpy(rows).shape == (*shape, 3)
        assert library.numpy(rows).dtype == np.float32

    def test_types_of_real_arrays_need_no_namespace_of_theirs(self):
        types = np.array([[0, -1], [2, 1]])
        assert_certified(lambda table: lookup(table, types) * 0.1, self.TABLE)

    def test_gradient_reaches_the_rows_that_were_taken(self, differentiable):
        types = differentiable.array([[0, 2], [2, -1]])
        gradient = differentiable.gradient(lambda table: lookup(table, types), self.TABLE)
        np.testing.assert_array_equal(gradient, np.array([[1.0], [0.0], [2.0], [1.0]]) * np.ones(3))
