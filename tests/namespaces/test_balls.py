"""Balls as an Array API namespace: certified, without a trace in FLINT's context."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdp.errors import InputError, UndecidedError
from refdp.namespaces import array_namespace
from tests.namespaces.oracles import ends, floats, fraction

flint = pytest.importorskip("flint")

from refdp.namespaces import balls  # noqa: E402


class TestToBalls:
    @given(st.lists(floats(-1e300, 1e300), min_size=1), st.integers(2, 300))
    def test_is_exact_at_any_precision(self, values, bits):
        x = balls.to_balls(values, bits)
        assert [fraction(b) for b in x.balls] == [Fraction(v) for v in values]
        assert balls.radius(x).tolist() == [0.0] * len(values)
        assert array_namespace(x) == balls.BallNamespace(bits)

    def test_integers_too(self):
        assert type(balls.to_balls(np.array([1, 2]))) is balls.BallArray

    def test_numbers_that_are_not_finite_are_refused(self):
        with pytest.raises(InputError, match="finite"):
            balls.to_balls([np.nan])


class TestBallNamespace:
    @pytest.mark.parametrize("bits", [1, 0, 53.0, None])
    def test_nonsense_is_refused(self, bits):
        with pytest.raises(InputError, match="`bits`"):
            balls.BallNamespace(bits)

    def test_leaves_no_precision_behind(self):
        before = flint.ctx.prec
        x = balls.to_balls([2.0, -1.0], 400)
        xp = array_namespace(x)
        xp.exp(x) / 3.0
        with pytest.raises(UndecidedError):
            xp.sqrt(x)
        assert flint.ctx.prec == before

    def test_uses_its_own_precision(self):
        for bits in (30, 400):
            radius = balls.radius(balls.to_balls(1.0, bits) / 3.0)
            assert 2.0 ** -(bits + 4) < radius < 2.0 ** -(bits - 1)

    def test_ignores_the_precision_around_it(self):
        with balls.precision(20):
            third = balls.to_balls(1.0, 200) / 3.0
        assert balls.radius(third) < 2.0**-190

    def test_threads_get_the_numbers_of_one(self):
        def work(bits):
            x = balls.to_balls(np.linspace(0.5, 3.0, 50), bits)
            return [ends(b) for b in array_namespace(x).tanh(x / 7.0).balls]

        precisions = [40, 400] * 4
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, precisions)) == [work(bits) for bits in precisions]

    def test_has_no_formats(self):
        x = balls.to_balls(1.0) / 3.0
        xp = array_namespace(x)
        assert xp.exact
        assert xp.astype(x, xp.float32) is x

    def test_more_bits_decide(self):
        def compare(bits):
            x = balls.to_balls(1.0, bits)
            xp = array_namespace(x)
            return xp.exp(xp.log(x + 1.0)) < x + x + 2.0**-60

        with pytest.raises(UndecidedError, match="less: 1 of 1"):
            compare(53)
        assert compare(100)


class TestBounds:
    @given(floats(-1e3, 1e3), st.integers(2, 120))
    def test_contain_the_ball(self, x, bits):
        ball = array_namespace(balls.to_balls(x, bits)).tanh(balls.to_balls(x, bits))
        low, high = balls.bounds(ball)
        exact_low, exact_high = ends(ball.balls[()])
        assert Fraction(float(low)) <= exact_low
        assert exact_high <= Fraction(float(high))


class TestMidpointAndRadius:
    def test_of_a_third(self):
        third = balls.to_balls([[1.0]], 60) / 3.0
        assert balls.midpoint(third).tolist() == [[1 / 3]]
        low, high = ends(third.balls[0, 0])
        assert low <= Fraction(1, 3) <= high
        assert (high - low) / 2 <= Fraction(float(balls.radius(third)[0, 0])) <= Fraction(2) ** -60


class TestDeviation:
    def test_counts_units_of_rounding_as_they_are(self):
        third = balls.to_balls(1.0) / 3.0
        unit = 2.0**-54
        np.testing.assert_allclose(balls.deviation(third, 1 / 3), unit / 3, rtol=1e-10)
        np.testing.assert_allclose(balls.deviation(third, 1 / 3 + unit), unit * 2 / 3, rtol=1e-10)

    def test_broadcasts_values(self):
        np.testing.assert_array_equal(
            balls.deviation(balls.to_balls([1.0, 2.0]), np.float32(1.5)), [0.5, 0.5]
        )
