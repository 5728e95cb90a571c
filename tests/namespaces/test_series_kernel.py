"""Taylor coefficients against rational polynomials and against FLINT's own power series."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdp.errors import UndecidedError
from tests.namespaces.oracles import ends, floats

flint = pytest.importorskip("flint")

from refdp.namespaces.ball_kernel import precision, to_arb  # noqa: E402
from refdp.namespaces.series_kernel import SeriesKernel, padded  # noqa: E402

ORDER = 4
KERNEL = SeriesKernel(ORDER)
COEFFICIENTS = st.lists(floats(-4, 4), min_size=1, max_size=ORDER + 1)


def series(*coefficients):
    return tuple(to_arb(np.array(float(c))) for c in coefficients)


def vector(*coefficients):
    return tuple(to_arb(np.array(c, float)) for c in coefficients)


def encloses(result, truths):
    for coefficient, truth in zip(padded(result, len(truths)), truths, strict=True):
        low, high = ends(np.asarray(coefficient, object)[()])
        assert low <= truth <= high
        assert high - low <= Fraction(2) ** -40 * (1 + abs(truth))


def exact(coefficients):
    return [Fraction(c) for c in coefficients] + [Fraction(0)] * (ORDER + 1 - len(coefficients))


def product(x, y):
    return [sum((x[j] * y[k - j] for j in range(k + 1)), Fraction(0)) for k in range(ORDER + 1)]


class TestPolynomials:
    @given(COEFFICIENTS, COEFFICIENTS)
    def test_sums_and_products(self, x, y):
        a, b = exact(x), exact(y)
        with precision(80):
            encloses(KERNEL.add(series(*x), series(*y)), [p + q for p, q in zip(a, b, strict=True)])
            encloses(KERNEL.subtract(series(*x), series(*y)), [p - q for p, q in zip(a, b, strict=True)])
            encloses(KERNEL.multiply(series(*x), series(*y)), product(a, b))
            encloses(KERNEL.square(series(*x)), product(a, a))
            encloses(KERNEL.negative(series(*x)), [-p for p in a])

    @given(COEFFICIENTS, COEFFICIENTS, st.sampled_from([-2.5, 1.0, 3.75]))
    def test_quotients(self, x, y, leading):
        a, b, q = exact(x), exact([leading, *y[1:]]), []
        for k in range(ORDER + 1):
            q.append((a[k] - sum((b[j] * q[k - j] for j in range(1, k + 1)), Fraction(0))) / b[0])
        with precision(160):
            encloses(KERNEL.divide(series(*x), series(leading, *y[1:])), q)

    def test_constants_stay_short(self):
        assert len(KERNEL.multiply(series(2.0), series(3.0))) == 1
        assert len(KERNEL.tanh(series(2.0))) == len(KERNEL.divide(series(1.0), series(3.0))) == 1

    def test_no_more_powers_than_asked_for(self):
        x = series(1.0, 2.0, 3.0)
        for order in (0, 1, 2):
            assert len(SeriesKernel(order).multiply(x[: order + 1], x[: order + 1])) == order + 1

    def test_matmul_and_sum(self):
        rng = np.random.default_rng(2)
        a, b = rng.integers(-5, 5, (3, 2, 4)), rng.integers(-5, 5, (3, 4, 3))
        result = KERNEL.matmul(vector(*a), vector(*b))
        for k in range(ORDER + 1):
            truth = sum((a[j] @ b[k - j] for j in range(3) if 0 <= k - j < 3), np.zeros((2, 3)))
            np.testing.assert_array_equal(result[k].astype(float), truth)
        total = KERNEL.sum(vector(*a))
        np.testing.assert_array_equal([c.astype(float) for c in total], a.sum(-1))


def flints(name, x):
    """The same function by FLINT's own power series, which know no tanh, expm1 or log1p."""
    if name == "tanh":
        e = (2 * x).exp()
        return (e - 1) / (e + 1)
    if name == "expm1":
        return x.exp() - 1
    return (1 + x).log() if name == "log1p" else getattr(x, name)()


class TestFunctions:
    @pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sqrt", "tanh", "sin", "cos"])
    @given(leading=floats(0.1, 4), tail=st.lists(floats(-2, 2), max_size=ORDER))
    def test_agree_with_flint(self, name, leading, tail):
        cap = flint.ctx.cap
        with precision(120):
            flint.ctx.cap = ORDER + 1
            try:
                theirs = flints(name, flint.arb_series([leading, *tail], prec=ORDER + 1))
            finally:
                flint.ctx.cap = cap
            ours = padded(getattr(KERNEL, name)(series(leading, *tail)), ORDER + 1)
            for k in range(ORDER + 1):
                ball = np.asarray(ours[k], object)[()]
                assert ball.overlaps(theirs[k])
                assert float(ball.rad()) <= 1e-25 * (1 + abs(float(ball)))

    def test_derivatives_of_tanh_at_zero(self):
        encloses(KERNEL.tanh(series(0.0, 1.0)), [0, 1, 0, Fraction(-1, 3), 0])

    @pytest.mark.parametrize("name", ["expm1", "log1p", "tanh"])
    def test_keep_small_arguments(self, name):
        with precision(60):
            ball = np.asarray(getattr(KERNEL, name)(series(1e-30, 1.0))[0], object)[()]
            assert ball.rel_accuracy_bits() > 55

    def test_the_root_of_zero_has_no_derivative(self):
        with pytest.raises(UndecidedError, match="divide: 1 of 1"):
            KERNEL.sqrt(series(0.0, 1.0))
        encloses(KERNEL.sqrt(series(0.0)), [0])


class TestBranches:
    @pytest.mark.parametrize("side", [-1, 0, 1])
    def test_away_from_ties_the_constant_terms_decide(self, side):
        kernel, x, y = SeriesKernel(2, side), vector([1, 5], [7, 8]), vector([2, 4], [0, 9])
        for name, picks in (("maximum", (2, 5, 0, 8)), ("minimum", (1, 4, 7, 9))):
            result = getattr(kernel, name)(x, y)
            assert [float(b) for c in result for b in c] == list(picks)

    @pytest.mark.parametrize(("side", "slope"), [(1, 1.0), (-1, -1.0)])
    def test_abs_at_zero_has_the_slope_of_its_side(self, side, slope):
        result = SeriesKernel(2, side).abs(series(0.0, 1.0))
        assert [float(c[()]) for c in result] == [0.0, slope]

    @pytest.mark.parametrize(("side", "larger"), [(1, 3.0), (-1, 3.0)])
    def test_a_tie_of_value_and_slope_goes_to_the_second_power(self, side, larger):
        result = SeriesKernel(2, side).maximum(series(1.0, 2.0, 3.0), series(1.0, 2.0, -4.0))
        assert float(result[2][()]) == larger

    def test_without_a_side_a_kink_is_refused(self):
        for name in ("maximum", "minimum"):
            with pytest.raises(UndecidedError, match=rf"{name}: 1 of 2 choices are undecided.*`side`"):
                getattr(KERNEL, name)(vector([1, 1], [1, 0]), vector([1, 1], [0, 0]))
        with pytest.raises(UndecidedError, match=r"abs: 1 of 1"):
            KERNEL.abs(series(0.0, 1.0))

    def test_equal_series_need_no_side(self):
        encloses(KERNEL.maximum(series(1.0, 2.0), series(1.0, 2.0)), [1, 2])
        assert not KERNEL.less(series(0.0), series(0.0))
        assert KERNEL.less_equal(series(0.0), series(0.0))

    @pytest.mark.parametrize("side", [-1, 1])
    def test_comparisons_at_a_tie_follow_the_side(self, side):
        rising, flat = series(1.0, 2.0), series(1.0)
        kernel = SeriesKernel(1, side)
        assert kernel.less(flat, rising) == (side == 1)
        assert kernel.less(rising, flat) == (side == -1)

    def test_overlapping_balls_are_no_tie(self):
        rough = (np.array(flint.arb(1, 1e-9), object),)
        with pytest.raises(UndecidedError):
            SeriesKernel(1, 1).maximum(rough, series(1.0, 1.0))

    def test_extrema_along_the_last_axis(self):
        x = vector([[1, 3, 2]], [[10, 30, 20]])
        assert [float(c[0]) for c in KERNEL.max(x)] == [3.0, 30.0]
        assert [float(c[0]) for c in KERNEL.min(x)] == [1.0, 10.0]


class TestPadded:
    def test_adds_exact_zeros(self):
        result = padded(vector([1, 2]), 3)
        assert [math.isclose(float(b), v) for c, v in zip(result[1:], (0, 0), strict=True) for b in c] == [
            True
        ] * 4
        assert all(b.is_exact() for c in result for b in c)
