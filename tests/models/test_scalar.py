"""Fitting nets of numbers: what they predict, and their output statistics."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.models.base import Quantity
from tests.fittings import descriptors, fitting, share
from tests.helpers import EPS, assert_same_bits, assert_within

RNG = np.random.default_rng(9)


def statistics(made):
    size = made.width
    return RNG.normal(size=(3, size)), RNG.uniform(0.5, 2.0, (3, size))


class TestQuantity:
    @pytest.mark.parametrize(
        ("kind", "options", "expected"),
        [
            ("ener", {}, Quantity("energy")),
            ("dos", {}, Quantity("dos", (3,), differentiable=False)),
            ("property", {}, Quantity("band_gap", (2,), differentiable=False)),
            ("property", {"intensive": True, "task_dim": 1}, Quantity("band_gap", (1,), True, False)),
            ("invar", {}, Quantity("charge", (2,))),
            ("invar", {"var_name": "energy", "dim_out": 1}, Quantity("energy")),
            ("invar", {"var_name": "energy", "dim_out": 2}, Quantity("energy", (2,))),
        ],
    )
    def test_is_what_the_options_say(self, kind, options, expected):
        made = fitting(kind, **options)
        assert made.quantity == expected
        assert share(made).shape == (2, 6, *expected.shape)


class TestWithOutputStatistics:
    @pytest.mark.parametrize("kind", ["ener", "dos", "invar"])
    def test_only_the_bias(self, library, kind):
        made = fitting(kind)
        types, (bias, std) = descriptors(made)[2], statistics(made)
        y = share(made)
        found = made.with_output_statistics(*(library.array(x) for x in (y, types, bias, std)))
        expected = y + bias[np.maximum(types, 0)].reshape(y.shape)
        assert_same_bits(library.numpy(found), expected)

    @pytest.mark.parametrize("distinguished", [True, False])
    def test_a_property_uses_both(self, library, distinguished):
        made = fitting("property", distinguish_types=distinguished)
        types, (bias, std) = descriptors(made)[2], statistics(made)
        y = share(made)
        found = made.with_output_statistics(*(library.array(x) for x in (y, types, bias, std)))
        k = np.maximum(types, 0) if distinguished else np.zeros_like(types)
        assert_within(library.numpy(found), y * std[k] + bias[k], 4 * EPS * np.abs(y).max())


class TestRemovesVacuum:
    @pytest.mark.parametrize("center", [0, 1, 2])
    def test_one_net_of_several_remembers_whether_it_did(self, center):
        made = fitting(atom_ener=[None, 2.0])
        assert made.for_center(center).removes_vacuum(None) is made.removes_vacuum(center) is (center > 0)
        mine = descriptors(made)[2] == center
        assert_within(share(made.for_center(center))[mine], share(made)[mine], 64 * EPS)

    def test_no_other_kind_does(self):
        assert not any(fitting(kind).removes_vacuum(0) for kind in ("dipole", "polar", "dos", "property"))
