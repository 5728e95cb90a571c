"""Attention weights against their definitions, and where definitions meet empty slots."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import exp, fsum

import numpy as np
import pytest

from refdp.equations.attention import (
    angular_gate,
    logits,
    plain_weights,
    smooth_weights,
    unit,
    without_diagonal,
)
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.numerics import assert_certified, curvature

RNG = np.random.default_rng(4)
LOGITS = RNG.normal(size=(2, 3, 5, 5)) * 2.0
# A row of an isolated atom, of an atom with one neighbour, of a full one; holes in the middle.
REAL = np.array(
    [[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [0, 1, 1, 0, 0], [1, 1, 0, 0, 1]]
)
REAL = REAL.astype(bool).reshape(2, 3, 5)
S = RNG.uniform(0.05, 1.0, (2, 3, 5)) * REAL


def ints(*shape):
    """Small binary fractions, so that sums of products are exact."""
    return RNG.integers(-8, 9, shape) / 8.0


class TestUnit:
    def test_by_hand(self, library):
        x = np.array([[3.0, 4.0, 0.0], [0.0, -2.0, 0.0], [8.0, 4.0, -8.0], [0.0, 0.0, 0.0]])
        expected = [[0.6, 0.8, 0.0], [0.0, -1.0, 0.0], [2 / 3, 1 / 3, -2 / 3], [0.0, 0.0, 0.0]]
        assert_within(library.numpy(unit(library.array(x))), expected, 2 * EPS)

    def test_short_vectors_are_divided_by_the_floor(self, library):
        x = np.array([[3e-13, 4e-13], [1e-200, -1e-200], [3e-12, 4e-12]])
        expected = [[0.3, 0.4], [1e-188, -1e-188], [0.6, 0.8]]
        assert_within(library.numpy(unit(library.array(x))), expected, 8 * EPS * np.abs(expected))

    def test_zero_stays_zero_in_float16(self):
        x = np.array([[0.0, 0.0], [3.0, 4.0]], np.float16)
        assert_same_bits(unit(x), np.array([[0.0, 0.0], [0.6, 0.8]], np.float16))

    def test_within_the_budget(self):
        assert_certified(
            unit, np.concatenate([RNG.normal(size=(4, 3)), np.zeros((1, 3)), np.full((1, 3), 1e-13)])
        )

    def test_derivatives_are_finite_at_zero(self, differentiable):
        x = np.zeros((1, 3))
        assert_within(differentiable.gradient(unit, x), np.full((1, 3), 1e12), 1e-3)
        assert_within(differentiable.gradient(unit, x.astype(np.float32)), np.full((1, 3), 1e12), 1e6)
        np.testing.assert_array_equal(curvature(differentiable, unit, x), x)

    def test_gradient(self, differentiable):
        # d(sum of u)/dx = (1 - u (sum of u)) / |x|
        x = np.array([[3.0, 4.0, 0.0]])
        u = x / 5.0
        assert_within(differentiable.gradient(unit, x), (1.0 - u * np.sum(u)) / 5.0, 4 * EPS)

    @pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 0, 4, 3)])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_keeps_shape_and_dtype(self, library, shape, dtype):
        y = library.numpy(unit(library.array(np.ones(shape, dtype))))
        assert y.shape == shape
        assert y.dtype == dtype


class TestLogits:
    def test_definition(self, library):
        q, k = ints(2, 3, 5, 4), ints(2, 3, 5, 4)
        found = library.numpy(logits(library.array(q), library.array(k), 0.25))
        assert found.shape == (2, 3, 5, 5)
        for f, i, a, b in product(range(2), range(3), range(5), range(5)):
            terms = (Fraction(q[f, i, a, c]) * Fraction(k[f, i, b, c]) for c in range(4))
            assert found[f, i, a, b] == float(sum(terms) / 4)

    def test_within_the_budget(self):
        q, k = RNG.normal(size=(2, 2, 5, 4))
        assert_certified(lambda a, b: logits(a, b, 0.3), q, k)

    def test_keeps_float32(self, library):
        q = library.array(np.ones((1, 2, 3), np.float32))
        assert library.numpy(logits(q, q, 0.3)).dtype == np.float32


def smooth_by_hand(row, s, j):
    """Equation B3 for query j, term by term."""
    terms = [exp((x + 20.0) * s[j] * s[k] - 20.0) for k, x in enumerate(row)]
    return [term / fsum(terms) * s[j] * s[k] for k, term in enumerate(terms)]


class TestSmoothWeights:
    def test_definition(self, library):
        a = library.numpy(library.compiled(smooth_weights)(*map(library.array, (LOGITS, S, REAL))))
        expected = [
            [[smooth_by_hand(LOGITS[f, i, j], S[f, i], j) for j in range(5)] for i in range(3)]
            for f in range(2)
        ]
        # Logits of up to 30 in the exponent are rounded four times or so.
        assert_within(a, expected, 128 * EPS)

    def test_an_empty_slot_is_a_key_of_logit_minus_twenty(self, library):
        arguments = (np.array([[-1.0, 7.0], [7.0, 7.0]]), np.array([1.0, 0.0]), np.array([True, False]))
        a = library.numpy(smooth_weights(*map(library.array, arguments)))
        # 1/(1 + e^-19), which differs from 1 by 5.6e-9.
        assert_within(a, [[1.0 / (1.0 + exp(-19.0)), 0.0], [0.0, 0.0]], 2 * EPS)

    def test_no_row_and_no_column_of_what_is_not_real(self):
        a = smooth_weights(LOGITS, S, REAL)
        np.testing.assert_array_equal(a != 0.0, REAL[..., :, None] & REAL[..., None, :])

    def test_the_switch_counts_where_a_slot_is_real_only(self):
        np.testing.assert_array_equal(
            smooth_weights(LOGITS, S + ~REAL, REAL), smooth_weights(LOGITS, S, REAL)
        )

    def test_leaving_through_the_cutoff_is_continuous(self):
        leaving, left = S.copy(), REAL.copy()
        leaving[..., 2], left[..., 2] = 1e-9, False
        near, beyond = smooth_weights(LOGITS, leaving, REAL), smooth_weights(LOGITS, S, left)
        assert_within(near, beyond, 1e-7)

    @pytest.mark.parametrize("size", [1e5, 1e300])
    def test_large_logits_do_not_overflow(self, library, size):
        s, real = np.full((5,), 1.0), np.full((5,), True)
        a = library.numpy(smooth_weights(*map(library.array, (LOGITS[0, 0] * size, s, real))))
        np.testing.assert_array_equal(a, np.eye(5)[np.argmax(LOGITS[0, 0], axis=-1)])

    def test_within_the_budget(self):
        assert_certified(smooth_weights, LOGITS, S, REAL)

    @pytest.mark.parametrize("which", [0, 1], ids=["logits", "switch"])
    def test_derivatives(self, differentiable, which):
        assert_derivatives(differentiable, smooth_weights, [LOGITS, S, REAL], which)

    def test_no_atoms(self, library):
        empty = (np.zeros((1, 0, 4, 4)), np.zeros((1, 0, 4)), np.zeros((1, 0, 4), bool))
        assert library.numpy(smooth_weights(*map(library.array, empty))).shape == (1, 0, 4, 4)

    def test_keeps_float32(self, library):
        narrow = (LOGITS.astype(np.float32), S.astype(np.float32), REAL)
        assert library.numpy(smooth_weights(*map(library.array, narrow))).dtype == np.float32


def plain_by_hand(row, real, j):
    """Equation B4 for query j, term by term."""
    terms = [exp(x) * real[k] for k, x in enumerate(row)]
    return [term / fsum(terms) if real[j] else 0.0 for term in terms]


class TestPlainWeights:
    def test_definition(self, library):
        a = library.numpy(library.compiled(plain_weights)(library.array(LOGITS), library.array(REAL)))
        expected = [
            [[plain_by_hand(LOGITS[f, i, j], REAL[f, i], j) for j in range(5)] for i in range(3)]
            for f in range(2)
        ]
        assert_within(a, expected, 32 * EPS)

    def test_rows_of_real_slots_add_up_to_one(self):
        assert_within(np.sum(plain_weights(LOGITS, REAL), axis=-1), REAL * 1.0, 8 * EPS)

    def test_one_neighbor_listens_to_itself_alone(self):
        np.testing.assert_array_equal(plain_weights(LOGITS, REAL)[0, 1], np.diag([0.0, 0.0, 1.0, 0.0, 0.0]))

    @pytest.mark.parametrize("size", [1e3, 1e5, 1e300, -1e300])
    def test_keys_that_are_not_real_do_not_count_whatever_they_say(self, library, size):
        loud = np.where(REAL[..., None, :], LOGITS, size)
        a = library.numpy(plain_weights(library.array(loud), library.array(REAL)))
        assert_within(a, plain_weights(LOGITS, REAL), 8 * EPS)

    @pytest.mark.parametrize("size", [1e5, 1e300])
    def test_large_logits_do_not_overflow(self, library, size):
        a = library.numpy(plain_weights(library.array(LOGITS[0, 0] * size), library.array(np.full(5, True))))
        np.testing.assert_array_equal(a, np.eye(5)[np.argmax(LOGITS[0, 0], axis=-1)])

    def test_within_the_budget(self):
        assert_certified(plain_weights, LOGITS, REAL)

    def test_derivatives(self, differentiable):
        assert_derivatives(differentiable, plain_weights, [LOGITS, REAL], 0)

    def test_no_atoms(self, library):
        empty = (np.zeros((1, 0, 4, 4)), np.zeros((1, 0, 4), bool))
        assert library.numpy(plain_weights(*map(library.array, empty))).shape == (1, 0, 4, 4)

    def test_keeps_float32(self, library):
        narrow = (LOGITS.astype(np.float32), REAL)
        assert library.numpy(plain_weights(*map(library.array, narrow))).dtype == np.float32


def assert_derivatives(differentiable, weights, arguments, which):
    """Compare the gradient with differences, and find curvature finite, empty rows included."""
    mixed = np.random.default_rng(0).normal(size=LOGITS.shape)
    fixed = [differentiable.array(x) for x in arguments]

    def weighted(x):
        return weights(*fixed[:which], x, *fixed[which + 1 :]) * differentiable.array(mixed)

    def total(x):
        return np.sum(weights(*arguments[:which], x, *arguments[which + 1 :]) * mixed)

    x = arguments[which]
    gradient = differentiable.gradient(weighted, x)
    for place in [(0, 0, 1), (0, 1, 2), (1, 0, 3), (1, 1, 0)]:
        step = np.zeros(x.shape)
        step[place] = 1e-5
        difference = np.sum((total(x + step) - total(x - step)) / 2e-5)
        assert_within(np.sum(gradient[place]), difference, 2e-8)
    bent = curvature(differentiable, weighted, x)
    assert np.isfinite(bent).all()
    assert np.abs(bent[1, 0]).max() > 1e-6
    assert not gradient[0, 0].any()
    assert not bent[0, 0].any()


class TestHalfPrecision:
    def test_rows_without_a_real_key_are_zero_and_others_close(self):
        half = [x.astype(np.float16) for x in (LOGITS, S)]
        for weights, arguments in ((smooth_weights, half), (plain_weights, half[:1])):
            a = weights(*arguments, REAL)
            assert a.dtype == np.float16
            assert_within(a, weights(*(x.astype(np.float64) for x in arguments), REAL), 0.02)


class TestAngularGate:
    def test_definition(self, library):
        u = ints(2, 3, 4, 3)
        gate = library.numpy(angular_gate(library.array(u)))
        assert_same_bits(gate, np.einsum("fijc,fikc->fijk", u, u))

    def test_within_the_budget(self):
        assert_certified(angular_gate, RNG.normal(size=(2, 4, 3)))


class TestWithoutDiagonal:
    def test_definition(self, library):
        a = library.numpy(without_diagonal(library.array(LOGITS)))
        assert_same_bits(a, np.where(np.eye(5, dtype=bool), 0.0, LOGITS))

    def test_keeps_float32(self, library):
        a = library.numpy(without_diagonal(library.array(LOGITS.astype(np.float32))))
        assert a.dtype == np.float32

    def test_within_the_budget(self):
        assert_certified(lambda a: without_diagonal(a * 0.1), LOGITS)
