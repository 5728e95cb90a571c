"""The block of se_atten: which numbers enter which net, and in which order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdp.descriptors.attention import attend, embed_concat, embed_strip
from refdp.descriptors.type_embedded import Types
from refdp.namespaces import map_arrays
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from refdp.trace import record
from tests.attention_cases import se_atten
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.numerics import assert_certified

RNG = np.random.default_rng(1)
TABLE = np.array([[1.0, 2.0], [3.0, 5.0], [7.0, 11.0], [0.0, 0.0]])
# Two frames, two centres, three slots; 3 is the row of no type.
CENTER = np.array([[0, 1], [2, 3]])
SLOT = np.array([[[1, 2, 0], [0, 0, 3]], [[2, 1, 0], [1, 3, 3]]])
X = RNG.integers(-8, 9, (2, 2, 3)) / 8.0
FADE = RNG.integers(0, 9, (2, 2, 3)) / 8.0


def linear(w):
    """A net that is one matrix: sums of small binary fractions are exact."""
    return EmbeddingNet((Layer(np.array(w, float), None, None, None),))


def spread(n_in):
    """Weights that tell each input of a net apart: output m is input m."""
    return linear(np.eye(n_in))


def types(library=None):
    made = Types(TABLE, CENTER, SLOT)
    return map_arrays(made, library.array) if library else made


class TestEmbedConcat:
    def test_number_then_neighbour_then_centre(self, library):
        net = map_arrays(spread(5), library.array)
        g = library.numpy(embed_concat(net, library.array(X), types(library), False))
        expected = np.concatenate(
            [X[..., None], TABLE[SLOT], np.broadcast_to(TABLE[CENTER][:, :, None], (2, 2, 3, 2))], axis=-1
        )
        np.testing.assert_array_equal(g, expected)

    def test_one_side_has_no_centre(self, library):
        net = map_arrays(spread(3), library.array)
        g = library.numpy(embed_concat(net, library.array(X), types(library), True))
        np.testing.assert_array_equal(g, np.concatenate([X[..., None], TABLE[SLOT]], axis=-1))

    def test_no_centres(self):
        none = Types(TABLE, CENTER[:, :0], SLOT[:, :0])
        assert embed_concat(spread(5), X[:, :0], none, False).shape == (2, 0, 3, 5)


class TestEmbedStrip:
    NET = linear([[1.0, 2.0, 0.5, -1.0]])

    @pytest.mark.parametrize("fade", [None, FADE], ids=["plain", "fading"])
    def test_two_sides(self, library, fade):
        net, type_net = (map_arrays(x, library.array) for x in (self.NET, spread(4)))
        c = None if fade is None else library.array(fade)
        g = library.numpy(embed_strip(net, type_net, library.array(X), types(library), False, c))
        t = np.concatenate([TABLE[SLOT], np.broadcast_to(TABLE[CENTER][:, :, None], (2, 2, 3, 2))], axis=-1)
        t = t if fade is None else t * fade[..., None]
        np.testing.assert_array_equal(g, X[..., None] * np.array([1.0, 2.0, 0.5, -1.0]) * (1.0 + t))

    @pytest.mark.parametrize("fade", [None, FADE], ids=["plain", "fading"])
    def test_one_side(self, library, fade):
        net, type_net = (map_arrays(linear(w), library.array) for w in ([[1.0, 2.0]], np.eye(2)))
        c = None if fade is None else library.array(fade)
        g = library.numpy(embed_strip(net, type_net, library.array(X), types(library), True, c))
        t = TABLE[SLOT] if fade is None else TABLE[SLOT] * fade[..., None]
        np.testing.assert_array_equal(g, X[..., None] * np.array([1.0, 2.0]) * (1.0 + t))

    def test_steps_show_both_factors(self):
        with record() as trace:
            out = embed_strip(self.NET, spread(4), X, types(), False, FADE)
        g, t = (trace.value(name) for name in "gt")
        assert trace.names == ["g", "t"]
        assert_same_bits(out, g + g * t)
        np.testing.assert_array_equal(t[FADE == 0.0], 0.0)

    def test_the_net_of_types_runs_over_pairs_of_types_not_of_slots(self):
        """The cost of the strip mode: (ntypes + 1)^2 rows, however many atoms there are."""
        seen = []

        class Counting(EmbeddingNet):
            def __call__(self, x):
                seen.append(x.shape)
                return super().__call__(x)

        embed_strip(self.NET, Counting(spread(4).layers), X, types(), False, None)
        assert seen == [(16, 4)]


class TestAttend:
    G = RNG.normal(size=(1, 2, 7, 8))
    ROWS = RNG.normal(size=(1, 2, 7, 4))
    REAL = np.array([[[1, 1, 0, 1, 0, 1, 1], [0, 0, 1, 0, 0, 0, 1]]], bool)
    S = RNG.uniform(0.1, 1.0, (1, 2, 7)) * REAL

    def layers(self, **options):
        return se_atten(**options).attention_layers

    def arguments(self):
        return self.G, self.ROWS, self.REAL, self.S

    def test_no_layer_changes_nothing(self):
        assert attend((), *self.arguments()) is self.G

    def test_layers_come_one_after_another(self):
        one, two = self.layers(smooth_type_embedding=True)
        first = attend((one,), *self.arguments())
        both = attend((one, two), *self.arguments())
        assert_same_bits(both, attend((two,), first, self.ROWS, self.REAL, self.S))
        assert np.abs(both - attend((two, one), *self.arguments())).max() > 1e-3

    def test_steps(self):
        with record() as trace:
            out = attend(self.layers(), *self.arguments())
        assert trace.names == ["Lambda1", "A1", "G1", "Lambda2", "A2", "G2"]
        assert trace.value("G2") is out
        np.testing.assert_array_equal(trace.value("A1")[~self.REAL], 0.0)

    def test_directions_do_not_know_lengths(self):
        scaled = self.ROWS * RNG.uniform(0.5, 2.0, (1, 2, 7, 1))
        out = attend(self.layers(), self.G, scaled, self.REAL, self.S)
        assert_within(out, attend(self.layers(), *self.arguments()), 256 * EPS * np.abs(out).max())

    def test_the_first_column_plays_no_part(self):
        other = np.concatenate([self.ROWS[..., :1] + 1.0, self.ROWS[..., 1:]], axis=-1)
        out = attend(self.layers(), self.G, other, self.REAL, self.S)
        assert_same_bits(out, attend(self.layers(), *self.arguments()))

    def test_slots_that_are_not_real_go_through_the_layer_too(self):
        """Of attention they get nothing, of the layer its bias and norm: a phantom row counts that."""
        (layer,) = self.layers(attn_layer=1)
        out = attend((layer,), *self.arguments())
        expected = layer.norm(self.G + layer.out_proj.b)
        assert_within(out[~self.REAL], expected[~self.REAL], 64 * EPS * np.abs(expected).max())

    @pytest.mark.parametrize("smooth", [False, True])
    def test_within_the_budget(self, smooth):
        layers = self.layers(smooth_type_embedding=smooth)
        assert_certified(attend, layers, *self.arguments())

    def test_permuting_slots_permutes_the_result(self):
        order = RNG.permutation(7)
        layers = self.layers(smooth_type_embedding=True)
        out = attend(layers, *(x[:, :, order] for x in self.arguments()))
        assert_within(out, attend(layers, *self.arguments())[:, :, order], 256 * EPS * np.abs(out).max())

    def test_a_setting_of_one_layer_is_that_layers(self):
        one, two = self.layers()
        hot = replace(two, settings=replace(two.settings, temperature=9.0))
        with record() as trace:
            attend((one, hot), *self.arguments())
        with record() as plain:
            attend((one, two), *self.arguments())
        assert_same_bits(trace.value("Lambda1"), plain.value("Lambda1"))
        factor = 9.0 * np.sqrt(5.0)
        assert_within(trace.value("Lambda2"), plain.value("Lambda2") * factor, 64 * EPS * factor)
