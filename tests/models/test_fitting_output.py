"""Which net says what of which atom."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.models.base import Conditions
from refdp.models.fitting_output import fitting_output
from tests.fittings import fitting
from tests.helpers import EPS, assert_within

Z, TYPES = np.random.default_rng(2).normal(size=(1, 5, 5)), np.array([[2, 0, 1, 1, -3]])


def net(made, t, z):
    return made.nets.networks[t](z)


class TestFittingOutput:
    def test_each_atom_its_own_net(self):
        made = fitting()
        y = fitting_output(made, Z, TYPES)
        for i, t in enumerate([2, 0, 1, 1]):
            assert_within(y[0, i], net(made, t, Z[0, i]) + made.bias_atom_e[t], 64 * EPS)
        np.testing.assert_array_equal(y[0, 4], 0.0)

    def test_one_net_for_all_but_a_bias_for_each(self):
        made = fitting(mixed=True)
        y = fitting_output(made, Z, TYPES)
        for i, t in enumerate([2, 0, 1, 1]):
            assert_within(y[0, i], net(made, 0, Z[0, i]) + made.bias_atom_e[t], 64 * EPS)
        np.testing.assert_array_equal(y[0, 4], 0.0)

    @pytest.mark.parametrize("mixed", [False, True])
    def test_excluded_types_have_no_bias_either(self, mixed):
        y = fitting_output(fitting(mixed=mixed, exclude=(1,)), Z, TYPES)
        np.testing.assert_array_equal(y[0, 2:], 0.0)
        assert np.abs(y[0, :2]).min() > 1e-3

    @pytest.mark.parametrize(
        ("atom_ener", "mixed", "counted"),
        [
            ([], False, []),
            ([None, None, None], False, []),
            ([1.0, None, None], False, [0]),
            ([None, 1.0], False, [1, 2]),
            ([1.0], False, [0, 1, 2]),
            ([0.0, 0.0, None], False, [0, 1]),
            ([1.0, None, None], True, [0, 1, 2]),
            ([None], True, []),
        ],
    )
    def test_vacuum(self, atom_ener, mixed, counted):
        plain, made = fitting(mixed=mixed), fitting(mixed=mixed, atom_ener=atom_ener)
        off = fitting_output(plain, Z, TYPES) - fitting_output(made, Z, TYPES)
        for i, t in enumerate([2, 0, 1, 1]):
            vacuum = net(made, 0 if mixed else t, np.zeros(5)) if t in counted else np.zeros(1)
            assert_within(off[0, i], vacuum, 64 * EPS)

    def test_in_vacuum_nothing_is_left_but_the_bias(self):
        made = fitting(atom_ener=[1.0], numb_fparam=2)
        y = made.atomic(np.zeros((1, 5, 5)), None, TYPES, Conditions(np.array([[3.0, 4.0]])))
        np.testing.assert_array_equal(y[0, :4], made.bias_atom_e[TYPES[0, :4], 0])
