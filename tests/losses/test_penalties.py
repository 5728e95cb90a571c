"""Squares, sizes, the Huber function, and means over atoms that count."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.losses.penalties import atom_mean, frame_mean, huber, magnitude, norm
from refdp.losses.quantities import Label, Prediction, count_atoms
from tests.helpers import EPS, assert_within
from tests.losses.cases import MASKS

X = np.array([-3.0, -0.5, -0.25, 0.0, 0.125, 0.5, 7.0])


def atoms(library, mask):
    return count_atoms(Prediction(library.array(np.zeros(3))), Label(), library.array(mask))


class TestHuber:
    def test_by_hand(self, library):
        found = library.numpy(huber(library.array(X), 0.5))
        inside = [0.5**2 / 2, 0.25**2 / 2, 0.0, 0.125**2 / 2, 0.5**2 / 2]
        np.testing.assert_array_equal(found, [0.5 * 2.75, *inside, 0.5 * 6.75])

    def test_gradient_is_the_error_cut_off(self, differentiable):
        found = differentiable.gradient(lambda x: huber(x, 0.5), X)
        np.testing.assert_array_equal(found, np.clip(X, -0.5, 0.5))


class TestMagnitude:
    def test_values(self, library):
        np.testing.assert_array_equal(library.numpy(magnitude(library.array(X))), np.abs(X))

    def test_gradient_is_the_sign_and_zero_at_zero(self, differentiable):
        np.testing.assert_array_equal(differentiable.gradient(magnitude, X), np.sign(X))


class TestNorm:
    E = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 0.0], [1.0, -2.0, 2.0]])

    def test_values(self, library):
        np.testing.assert_array_equal(library.numpy(norm(library.array(self.E))), [5.0, 0.0, 3.0])

    def test_gradient_is_the_direction_and_zero_at_zero(self, differentiable):
        direction = self.E / np.array([[5.0], [1.0], [3.0]])
        assert_within(differentiable.gradient(norm, self.E), direction, EPS)

    def test_shows_what_is_no_number(self):
        assert np.isnan(norm(np.array([np.nan, 0.0, 0.0])))


class TestFrameMean:
    def test_over_frames_and_components(self):
        assert frame_mean(np.array([[1.0, 2.0], [3.0, 6.0]])) == 3.0


class TestAtomMean:
    def test_pools_the_atoms_of_all_frames(self, library):
        x = np.arange(15.0).reshape(3, 5)
        found = atom_mean(library.array(x), atoms(library, MASKS["unequal"]))
        assert float(library.numpy(found)) == (0 + 1 + 2 + 3 + 4 + 5 + 7 + 8 + 13) / 9

    def test_components(self, library):
        x = np.arange(30.0).reshape(3, 5, 2)
        found = atom_mean(library.array(x), atoms(library, MASKS["unequal"]))
        assert float(library.numpy(found)) == pytest.approx(x[MASKS["unequal"]].mean(), rel=EPS)

    def test_nobody(self, library):
        found = atom_mean(library.array(np.ones((3, 5))), atoms(library, np.zeros((3, 5), bool)))
        assert float(library.numpy(found)) == 0.0
