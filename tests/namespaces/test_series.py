"""Proven derivatives of the mathematics: against difference quotients of balls, and across kinks."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.equations.environment_matrix import distance, environment_matrix
from refdp.equations.switch import switch
from refdp.errors import InputError, UndecidedError
from refdp.namespaces import array_namespace

flint = pytest.importorskip("flint")

from refdp.namespaces import balls, series  # noqa: E402


def derivatives(x, n=2):
    return [balls.midpoint(series.derivative(x, k)).tolist() for k in range(n + 1)]


class TestToSeries:
    def test_coefficients(self):
        x = series.to_series([1.0, 2.0], [3.0, 4.0], order=3)
        assert derivatives(x, 3) == [[1.0, 2.0], [3.0, 4.0], [0.0, 0.0], [0.0, 0.0]]

    def test_a_direction_broadcasts(self):
        assert derivatives(series.to_series([1.0, 2.0], 5.0), 1) == [[1.0, 2.0], [5.0, 5.0]]

    def test_more_coefficients_than_are_kept_are_refused(self):
        with pytest.raises(InputError, match="`slopes`: expected at most `order` = 1"):
            series.to_series(1.0, 2.0, 3.0, order=1)


class TestSeriesNamespace:
    @pytest.mark.parametrize(
        ("options", "name"),
        [({"order": -1}, "order"), ({"order": 1.5}, "order"), ({"side": 2}, "side"), ({"bits": 0}, "bits")],
    )
    def test_nonsense_is_refused(self, options, name):
        with pytest.raises(InputError, match=f"`{name}`"):
            array_namespace(series.to_series(1.0, **{"order": 2, **options})).ones((1,)) + 1.0

    def test_leaves_no_precision_behind(self):
        before = flint.ctx.prec
        x = series.to_series(2.0, 1.0, bits=300)
        array_namespace(x).exp(x)
        assert flint.ctx.prec == before

    def test_constants_and_series_move_together(self):
        x = series.to_series([1.0, 2.0], [1.0, 1.0])
        xp = array_namespace(x)
        joined = xp.concat([xp.zeros((1,)), x * x, xp.ones((1,))])
        assert derivatives(joined) == [[0, 1, 4, 1], [0, 2, 4, 0], [0, 2, 2, 0]]
        chosen = xp.where(np.array([True, False]), x, 0.0)
        assert derivatives(chosen) == [[1, 0], [1, 0], [0, 0]]
        assert derivatives(xp.sum(x * xp.ones((2, 2)), axis=0)) == [[2, 4], [2, 2], [0, 0]]

    def test_shapes_broadcast_in_every_coefficient(self):
        x = series.to_series(np.ones((3, 1)), np.ones((3, 1)))
        total = x + np.arange(4.0)
        assert [leaf.shape for leaf in total.leaves] == [(3, 4)] * 2


class TestDerivative:
    def test_of_a_power(self):
        x = series.to_series(2.0, 1.0, order=3)
        assert derivatives(x**3, 3) == [8.0, 12.0, 12.0, 6.0]

    def test_beyond_the_order_is_refused(self):
        with pytest.raises(InputError, match="`k`: expected a whole number from 0 to 2"):
            series.derivative(series.to_series(1.0, 1.0), 3)

    def test_environment_matrix_against_difference_quotients(self):
        rng = np.random.default_rng(9)
        at, along = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 3))
        valid = np.array([[True] * 4 + [False]] * 2)
        at = np.where(valid[..., None], at, 0.0)
        step = 2.0**-40

        def rows(d):
            r = distance(d, valid)
            return environment_matrix(d, r, switch(r, 0.5, 3.0), valid, 0.1)

        taylor = rows(series.to_series(at, along * valid[..., None], bits=200))
        here, there, back = (
            rows(balls.to_balls(at, 200) + balls.to_balls(along * valid[..., None], 200) * h)
            for h in (0.0, step, -step)
        )
        first, second = (there - back) / (2 * step), (there - here * 2.0 + back) / step**2
        for k, quotient in ((1, first), (2, second)):
            error = balls.bounds(abs(series.derivative(taylor, k) - quotient))[1]
            assert error.max() < 1e-20
            assert balls.radius(series.derivative(taylor, k)).max() < 1e-55


class TestSide:
    """The switch has two continuous derivatives and a jump in the third: a certificate of it."""

    @pytest.mark.parametrize(("at", "value"), [(2.0, 1.0), (6.0, 0.0)])
    @pytest.mark.parametrize("side", [-1, 1])
    def test_the_switch_is_flat_to_second_order_on_both_sides(self, at, value, side):
        w = switch(series.to_series(at, 1.0, side=side), 2.0, 6.0)
        for k, truth in enumerate((value, 0.0, 0.0)):
            assert series.derivative(w, k).balls[()] == truth
            assert balls.radius(series.derivative(w, k)) == 0.0

    def test_the_third_derivative_jumps(self):
        inside, outside = (
            derivatives(switch(series.to_series(6.0, 1.0, order=3, side=side), 2.0, 6.0), 3)[3]
            for side in (-1, 1)
        )
        assert (inside, outside) == (-60 / 4**3, 0.0)

    def test_without_a_side_the_ends_are_refused(self):
        with pytest.raises(UndecidedError, match="side"):
            switch(series.to_series(6.0, 1.0), 2.0, 6.0)
