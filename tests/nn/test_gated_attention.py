"""A layer of attention against loops over its formulas, for every setting."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from refdp.equations.attention import unit
from refdp.errors import InputError
from refdp.namespaces import map_arrays
from refdp.nn.gated_attention import AttentionSettings, GatedAttention
from refdp.nn.layer import Layer
from refdp.nn.layer_norm import LayerNorm
from tests.helpers import EPS, assert_within
from tests.namespaces.kinds import Kind
from tests.numerics import assert_certified, curvature

NG, HIDDEN = 4, 3
SETTINGS = [
    AttentionSettings(*bits, scaling_factor, temperature)
    for *bits, (scaling_factor, temperature) in product(
        [False, True], [False, True], [False, True], [False, True], [(1.0, None), (2.5, None), (2.5, 0.7)]
    )
]
RNG = np.random.default_rng(3)
G = RNG.normal(size=(2, 3, 5, NG))
REAL = RNG.uniform(size=(2, 3, 5)) < 0.7
REAL[0, 0] = False
S = RNG.uniform(0.1, 1.0, (2, 3, 5)) * REAL
ROWS = RNG.normal(size=(2, 3, 5, 3)) * REAL[..., None]


def made(settings, dtype="float64"):
    rng = np.random.default_rng(8)
    shapes = [(NG, 3 * HIDDEN), 3 * HIDDEN, (HIDDEN, NG), NG, NG, NG]
    w_in, b_in, w_out, b_out, w, b = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    linear = Layer(w_in, b_in, None, None), Layer(w_out, b_out, None, None)
    return GatedAttention(*linear, LayerNorm(w, b, 1e-3), settings)


def layer(attention, g, real, s, rows):
    """All steps of the layer, one after another, as a descriptor takes them."""
    q, k, v = attention.project(g)
    weights = attention.weights(attention.logits(q, k), real, s, unit(rows))
    return attention.update(g, weights, v)


def by_hand(attention, g, real, s, rows):
    """The formulas for the slots of one atom."""
    o, n = attention.settings, len(g)
    z = g @ attention.in_proj.w + attention.in_proj.b
    q, k, v = (z[:, c * HIDDEN : (c + 1) * HIDDEN] for c in range(3))
    if o.normalize:
        q, k, v = (x / np.linalg.norm(x, axis=1)[:, None] for x in (q, k, v))
    alpha = (HIDDEN * o.scaling_factor) ** -0.5 if o.temperature is None else o.temperature
    u = rows / np.maximum(np.linalg.norm(rows, axis=1), 1e-12)[:, None]
    a = np.zeros((n, n))
    for j in np.flatnonzero(real):
        x = alpha * k @ q[j]
        e = np.exp((x + 20.0) * s[j] * s - 20.0) if o.smooth else np.exp(x) * real
        a[j] = e / np.sum(e) * (s[j] * s if o.smooth else 1.0)
    a = a * (u @ u.T) if o.dotr else a
    np.fill_diagonal(a, 0.0 if o.do_mask else np.diag(a))
    y = g + (a @ v) @ attention.out_proj.w + attention.out_proj.b
    y = (y - y.mean(axis=1, keepdims=True)) / np.sqrt(y.var(axis=1, keepdims=True) + attention.norm.eps)
    return y * attention.norm.w + attention.norm.b


class TestAttentionSettings:
    def test_alpha(self):
        assert AttentionSettings(True, True, True).alpha(16) == 0.25
        assert AttentionSettings(True, True, True, scaling_factor=4.0).alpha(16) == 0.125
        assert AttentionSettings(True, True, True, scaling_factor=4.0, temperature=0.75).alpha(16) == 0.75

    @pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
    def test_a_scaling_factor_without_a_root_is_refused(self, value):
        with pytest.raises(InputError, match=f"`scaling_factor`: expected a positive number, got {value}"):
            AttentionSettings(True, True, True, scaling_factor=value)

    def test_unless_it_is_not_used(self):
        assert AttentionSettings(True, True, True, scaling_factor=0.0, temperature=1.0).alpha(9) == 1.0


class TestGatedAttention:
    @pytest.mark.parametrize("settings", SETTINGS, ids=str)
    def test_formulas(self, settings):
        attention = made(settings)
        found = layer(attention, G, REAL, S, ROWS)
        for place in np.ndindex(2, 3):
            expected = by_hand(attention, *(x[place] for x in (G, REAL, S, ROWS)))
            assert_within(found[place], expected, 1e-13)

    @pytest.mark.parametrize("smooth", [False, True])
    def test_on_any_library(self, library, smooth):
        attention = made(AttentionSettings(True, True, smooth, True))
        moved = map_arrays(attention, library.array)
        y = library.compiled(lambda *x: layer(moved, *x))(*map(library.array, (G, REAL, S, ROWS)))
        assert_within(library.numpy(y), layer(attention, G, REAL, S, ROWS), 1e-13)

    @pytest.mark.parametrize("kind", list(Kind), ids=str)
    @pytest.mark.parametrize("smooth", [False, True])
    def test_on_wrapped_numbers(self, kind, smooth):
        attention = made(AttentionSettings(True, True, smooth, True))
        moved = map_arrays(attention, kind.array)
        y = layer(moved, kind.array(G), REAL, kind.array(S), kind.array(ROWS))
        assert_within(kind.numpy(y), layer(attention, G, REAL, S, ROWS), 1e-13)

    @pytest.mark.parametrize("settings", SETTINGS[::5], ids=str)
    def test_within_the_budget(self, settings):
        assert_certified(layer, made(settings), G, REAL, S, ROWS)

    def test_every_setting_counts(self):
        rows = {str(settings): layer(made(settings), G, REAL, S, ROWS)[1] for settings in SETTINGS}
        for (one, a), (other, b) in product(rows.items(), repeat=2):
            assert one == other or np.abs(a - b).max() > 1e-6

    def test_knows_its_width(self):
        assert made(SETTINGS[0]).hidden_dim == HIDDEN

    def test_normalizes_values_as_well(self):
        for x in made(AttentionSettings(True, True, True)).project(G):
            assert_within(np.linalg.norm(x, axis=-1), np.ones((2, 3, 5)), 4 * EPS)

    def test_settings_stay_what_they_are_when_arrays_move(self):
        assert map_arrays(made(SETTINGS[7]), lambda x: x).settings == SETTINGS[7]

    def test_keeps_float32(self, library):
        attention = map_arrays(made(AttentionSettings(True, True, True), "float32"), library.array)
        narrow = (G.astype("f4"), REAL, S.astype("f4"), ROWS.astype("f4"))
        assert library.numpy(layer(attention, *map(library.array, narrow))).dtype == np.float32

    @pytest.mark.parametrize(("smooth", "which"), [(True, 0), (True, 2), (True, 3), (False, 3)])
    def test_derivatives_are_finite_at_empty_slots(self, differentiable, smooth, which):
        attention = map_arrays(made(AttentionSettings(True, True, smooth)), differentiable.array)
        fixed = [differentiable.array(x) for x in (G, REAL, S, ROWS)]

        def weighted(x):
            y = layer(attention, *fixed[:which], x, *fixed[which + 1 :])
            return y * differentiable.array(np.random.default_rng(0).normal(size=G.shape))

        x = (G, REAL, S, ROWS)[which]
        gradient, bent = differentiable.gradient(weighted, x), curvature(differentiable, weighted, x)
        assert np.isfinite(gradient).all()
        assert np.isfinite(bent).all()
        empty = ~REAL
        if which:
            assert not gradient[empty].any()
            assert not bent[empty].any()
