"""Solid harmonics by hand, by the addition theorem and under rotations."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from numpy.polynomial import Legendre

from refdp.equations.solid_harmonics import solid_harmonics
from refdp.errors import InputError
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.numerics import assert_certified

RNG = np.random.default_rng(7)
E = RNG.normal(size=(3, 6, 3))
# At (1, 2, 3), where |e|^2 = 14.
BY_HAND = {
    2: [2 * sqrt(3), 6 * sqrt(3), 6.5, 3 * sqrt(3), -1.5 * sqrt(3)],
    3: [
        -2 * sqrt(5 / 8),
        6 * sqrt(15),
        62 * sqrt(3 / 8),
        4.5,
        31 * sqrt(3 / 8),
        -4.5 * sqrt(15),
        -11 * sqrt(5 / 8),
    ],
    4: [
        -3 * sqrt(35),
        -1.5 * sqrt(70),
        49 * sqrt(5),
        31.5 * sqrt(10),
        -44.625,
        15.75 * sqrt(10),
        -36.75 * sqrt(5),
        -8.25 * sqrt(70),
        -7 / 8 * sqrt(35),
    ],
}


@pytest.mark.parametrize("degree", [2, 3, 4])
class TestSolidHarmonics:
    def test_by_hand(self, library, degree):
        y = library.numpy(solid_harmonics(library.array([1.0, 2.0, 3.0]), degree))
        assert_within(y, BY_HAND[degree], 4 * EPS * np.abs(BY_HAND[degree]))

    def test_addition_theorem(self, library, degree):
        y = library.numpy(library.compiled(lambda e: solid_harmonics(e, degree))(library.array(E)))
        assert y.shape == (3, 6, 2 * degree + 1)
        length = np.linalg.norm(E, axis=-1)
        scale = (length[..., :, None] * length[..., None, :]) ** degree
        cosine = E @ np.swapaxes(E, -1, -2) / (length[..., :, None] * length[..., None, :])
        legendre = Legendre.basis(degree)(np.clip(cosine, -1.0, 1.0))
        # The polynomials have terms up to 35 |e|^4, some of which cancel.
        assert_within(y @ np.swapaxes(y, -1, -2), scale * legendre, 64 * EPS * scale)

    def test_a_rotation_turns_them_among_themselves(self, degree):
        turn, _ = np.linalg.qr(RNG.normal(size=(3, 3)))
        e, other = RNG.normal(size=(2, 40, 3))
        matrix, *_ = np.linalg.lstsq(
            solid_harmonics(e, degree), solid_harmonics(e @ turn, degree), rcond=None
        )
        assert_within(matrix @ matrix.T, np.eye(2 * degree + 1), 1e-13)
        turned = solid_harmonics(other @ turn, degree)
        assert_within(solid_harmonics(other, degree) @ matrix, turned, 1e-13 * np.max(np.abs(turned)))

    def test_are_homogeneous(self, degree):
        assert_same_bits(solid_harmonics(2.0 * E, degree), 2.0**degree * solid_harmonics(E, degree))

    def test_within_the_budget(self, degree):
        assert_certified(lambda e: solid_harmonics(e, degree), E)

    def test_gradient_is_that_of_euler(self, differentiable, degree):
        gradient = differentiable.gradient(lambda e: solid_harmonics(e, degree), E)
        total = np.sum(solid_harmonics(E, degree), axis=-1)
        scale = np.linalg.norm(E, axis=-1) ** degree
        assert_within(np.sum(gradient * E, axis=-1), degree * total, 256 * EPS * scale)

    def test_gradient_is_zero_at_the_origin(self, differentiable, degree):
        gradient = differentiable.gradient(lambda e: solid_harmonics(e, degree), np.zeros((2, 3)))
        np.testing.assert_array_equal(gradient, np.zeros((2, 3)))

    @pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 0, 4, 3)])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_keeps_shape_and_dtype(self, library, degree, shape, dtype):
        y = library.numpy(solid_harmonics(library.array(np.ones(shape, dtype)), degree))
        assert y.shape == (*shape[:-1], 2 * degree + 1)
        assert y.dtype == dtype


@pytest.mark.parametrize("degree", [-2, 0, 1, 5])
def test_other_degrees_are_refused(degree):
    with pytest.raises(InputError, match=f"`degree`: expected 2, 3 or 4, got {degree}"):
        solid_harmonics(E, degree)
