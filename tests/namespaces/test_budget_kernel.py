"""No honest evaluation, however hostile, strays beyond its budget; none is granted much more."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdp.errors import UndecidedError
from refdp.namespaces.budget_kernel import BudgetKernel, representable
from refdp.namespaces.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from refdp.namespaces.libm import ROUNDINGS
from tests.namespaces.oracles import FUNCTIONS, floats, function, rounded

FORMATS = [FLOAT64, FLOAT32, FLOAT16, BFLOAT16]
SIGNS = st.sampled_from([-1, 0, 1])
WIDTHS = st.sampled_from([0.0, 0.1, 0.4])
ANY_FORMAT = pytest.mark.parametrize("target", FORMATS, ids=str)


def pair(m, r=0.0):
    return np.array(m, np.float64), np.array(r, np.float64) + np.zeros(np.shape(m))


def within(actual, truth, bound):
    return abs(Fraction(actual) - Fraction(truth)) <= Fraction(float(bound))


class TestRepresentable:
    @pytest.mark.parametrize("target", [FLOAT32, FLOAT16, BFLOAT16], ids=str)
    @given(x=st.floats(-1e3, 1e3), shrink=st.booleans())
    def test_agrees_with_conversion(self, target, x, shrink):
        dtype = pytest.importorskip("ml_dtypes").bfloat16 if target is BFLOAT16 else target.name
        x = float(np.array(x).astype(dtype)) if shrink else x
        held = float(np.array(x).astype(dtype)) == x and (x == 0 or abs(x) >= target.smallest_normal)
        assert representable(np.array(x), target) == held

    def test_subnormal_numbers_do_not_count(self):
        assert not representable(np.array(2.0**-127), FLOAT32)
        assert representable(np.array(2.0**-126), FLOAT32)


class TestEnter:
    @ANY_FORMAT
    @given(x=floats(-1e3, 1e3))
    def test_covers_the_conversion(self, target, x):
        m, r = BudgetKernel(target).enter(*pair(x))
        assert m == x
        assert within(rounded(Fraction(x), target.digits), x, r)
        assert (r == 0.0) == bool(representable(np.array(x), target))
        assert r <= 1.01 * target.unit_roundoff * abs(x) + 4 * target.flushed

    def test_a_subnormal_number_may_be_flushed(self):
        assert BudgetKernel(FLOAT32).enter(*pair(1e-39))[1] >= 1e-39
        assert BudgetKernel(FLOAT64).enter(*pair(5e-324))[1] >= 5e-324

    def test_what_was_rough_stays_rough(self):
        assert BudgetKernel(FLOAT32).enter(*pair(1.0, 1e-3))[1] >= 1e-3

    def test_overflow_is_refused(self):
        with pytest.raises(UndecidedError, match="astype: 1 of 1 elements may exceed the largest float16"):
            BudgetKernel(FLOAT16).enter(*pair(7e4))


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "subtract", "multiply", "divide", "square"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)
EXACTLY = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "square": lambda x, _: x * x,
}


class TestArithmetic:
    @ANY_FORMAT
    @given(st.lists(floats(-4, 4), min_size=2, max_size=3), OPERATIONS, st.data())
    def test_hostile_rounding_in_chains_of_operations(self, target, inputs, operations, data):
        """Every rounding is the largest one granted, up or down, as the example likes."""
        kernel, u = BudgetKernel(target), Fraction(target.unit_roundoff)
        exact, hostile = [Fraction(x) for x in inputs], [Fraction(x) for x in inputs]
        budgets = [pair(x) for x in inputs]
        for name, i, j in operations:
            i, j = i % len(exact), j % len(exact)  # noqa: PLW2901
            arguments = (budgets[i],) if name == "square" else (budgets[i], budgets[j])
            try:
                with np.errstate(all="ignore"):  # as the namespace does
                    m, r = getattr(kernel, name)(*arguments)
            except UndecidedError:
                break
            spoilt = EXACTLY[name](hostile[i], hostile[j])
            neutral = name in {"add", "subtract"} and 0 in {hostile[i], hostile[j]}
            sign = 0 if neutral else data.draw(SIGNS)
            hostile.append(spoilt * (1 + sign * ROUNDINGS.get(name, 1) * u))
            exact.append(EXACTLY[name](exact[i], exact[j]))
            budgets.append((m, r))
            assert within(hostile[-1], exact[-1], r), "the evaluation strays"
            assert within(float(m), exact[-1], r), "the value itself strays"

    @pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide"])
    @given(
        st.tuples(floats(0.1, 4), floats(0.1, 4)),
        st.tuples(WIDTHS, WIDTHS),
        st.tuples(SIGNS, SIGNS, SIGNS, SIGNS),
    )
    def test_wide_operands(self, name, centres, widths, signs):
        """The truth at one end of each operand, the evaluation twice as far out or on the other side."""
        operands = [pair(c, c * w) for c, w in zip(centres, widths, strict=True)]
        exact = [
            Fraction(float(m)) + s * Fraction(float(r)) for (m, r), s in zip(operands, signs[:2], strict=True)
        ]
        moved = [e + s * Fraction(float(r)) for e, (_, r), s in zip(exact, operands, signs[2:], strict=True)]
        m, bound = getattr(BudgetKernel(FLOAT64), name)(*operands)
        assert within(EXACTLY[name](*moved), EXACTLY[name](*exact), bound)
        assert within(float(m), EXACTLY[name](*exact), bound)

    @ANY_FORMAT
    def test_a_rounding_is_not_granted_twice(self, target):
        kernel, u = BudgetKernel(target), target.unit_roundoff
        for result, roundings in (
            (kernel.add(pair(1.0), pair(2.0)), 1),
            (kernel.multiply(pair(3.0), pair(1.0)), 1),
            (kernel.divide(pair(3.0), pair(1.0)), 2),
        ):
            assert (
                3 * roundings * u <= result[1] <= 3 * roundings * u * (1 + 3 * u) * 1.001 + 3 * target.flushed
            )

    @ANY_FORMAT
    def test_exact_zeros(self, target):
        kernel, zero, x = BudgetKernel(target), pair(0.0), pair(3.0, 0.125)
        for name, arguments, expected in (
            ("add", (x, zero), (3.0, 0.125)),
            ("add", (zero, x), (3.0, 0.125)),
            ("subtract", (x, zero), (3.0, 0.125)),
            ("subtract", (pair(3.0), pair(3.0)), (0.0, 0.0)),
            ("multiply", (x, zero), (0.0, 0.0)),
            ("multiply", (zero, x), (0.0, 0.0)),
            ("divide", (zero, x), (0.0, 0.0)),
            ("sqrt", (zero,), (0.0, 0.0)),
            ("tanh", (zero,), (0.0, 0.0)),
        ):
            m, r = getattr(kernel, name)(*arguments)
            assert (float(m), float(r)) == expected, name

    def test_a_rough_zero_is_no_exact_one(self):
        assert BudgetKernel(FLOAT32).multiply(pair(0.0, 0.5), pair(2.0))[1] >= 1.0

    @pytest.mark.parametrize("target", [FLOAT64, FLOAT32, BFLOAT16], ids=str)
    def test_what_underflows_may_be_flushed_to_zero(self, target):
        tiny = target.smallest_normal
        for m, r in (
            BudgetKernel(target).multiply(pair(tiny), pair(0.75)),
            BudgetKernel(target).divide(pair(tiny), pair(1.25)),
            BudgetKernel(target).subtract(pair(tiny * 1.5), pair(tiny)),
            BudgetKernel(target).matmul(pair([[tiny]]), pair([[0.75]])),
            BudgetKernel(target).sum(pair([tiny * 1.5, -tiny])),
        ):
            assert np.all(r >= abs(m)), "zero lies outside"
            assert np.all(r <= 8 * tiny)

    def test_float16_keeps_subnormal_numbers_to_the_last_bit(self):
        m, r = BudgetKernel(FLOAT16).multiply(pair(2.0**-14), pair(0.7))
        assert 2.0**-25 <= r <= 2.0**-22
        assert within(float(np.float16(2.0**-14) * np.float16(0.7)), 2.0**-14 * 0.7, r)
        assert m == 2.0**-14 * 0.7

    def test_underflow_below_float64_is_no_exact_zero(self):
        assert BudgetKernel(FLOAT64).multiply(pair(1e-200), pair(1e-200))[1] > 0
        assert BudgetKernel(FLOAT64).divide(pair(1e-200), pair(1e200))[1] > 0
        assert BudgetKernel(FLOAT64).exp(pair(-800.0))[1] > 0

    @ANY_FORMAT
    @pytest.mark.parametrize("divisor", [(0.0, 0.0), (0.0, 1e-3), (1e-3, 1e-3), (-1e-3, 6e-4)])
    def test_a_divisor_that_may_be_zero_is_refused(self, target, divisor):
        with pytest.raises(
            UndecidedError, match="divide: 1 of 1 elements have a divisor that is or may be zero"
        ):
            BudgetKernel(target).divide(pair([1.0]), pair([divisor[0]], divisor[1]))

    @pytest.mark.parametrize("target", [FLOAT16, FLOAT32], ids=str)
    def test_overflow_is_refused(self, target):
        root = 2.0 * target.max**0.5
        with pytest.raises(
            UndecidedError, match=f"multiply: 1 of 2 elements may exceed the largest {target.name}"
        ):
            BudgetKernel(target).multiply(pair([root, 1.0]), pair([root, 1.0]))


class TestFunctions:
    @ANY_FORMAT
    @pytest.mark.parametrize("name", sorted(FUNCTIONS))
    @given(x=floats(1e-3, 8), width=st.sampled_from([0.0, 1e-12, 1e-6, 1e-3, 0.03]), data=st.data())
    def test_hostile_arguments_and_rounding(self, target, name, x, width, data):
        if name not in {"log", "sqrt"} and data.draw(st.booleans()):
            x = -x if name != "log1p" else -x / 10
        r = width * abs(x)
        m, bound = getattr(BudgetKernel(target), name)(pair(x, r))
        truth_at = Fraction(x) + Fraction(r) * data.draw(SIGNS)
        moved_to = truth_at + Fraction(r) * data.draw(SIGNS)
        truth, moved = function(name, truth_at), function(name, moved_to)
        hostile = moved * (1 + data.draw(SIGNS) * ROUNDINGS[name] * Fraction(target.unit_roundoff))
        assert within(hostile, truth, bound)
        assert within(float(m), truth, bound)

    @ANY_FORMAT
    @pytest.mark.parametrize("name", sorted(FUNCTIONS))
    def test_an_exact_argument_costs_the_granted_rounding_only(self, target, name):
        m, r = getattr(BudgetKernel(target), name)(pair(0.7))
        ku = ROUNDINGS[name] * target.unit_roundoff
        assert ku * abs(m) <= r <= ku / (1 - ku) * abs(m) * 1.001 + 3 * target.flushed

    @pytest.mark.parametrize("name", ["sin", "cos"])
    def test_sine_and_cosine(self, name):
        m, r = getattr(BudgetKernel(FLOAT32), name)(pair(0.8, 1e-3))
        assert m == getattr(np, name)(0.8)
        assert 1e-3 < r < 1.001e-3

    @pytest.mark.parametrize(
        ("name", "x", "r"),
        [
            ("sqrt", -1.0, 0.0),
            ("sqrt", 0.0, 1e-9),
            ("log", 0.0, 0.0),
            ("log1p", -1.0, 0.0),
            ("log", 1.0, 0.6),
        ],
    )
    def test_singular_points_are_refused(self, name, x, r):
        with pytest.raises(UndecidedError, match=f"{name}: 1 of 2 elements"):
            getattr(BudgetKernel(FLOAT64), name)(pair([x, 2.0], [r, 0.0]))
