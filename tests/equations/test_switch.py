"""The switch against exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from refdp.equations.switch import switch
from tests.helpers import EPS, assert_same_bits, assert_within

RS, RC = 0.5, 6.0
INSIDE = np.concatenate(
    [np.linspace(RS, RC, 101), RC - 2.0 ** -np.arange(1.0, 40.0), RS + 2.0 ** -np.arange(2.0, 40.0)]
)


def exact(r, rs=RS, rc=RC):
    """The expanded polynomial, 1 - 10u^3 + 15u^4 - 6u^5: another form, in arithmetic that does not round."""
    u = (Fraction(r) - Fraction(rs)) / (Fraction(rc) - Fraction(rs))
    u = min(max(u, Fraction(0)), Fraction(1))
    return 1 - 10 * u**3 + 15 * u**4 - 6 * u**5


def slope(r):
    u = (r - RS) / (RC - RS)
    return -30.0 * u**2 * (1.0 - u) ** 2 / (RC - RS)


class TestSwitch:
    def test_values(self, library):
        w = library.numpy(switch(library.array(INSIDE), RS, RC))
        # Ten roundings of terms up to 10 u^3 <= 10, so 64 eps is twice what may come.
        assert_within(w, [float(exact(r)) for r in INSIDE], 64 * EPS)

    def test_by_hand(self):
        # u = 1/2: 1/8 * (-3/2 + 15/2 - 10) + 1 = 1/2, and u = 1/4 in binary fractions.
        np.testing.assert_array_equal(switch(np.array([2.0, 1.5]), 1.0, 3.0), [0.5, 1.0 - 106.0 / 1024.0])

    def test_is_one_up_to_the_first_end_and_zero_from_the_second(self, library):
        r = np.array([0.0, 1e-300, RS, np.nextafter(RS, 0.0), RC, np.nextafter(RC, 9.0), 1e300])
        w = library.numpy(switch(library.array(r), RS, RC))
        np.testing.assert_array_equal(w, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0])

    @pytest.mark.parametrize(("rs", "rc"), [(0.1, 0.3), (5.8, 6.0), (0.0, 7.7), (1 / 3, 2 / 3)])
    def test_both_ends_are_exact_for_any_cutoffs(self, rs, rc):
        np.testing.assert_array_equal(switch(np.array([rs, rc]), rs, rc), [1.0, 0.0])

    def test_is_the_factored_form_to_the_bit(self):
        # Trained models were evaluated with this very order of operations. It is no more accurate than the
        # expanded one: both add numbers of size one near the cutoff, where w itself vanishes.
        r = np.linspace(0.9 * RC, RC, 500)
        u = (r - RS) / (RC - RS)
        assert_same_bits(switch(r, RS, RC), (u * u * u) * (-6.0 * (u * u) + 15.0 * u - 10.0) + 1.0)

    def test_never_rises(self):
        # In steps large against rounding.
        assert (np.diff(switch(np.linspace(RS, RC, 1000), RS, RC)) < 0.0).all()

    def test_derivative(self, differentiable):
        r = np.linspace(RS, RC, 51)[1:-1]
        gradient = differentiable.gradient(lambda x: switch(x, RS, RC), r)
        assert_within(gradient, slope(r), 64 * EPS)

    def test_derivative_is_zero_at_both_ends(self, differentiable):
        gradient = differentiable.gradient(lambda x: switch(x, RS, RC), np.array([RS, RC]))
        # Terms of up to 30 cancel.
        assert_within(gradient, [0.0, 0.0], 4 * 30 * EPS / (RC - RS))

    def test_derivative_is_exactly_zero_outside(self, differentiable):
        r = np.array([0.0, 0.2, 6.1, 7.0, 1e300])
        np.testing.assert_array_equal(differentiable.gradient(lambda x: switch(x, RS, RC), r), np.zeros(5))

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3)])
    def test_keeps_shape_and_dtype(self, library, shape, dtype):
        w = library.numpy(switch(library.array(np.full(shape, 2.0, dtype)), RS, RC))
        assert w.shape == shape
        assert w.dtype == dtype

    def test_strides_do_not_matter(self, library):
        r = library.array(np.linspace(0.0, 7.0, 24).reshape(4, 6))
        mirrored = library.namespace.matrix_transpose(switch(library.namespace.matrix_transpose(r), RS, RC))
        assert_same_bits(library.numpy(mirrored), library.numpy(switch(r, RS, RC)))

    def test_touches_nothing(self):
        r = np.linspace(0.0, 7.0, 5)
        before = r.copy()
        switch(r, RS, RC)
        assert_same_bits(r, before)
