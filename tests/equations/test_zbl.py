"""The smooth minimum of distances, and the way between net and table."""

from __future__ import annotations

import math

import numpy as np
import pytest

from refdp.equations.zbl import interpolated, soft_minimum
from tests.helpers import assert_within
from tests.numerics import assert_certified

R = np.array([[[1.0, 1.25, 3.0, 1.0], [2.0, 1.0, 1.0, 1.0], [1.5, 0.25, 1.0, 1.0]]])
VALID = np.array([[[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 0, 0]]], dtype=bool)


def exact(r, alpha):
    weights = [math.exp(-x / alpha) for x in r]
    return math.fsum(w * x for w, x in zip(weights, r, strict=True)) / math.fsum(weights)


class TestSoftMinimum:
    @pytest.mark.parametrize("alpha", [0.1, 0.5, 4.0])
    def test_values(self, library, alpha):
        out = library.numpy(soft_minimum(library.array(R), library.array(VALID), alpha, 9.0))
        assert_within(out, [[exact(r[v], alpha) for r, v in zip(R[0], VALID[0], strict=True)]], 1e-14)

    def test_is_not_below_the_minimum(self):
        out = soft_minimum(R, VALID, 0.2, 9.0)
        nearest = np.min(np.where(VALID, R, 99.0), axis=-1)
        assert (out >= nearest).all()
        assert out[0, 1] == 2.0

    def test_nobody_near_enough(self, library):
        far = np.full((1, 2, 2), 200.0)
        some = np.array([[[True, True], [False, False]]])
        out = library.numpy(soft_minimum(library.array(far), library.array(some), 0.1, 9.0))
        np.testing.assert_array_equal(out, [[9.0, 9.0]])

    def test_derivatives_are_finite_where_there_is_nobody(self, differentiable):
        valid = differentiable.array(np.zeros((1, 1, 3), bool))
        found = differentiable.gradient(lambda r: soft_minimum(r, valid, 0.1, 9.0), np.ones((1, 1, 3)))
        np.testing.assert_array_equal(found, 0.0)

    def test_within_the_budget(self):
        assert_certified(lambda r: soft_minimum(r, VALID, 0.3, 9.0), R)


class TestInterpolated:
    def test_net_table_and_between(self, library):
        out = interpolated(
            *(library.array([x]) for x in ([0.0, 1.0, 0.25], [2.0, 2.0, 2.0], [8.0, 8.0, 8.0]))
        )
        np.testing.assert_array_equal(library.numpy(out), [[2.0, 8.0, 3.5]])
