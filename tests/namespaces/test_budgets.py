"""Budgets as an Array API namespace: formats are honoured, real libraries stay within, mistakes do not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdp.equations.contraction import embedded_environment, invariant
from refdp.equations.environment_matrix import distance, environment_matrix
from refdp.equations.switch import switch
from refdp.errors import InputError, UndecidedError
from refdp.namespaces import array_namespace, budgets
from refdp.namespaces.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from tests.libraries import Library
from tests.namespaces.oracles import floats


class TestToBudgets:
    @given(st.lists(floats(-1e4, 1e4), min_size=1, max_size=5))
    def test_float64_enters_exactly(self, values):
        x = budgets.to_budgets(values)
        assert budgets.midpoint(x).tolist() == values
        assert budgets.radius(x).tolist() == [0.0] * len(values)

    def test_narrow_formats_round_what_they_do_not_hold(self):
        x = budgets.to_budgets([1.0, 0.1, 1 + 2.0**-23, 1 + 2.0**-24], 24)
        assert x.dtype == FLOAT32
        assert (budgets.radius(x) > 0).tolist() == [False, True, False, True]
        assert abs(Fraction(float(np.float32(0.1))) - Fraction(0.1)) <= Fraction(budgets.radius(x)[1])

    @pytest.mark.parametrize("bits", [0, 52, 113, 24.5])
    def test_other_formats_are_refused(self, bits):
        with pytest.raises(InputError, match="`bits`: expected 53, 24, 11 or 8"):
            budgets.to_budgets(1.0, bits)

    def test_integers_beyond_float64_are_refused(self):
        with pytest.raises(InputError, match="53 bits"):
            budgets.to_budgets(2**53 + 2)


class TestBudgetNamespace:
    @pytest.mark.parametrize(
        ("bits", "expected"), [(53, FLOAT64), (24, FLOAT32), (11, FLOAT16), (8, BFLOAT16)]
    )
    def test_default_format(self, bits, expected):
        xp = budgets.BudgetNamespace(bits)
        assert xp.ones((2,)).dtype == xp.asarray(0.5).dtype == expected

    def test_constants_are_rounded_to_the_format_of_their_partner(self):
        x = budgets.to_budgets([3.0], 24)
        for tenth in (0.1, np.array([0.1]), np.float64(0.1)):
            product = x * tenth
            assert product.dtype == FLOAT32
            assert budgets.radius(product)[0] > 1.9 * 0.3 * 2.0**-24, (
                "one rounding for the constant, one for the product"
            )
        assert budgets.radius(x * 0.5)[0] < 1.1 * 1.5 * 2.0**-24

    def test_a_narrower_format_rounds_and_stays_narrow(self):
        x = budgets.to_budgets([0.1])
        xp = array_namespace(x)
        narrow = xp.astype(x, xp.float32)
        assert (narrow.dtype, (narrow * narrow).dtype) == (FLOAT32, FLOAT32)
        assert budgets.radius(narrow)[0] >= 0.1 * 2.0**-25
        back = xp.astype(narrow, xp.float64)
        assert back.dtype == FLOAT64
        assert budgets.radius(back)[0] == budgets.radius(narrow)[0]

    def test_the_wider_format_of_two_wins(self):
        x = budgets.to_budgets([0.5])
        xp = array_namespace(x)
        total = x + xp.astype(x, xp.bfloat16)
        assert total.dtype == FLOAT64
        assert xp.result_type(x, xp.float32) == FLOAT64
        assert not xp.exact

    def test_comparisons_on_which_evaluations_may_disagree_are_refused(self):
        def near(bits):
            x = budgets.to_budgets([2.0], bits)
            return array_namespace(x).sqrt(x * x) < 2.0 + 2.0**-22

        assert near(53)
        with pytest.raises(UndecidedError, match="1 of 1"):
            near(24)


def _net(x, w, b):
    xp = array_namespace(x)
    for weights, bias in zip(w, b, strict=True):
        x = xp.tanh(xp.matmul(x, weights) + bias)
    return x


def _descriptor(coordinates, valid, w, b):
    """A small se_e2_a: every equation that its budget is for."""
    r = distance(coordinates, valid)
    rows = environment_matrix(coordinates, r, switch(r, 1.0, 4.0), valid)
    a = embedded_environment(_net(rows[..., :1], w, b), rows, rows.shape[-2])
    return invariant(a, 2)


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(5)
    coordinates = rng.normal(size=(1, 16, 24, 3)) * 1.8
    valid = rng.uniform(size=(1, 16, 24)) < 0.8
    w = [rng.normal(size=(1, 4)), rng.normal(size=(4, 8)) / 2]
    return np.where(valid[..., None], coordinates, 0.0), valid, w, [rng.normal(size=4), rng.normal(size=8)]


def _moved(case, real, boolean):
    coordinates, valid, w, b = case
    return real(coordinates), boolean(valid), [real(x) for x in w], [real(x) for x in b]


@pytest.mark.parametrize("chosen", [Library.NUMPY, Library.STRICT, Library.TORCH, Library.JAX], ids=str)
@pytest.mark.parametrize("target", [FLOAT64, FLOAT32], ids=str)
class TestRealLibraries:
    def test_stay_within_a_budget_that_is_not_generous(self, case, chosen, target):
        balls = pytest.importorskip("refdp.namespaces.balls")
        truth = _descriptor(*_moved(case, balls.to_balls, np.asarray))
        budget = budgets.radius(
            _descriptor(*_moved(case, lambda x: budgets.to_budgets(x, target.digits), np.asarray))
        )
        ours = _descriptor(*_moved(case, lambda x: chosen.array(x.astype(target.name)), chosen.array))
        values = chosen.numpy(ours)
        assert values.dtype == target.name
        used = balls.deviation(truth, values) / budget
        assert used.max() <= 1.0
        assert np.median(used) >= 1e-3
        assert np.median(budget / abs(balls.midpoint(truth))) <= 2e3 * target.unit_roundoff

    def test_a_mistake_of_a_few_roundings_is_seen(self, case, chosen, target):
        balls = pytest.importorskip("refdp.namespaces.balls")
        truth = _descriptor(*_moved(case, balls.to_balls, np.asarray))
        budget = budgets.radius(
            _descriptor(*_moved(case, lambda x: budgets.to_budgets(x, target.digits), np.asarray))
        )
        coordinates, valid, w, b = _moved(case, lambda x: chosen.array(x.astype(target.name)), chosen.array)
        wrong = chosen.numpy(_descriptor(coordinates, valid, [w[0] * (1 + 2000 * target.eps), w[1]], b))
        assert (balls.deviation(truth, wrong) > budget).mean() > 0.1
