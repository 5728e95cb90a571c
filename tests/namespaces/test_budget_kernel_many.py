"""Budgets of what combines elements: sums and matrices in any order, extrema, comparisons."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from refdp.namespaces.budget_kernel import BudgetKernel
from refdp.namespaces.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from tests.namespaces.oracles import floats, orders, rounded

FORMATS = [FLOAT64, FLOAT32, FLOAT16, BFLOAT16]
SIGNS = st.sampled_from([-1, 0, 1])
FOUR_SIGNS = st.tuples(SIGNS, SIGNS, SIGNS, SIGNS)
ANY_FORMAT = pytest.mark.parametrize("target", FORMATS, ids=str)


def pair(m, r=0.0):
    return np.array(m, np.float64), np.array(r, np.float64) + np.zeros(np.shape(m))


def within(actual, truth, bound):
    return abs(Fraction(actual) - Fraction(truth)) <= Fraction(float(bound))


class TestSum:
    @pytest.mark.parametrize("target", [FLOAT64, FLOAT32, FLOAT16], ids=str)
    @given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 60), spread=st.integers(0, 6))
    def test_contains_every_order(self, target, seed, n, spread):
        rng = np.random.default_rng(seed)
        terms = (rng.normal(size=n) * 10.0 ** -rng.uniform(0, spread, n)).astype(target.name)
        terms = np.where(abs(terms) < target.smallest_normal, terms.dtype.type(0), terms)
        m, r = BudgetKernel(target).sum(pair(terms))
        truth = sum(map(Fraction, terms.tolist()))
        assert within(float(m), truth, r)
        for order, total in orders(terms).items():
            assert within(float(total), truth, r), order

    @ANY_FORMAT
    @given(terms=st.lists(floats(-9, 9), min_size=1, max_size=20), data=st.data())
    def test_contains_hostile_rounding_in_a_random_tree(self, target, terms, data):
        _, r = BudgetKernel(target).sum(pair(terms))
        pool = [Fraction(t) for t in terms]
        while len(pool) > 1:
            a, b = (pool.pop(data.draw(st.integers(0, len(pool) - 1))) for _ in range(2))
            rough = 0 not in {a, b}
            pool.append((a + b) * (1 + rough * data.draw(SIGNS) * Fraction(target.unit_roundoff)))
        assert within(pool[0], sum(map(Fraction, terms)), r)

    @ANY_FORMAT
    def test_the_bound_is_reached(self, target):
        """A first term that every later addition rounds up: the bound cannot be smaller."""
        n, u = 32, target.unit_roundoff
        _, r = BudgetKernel(target).sum(pair([1.0] + [2.0**-60] * (n - 1)))
        hostile = np.expm1((n - 1) * np.log1p(u))
        assert hostile * (1 - 1e-12) <= r <= hostile * 1.001 + 100 * target.flushed

    def test_exact_zeros_take_no_rounding(self):
        kernel = BudgetKernel(FLOAT32)
        padded, plain = kernel.sum(pair([1.0, 0.0, 2.0, 0.0])), kernel.sum(pair([1.0, 2.0]))
        np.testing.assert_allclose(padded[1], plain[1], rtol=1e-10)
        assert kernel.sum(pair([0.0, 0.0])) == (0.0, 0.0)
        assert kernel.sum(pair(np.zeros(0))) == (0.0, 0.0)

    def test_passes_the_roughness_of_the_terms_on(self):
        assert BudgetKernel(FLOAT64).sum(pair([1.0, 2.0], [0.25, 0.5]))[1] >= 0.75


class TestMatmul:
    @pytest.mark.parametrize("target", [FLOAT64, FLOAT32, FLOAT16], ids=str)
    @given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 40))
    def test_contains_every_order(self, target, seed, k):
        rng = np.random.default_rng(seed)
        a, b = (rng.normal(size=s).astype(target.name) for s in ((2, k), (k, 3)))
        m, r = BudgetKernel(target).matmul(pair(a), pair(b))
        library = a @ b
        for i, j in np.ndindex(2, 3):
            truth = sum(
                Fraction(x) * Fraction(y) for x, y in zip(a[i].tolist(), b[:, j].tolist(), strict=True)
            )
            assert within(float(m[i, j]), truth, r[i, j])
            assert within(float(library[i, j]), truth, r[i, j])
            for order, total in orders(a[i] * b[:, j]).items():
                assert within(float(total), truth, r[i, j]), order

    @ANY_FORMAT
    @given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 20), fused=st.booleans())
    def test_contains_fused_and_separate_multiply_add(self, target, seed, k, fused):
        rng = np.random.default_rng(seed)
        a, b = (np.ldexp(rng.integers(-127, 128, k).astype(float), -6) for _ in range(2))
        _, r = BudgetKernel(target).matmul(pair(a[None]), pair(b[:, None]))
        total, truth = Fraction(0), Fraction(0)
        for x, y in zip(a.tolist(), b.tolist(), strict=True):
            product = Fraction(x) * Fraction(y)
            total = rounded(total + (product if fused else rounded(product, target.digits)), target.digits)
            truth += product
        assert within(total, truth, r[0, 0])

    @ANY_FORMAT
    @given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 6), data=st.data())
    def test_contains_hostile_operands(self, target, seed, k, data):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=(1, k)), rng.normal(size=(k, 1))
        s, t = np.abs(rng.normal(size=(1, k))) * 1e-2, np.abs(rng.normal(size=(k, 1))) * 1e-2
        m, r = BudgetKernel(target).matmul((a, s), (b, t))
        truth, total = Fraction(0), Fraction(0)
        for x, dx, y, dy in zip(*(v.ravel().tolist() for v in (a, s, b, t)), strict=True):
            x0, y0 = (Fraction(v) + data.draw(SIGNS) * Fraction(dv) for v, dv in ((x, dx), (y, dy)))
            x1, y1 = x0 + data.draw(SIGNS) * Fraction(dx), y0 + data.draw(SIGNS) * Fraction(dy)
            truth += x0 * y0
            total += x1 * y1 * (1 + Fraction(target.unit_roundoff)) ** k
        assert within(total, truth, r[0, 0])
        assert within(float(m[0, 0]), truth, r[0, 0])

    @ANY_FORMAT
    def test_the_bound_is_reached(self, target):
        k, u = 16, target.unit_roundoff
        _, r = BudgetKernel(target).matmul(pair(np.ones((1, k))), pair(np.ones((k, 1))))
        hostile = k * np.expm1(k * np.log1p(u))
        assert hostile * (1 - 1e-12) <= r[0, 0] <= hostile * 1.001 + 100 * target.flushed

    def test_exact_zeros_take_no_rounding(self):
        a, b = np.array([[1.0, 0.0, 2.0, 0.0]]), np.array([[1.0], [1.0], [1.0], [1.0]])
        padded = BudgetKernel(FLOAT32).matmul(pair(a), pair(b))
        plain = BudgetKernel(FLOAT32).matmul(pair(a[:, ::2]), pair(b[::2]))
        np.testing.assert_allclose(padded[1], plain[1], rtol=1e-10)


class TestExtrema:
    @given(st.tuples(floats(-2, 2), floats(-2, 2), floats(0, 1), floats(0, 1)), FOUR_SIGNS)
    def test_contain_the_larger_and_the_smaller(self, operands, signs):
        (x, y, s, t), (px, py, qx, qy) = operands, signs
        kernel = BudgetKernel(FLOAT64)
        exact = Fraction(x) + px * Fraction(s), Fraction(y) + py * Fraction(t)
        rough = exact[0] + qx * Fraction(s), exact[1] + qy * Fraction(t)
        for name, best in (("maximum", max), ("minimum", min)):
            m, r = getattr(kernel, name)(pair(x, s), pair(y, t))
            assert within(best(rough), best(exact), r)
            assert within(float(m), best(exact), r)

    def test_a_clear_winner_brings_its_own_bound(self):
        kernel = BudgetKernel(FLOAT64)
        assert kernel.maximum(pair(5.0), pair(1.0, 0.5))[1] == 0.0
        assert kernel.minimum(pair(5.0), pair(1.0, 0.5))[1] == 0.5
        assert kernel.maximum(pair(1.4), pair(1.0, 0.5))[1] == 0.5

    @pytest.mark.parametrize("n", [1, 2, 3, 7, 8])
    def test_along_the_last_axis(self, n):
        x = np.random.default_rng(n).normal(size=(4, n))
        kernel = BudgetKernel(FLOAT64)
        np.testing.assert_array_equal(kernel.max(pair(x))[0], x.max(-1))
        np.testing.assert_array_equal(kernel.min(pair(x))[0], x.min(-1))


class TestRelations:
    @given(st.tuples(floats(-2, 2), floats(-2, 2), floats(0, 0.5), floats(0, 0.5)), FOUR_SIGNS)
    def test_what_is_proven_holds_for_every_evaluation(self, operands, signs):
        (x, y, s, t), (px, py, qx, qy) = operands, signs
        a, b = pair(x, s), pair(y, t)
        exact = Fraction(x) + px * Fraction(s), Fraction(y) + py * Fraction(t)
        rough = exact[0] + qx * Fraction(s), exact[1] + qy * Fraction(t)
        kernel = BudgetKernel(FLOAT64)
        if kernel.less(a, b):
            assert exact[0] < exact[1]
            assert rough[0] < rough[1]
        if kernel.less_equal(a, b):
            assert exact[0] <= exact[1]
            assert rough[0] <= rough[1]

    @pytest.mark.parametrize(("gap", "decided"), [(0.9, False), (1.1, True)])
    def test_proof_needs_twice_both_bounds(self, gap, decided):
        a, b = pair(1.0, 0.25), pair(1.0 + 2 * (0.25 + 0.5) * gap, 0.5)
        kernel = BudgetKernel(FLOAT64)
        assert kernel.less(a, b) == kernel.less_equal(a, b) == decided

    @given(floats(-2, 2), floats(-2, 2))
    def test_exact_numbers_are_always_decided(self, x, y):
        assume(x != y)
        kernel = BudgetKernel(FLOAT64)
        assert kernel.less(pair(x), pair(y)) == (x < y)
        assert kernel.less_equal(pair(x), pair(x))
        assert not kernel.less(pair(x), pair(x))
