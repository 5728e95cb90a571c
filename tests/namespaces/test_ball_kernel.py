"""Ball arithmetic encloses the truth, refuses what is not proven, and leaves FLINT as it was."""

from __future__ import annotations

import operator
from fractions import Fraction
from threading import Thread

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from refdp.errors import InputError, UndecidedError
from tests.namespaces.oracles import DIGITS, FUNCTIONS, ends, floats, function

flint = pytest.importorskip("flint")

from refdp.namespaces.ball_kernel import BallKernel, precision, to_arb  # noqa: E402

RATIONAL = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}


def leaf(*values):
    return to_arb(np.array(values))


class TestPrecision:
    def test_holds_inside_and_is_restored(self):
        before = flint.ctx.prec
        with precision(before + 100):
            assert flint.ctx.prec == before + 100
        assert flint.ctx.prec == before

    def test_is_restored_after_an_error(self):
        before = flint.ctx.prec
        with pytest.raises(ZeroDivisionError), precision(before + 7):
            raise ZeroDivisionError
        assert flint.ctx.prec == before

    def test_blocks_nest(self):
        with precision(80):
            with precision(300):
                pass
            assert flint.ctx.prec == 80

    def test_another_thread_waits(self):
        seen = []
        with precision(200):
            thread = Thread(target=lambda: seen.append(_prec_of_thread(90)))
            thread.start()
            thread.join(0.05)
            assert thread.is_alive(), "the thread entered while the block was open"
            assert flint.ctx.prec == 200
        thread.join()
        assert seen == [90]

    @pytest.mark.parametrize("bits", [1, 0, -5, 53.0, "53"])
    def test_nonsense_is_refused(self, bits):
        with pytest.raises(InputError, match="`bits`"), precision(bits):
            pass


def _prec_of_thread(bits):
    with precision(bits):
        return flint.ctx.prec


class TestToArb:
    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_float64_is_exact(self, x):
        with precision(10):
            (ball,) = leaf(x)
        assert ends(ball) == (Fraction(x), Fraction(x))

    @pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.int32, np.uint8])
    def test_other_dtypes_are_exact(self, dtype):
        values = np.array([0, 1, 3, 77], dtype) / dtype(3) if np.dtype(dtype).kind == "f" else [0, 1, 3, 77]
        values = np.array(values, dtype)
        for ball, value in zip(to_arb(values), values, strict=True):
            assert ends(ball) == (Fraction(value.item()), Fraction(value.item()))

    def test_a_zero_dimensional_array_stays_one(self):
        assert to_arb(np.array(2.5)).shape == ()


class TestArithmetic:
    @given(st.sampled_from(sorted(RATIONAL)), floats(-1e6, 1e6), floats(-1e6, 1e6), st.integers(2, 130))
    def test_encloses_the_rational_result(self, name, x, y, bits):
        assume(name != "divide" or y != 0.0)
        with precision(bits):
            (ball,) = getattr(BallKernel, name)(leaf(x), leaf(y))
        low, high = ends(ball)
        assert low <= RATIONAL[name](Fraction(x), Fraction(y)) <= high
        with precision(bits):
            assert ball.is_exact() or ball.rel_accuracy_bits() >= bits - 2

    @given(st.sampled_from(sorted(RATIONAL)), st.data())
    def test_encloses_the_result_of_every_point_of_the_operands(self, name, data):
        centres, halves = data.draw(st.tuples(floats(1, 9), floats(1, 9))), (Fraction(1, 4), Fraction(1, 2))
        with precision(60):
            x, y = (np.array([flint.arb(c, float(h))], object) for c, h in zip(centres, halves, strict=True))
            low, high = ends(getattr(BallKernel, name)(x, y)[0])
        inside = [
            Fraction(c) + h * data.draw(st.sampled_from([-1, 0, 1]))
            for c, h in zip(centres, halves, strict=True)
        ]
        assert low <= RATIONAL[name](*inside) <= high

    @pytest.mark.parametrize("divisor", [flint.arb(0), flint.arb(0, 1e-30), flint.arb(1, 1)])
    def test_a_divisor_that_may_be_zero_is_refused(self, divisor):
        y = np.array([flint.arb(1), divisor, flint.arb(3)], object)
        with pytest.raises(UndecidedError, match="divide: 1 of 3 elements"):
            BallKernel.divide(leaf(1.0, 1.0, 1.0), y)


class TestFunctions:
    @given(st.sampled_from(sorted(FUNCTIONS)), floats(1e-6, 25), st.booleans(), st.integers(20, 200))
    def test_encloses_the_decimal_value(self, name, x, negative, bits):
        if negative and name not in {"log", "sqrt"}:
            x = -x if name != "log1p" else -x / 26
        with precision(bits):
            (ball,) = getattr(BallKernel, name)(leaf(x))
        low, high = ends(ball)
        truth = function(name, x)
        slack = abs(truth) / 10**DIGITS
        assert low - slack <= truth <= high + slack
        assert ball.is_exact() or ball.rel_accuracy_bits() >= bits - 3

    @pytest.mark.parametrize(
        ("name", "x"),
        [
            ("sqrt", flint.arb(0, 1e-20)),
            ("sqrt", flint.arb(-1)),
            ("log", flint.arb(0)),
            ("log", flint.arb(1, 1)),
            ("log1p", flint.arb(-1)),
            ("log1p", flint.arb(0, 2)),
        ],
    )
    def test_singular_points_are_refused(self, name, x):
        with pytest.raises(UndecidedError, match=f"{name}: 1 of 2 elements"):
            getattr(BallKernel, name)(np.array([x, flint.arb(2)], object))

    def test_the_root_of_an_exact_zero_is_one(self):
        assert ends(BallKernel.sqrt(leaf(0.0))[0]) == (0, 0)

    @given(floats(-3, 3), floats(0, 2), floats(-1, 1))
    def test_abs_encloses_balls_that_straddle_zero(self, centre, half, where):
        point = Fraction(centre) + Fraction(half) * Fraction(where)
        low, high = ends(BallKernel.abs(np.array([flint.arb(centre, half)], object))[0])
        assert low <= abs(point) <= high


class TestExtrema:
    @given(floats(-2, 2), floats(-2, 2), floats(0, 1), floats(0, 1), floats(-1, 1), floats(-1, 1))
    def test_overlapping_balls_give_an_enclosure_in_either_order(self, x, y, rx, ry, px, py):
        points = Fraction(x) + Fraction(rx) * Fraction(px), Fraction(y) + Fraction(ry) * Fraction(py)
        a, b = (np.array([flint.arb(c, r)], object) for c, r in ((x, rx), (y, ry)))
        for name, best in (("maximum", max(points)), ("minimum", min(points))):
            for ball in (getattr(BallKernel, name)(a, b)[0], getattr(BallKernel, name)(b, a)[0]):
                low, high = ends(ball)
                assert low <= best <= high

    def test_along_the_last_axis(self):
        x = to_arb(np.array([[3.0, -1.0, 2.0], [0.5, 7.0, 7.0]]))
        np.testing.assert_array_equal(BallKernel.max(x).astype(float), [3.0, 7.0])
        np.testing.assert_array_equal(BallKernel.min(x).astype(float), [-1.0, 0.5])


class TestSum:
    @given(st.lists(floats(-1e8, 1e8), max_size=12))
    def test_encloses_the_rational_sum(self, terms):
        with precision(30):
            ball = BallKernel.sum(to_arb(np.array(terms, float)))[()]
        low, high = ends(ball)
        assert low <= sum(map(Fraction, terms), Fraction(0)) <= high

    def test_nothing_sums_to_a_ball_not_an_integer(self):
        total = BallKernel.sum(to_arb(np.zeros((2, 0))))
        assert [type(b) for b in total] == [flint.arb, flint.arb]


class TestMatmul:
    @given(st.integers(1, 4), st.integers(0, 5), st.integers(1, 4), st.integers(0, 2**32 - 1))
    def test_encloses_the_rational_product(self, m, k, n, seed):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=(2, m, k)), rng.normal(size=(2, k, n)) * 10.0 ** rng.integers(-8, 8, (2, k, n))
        with precision(40):
            product = BallKernel.matmul(to_arb(a), to_arb(b))
        assert product.shape == (2, m, n)
        for f, i, j in np.ndindex(2, m, n):
            truth = sum((Fraction(a[f, i, l]) * Fraction(b[f, l, j]) for l in range(k)), Fraction(0))  # noqa: E741
            low, high = ends(product[f, i, j])
            assert low <= truth <= high
            assert high - low <= Fraction(2) ** -30 * (1 + k) * Fraction(
                np.abs(a).max(initial=1) * np.abs(b).max(initial=1)
            )

    def test_stacks_broadcast(self):
        rng = np.random.default_rng(3)
        a, b = rng.integers(-9, 9, (2, 1, 3, 4)), rng.integers(-9, 9, (5, 4, 2))
        product = BallKernel.matmul(to_arb(a), to_arb(b))
        np.testing.assert_array_equal(product.astype(float), a @ b)

    def test_widths_that_do_not_fit_are_refused(self):
        with pytest.raises(InputError, match=r"`x2`: expected a matrix with 3 rows"):
            BallKernel.matmul(to_arb(np.ones((2, 3))), to_arb(np.ones((4, 2))))
