"""Fitting nets of tensors: how they rotate, and their output statistics."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.models.base import Quantity
from tests.fittings import descriptors, fitting, share
from tests.helpers import EPS, assert_same_bits, assert_within

RNG = np.random.default_rng(4)
Q = np.linalg.qr(RNG.normal(size=(3, 3)))[0]


class TestQuantity:
    @pytest.mark.parametrize(
        ("kind", "options", "expected"),
        [
            ("dipole", {}, Quantity("dipole", (3,))),
            ("dipole", {"r_differentiable": False}, Quantity("dipole", (3,), differentiable=False)),
            ("polar", {}, Quantity("polar", (3, 3), differentiable=False)),
        ],
    )
    def test_is_what_the_options_say(self, kind, options, expected):
        assert fitting(kind, **options).quantity == expected

    def test_width(self):
        assert [fitting("polar", fit_diag=diagonal).width for diagonal in (True, False)] == [4, 16]
        assert fitting("dipole").width == 4


class TestFinish:
    def test_a_dipole_rotates(self):
        made = fitting("dipole", exclude=(1,))
        d, g, types, conditions = descriptors(made)
        assert_within(
            made.atomic(d, g @ Q, types, conditions), made.atomic(d, g, types, conditions) @ Q, 1e-13
        )
        np.testing.assert_array_equal(made.atomic(d, g, types, conditions)[types == 1], 0.0)

    @pytest.mark.parametrize("fit_diag", [True, False])
    def test_a_polarizability_rotates(self, fit_diag):
        made = fitting("polar", fit_diag=fit_diag)
        d, g, types, conditions = descriptors(made)
        turned = Q.T @ made.atomic(d, g, types, conditions) @ Q
        assert_within(made.atomic(d, g @ Q, types, conditions), turned, 1e-12)

    def test_an_excluded_polarizability_keeps_its_constant(self):
        made = fitting("polar", exclude=(1,))
        types = descriptors(made)[2]
        found = share(made)[types == 1]
        assert_within(found, made.scale[1] * made.constant_matrix[1] * np.eye(3) + 0 * found, 4 * EPS)
        np.testing.assert_array_equal(share(made)[types < 0], 0.0)

    def test_without_shift(self):
        one, other = fitting("polar", shift_diag=True), fitting("polar", shift_diag=False)
        types = descriptors(one)[2]
        shift = np.where(types < 0, 0.0, (one.scale * one.constant_matrix)[types])
        assert_within(share(one) - share(other), shift[..., None, None] * np.eye(3), 1e-13)

    @pytest.mark.parametrize("kind", ["dipole", "polar"])
    @pytest.mark.parametrize(
        "rot_mat", [None, np.ones((2, 6, 3, 3)), np.ones((2, 5, 4, 3)), np.ones((2, 6, 4))]
    )
    def test_other_rows(self, kind, rot_mat):
        made = fitting(kind)
        d, _, types, conditions = descriptors(made)
        with pytest.raises(InputError, match=r"`rot_mat`: expected shape .* = \(2, 6, 4, 3\)"):
            made.atomic(d, rot_mat, types, conditions)


class TestWithOutputStatistics:
    def test_a_dipole_has_none(self):
        made = fitting("dipole")
        y = share(made)
        assert made.with_output_statistics(y, None, None, None) is y

    def test_a_polarizability_gets_the_mean_of_the_diagonal(self, library):
        made = fitting("polar")
        y, types, bias = share(made), descriptors(made)[2], RNG.normal(size=(3, 9))
        moved = made.to(library.namespace, device=library.device)
        found = moved.with_output_statistics(*(library.array(x) for x in (y, types, bias, bias)))
        shift = made.scale * np.trace(bias.reshape(3, 3, 3), axis1=1, axis2=2) / 3.0
        expected = y + shift[np.maximum(types, 0)][..., None, None] * np.eye(3)
        assert_within(library.numpy(found), expected, 8 * EPS * np.abs(y).max())

    def test_or_nothing_without_shift(self):
        made = fitting("polar", shift_diag=False)
        y = share(made)
        assert made.with_output_statistics(y, None, None, None) is y


class TestInitialExtras:
    def test_scale_of_one_and_of_each(self):
        options = fitting("polar", scale=[1, 2.5, 3]).options
        extras = type(fitting("polar")).initial_extras(options, 3, 4)
        assert_same_bits(extras["scale"], np.array([1.0, 2.5, 3.0]))
        assert extras["embedding_width"] == 4
        with pytest.raises(InputError, match="`scale`: expected one number for each of the 3 types"):
            fitting("polar", scale=[1.0])
