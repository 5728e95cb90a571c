"""What stands around fitting nets: normalized parameters, rows of a type, tensors."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.equations.fitting import (
    dipole,
    isotropic,
    normalized,
    of_type,
    polarizability,
    polarizability_diagonal,
)
from tests.helpers import EPS, assert_within
from tests.numerics import assert_certified

RNG = np.random.default_rng(5)
C, G, P = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 3, 4, 3)), RNG.normal(size=(2, 3, 4, 4))
Q = np.linalg.qr(RNG.normal(size=(3, 3)))[0]


class TestNormalized:
    def test_multiplies_by_the_inverse_deviation(self, library):
        x = (library.array(np.array(v)) for v in ([[3.0, 5.0]], [1.0, 5.0], [4.0, 7.0]))
        np.testing.assert_array_equal(library.numpy(normalized(*x)), [[8.0, 0.0]])


class TestOfType:
    @pytest.mark.parametrize("size", [(), (2,), (2, 3)])
    def test_rows(self, library, size):
        table, types = RNG.normal(size=(3, *size)), np.array([[2, 0, -1], [1, 1, -7]])
        found = library.numpy(of_type(library.array(table), library.array(types)))
        np.testing.assert_array_equal(found, table[np.maximum(types, 0)])


class TestDipole:
    def test_value(self, library):
        found = library.numpy(dipole(library.array(C), library.array(G)))
        expected = sum(C[..., k, None] * G[..., k, :] for k in range(4))
        assert_within(found, expected, 16 * EPS * np.abs(C).max() * np.abs(G).max())

    def test_rotates_with_the_atoms(self):
        assert_within(dipole(C, G @ Q), dipole(C, G) @ Q, 1e-14)

    def test_certified(self):
        assert_certified(dipole, C, G)


class TestPolarizabilityDiagonal:
    def test_value(self, library):
        found = library.numpy(polarizability_diagonal(library.array(C), library.array(G)))
        expected = sum(C[..., k, None, None] * G[..., k, :, None] * G[..., k, None, :] for k in range(4))
        assert_within(found, expected, 1e-14)

    def test_is_that_of_a_diagonal_matrix(self):
        matrix = C[..., None] * np.eye(4)
        assert_within(polarizability_diagonal(C, G), polarizability(matrix, G), 1e-14)

    def test_certified(self):
        assert_certified(polarizability_diagonal, C, G)


class TestPolarizability:
    def test_value(self, library):
        found = library.numpy(polarizability(library.array(P), library.array(G)))
        expected = sum(
            0.5 * (P[..., k, m] + P[..., m, k])[..., None, None] * G[..., k, :, None] * G[..., m, None, :]
            for k in range(4)
            for m in range(4)
        )
        assert_within(found, expected, 1e-13)

    def test_is_symmetric_and_rotates_with_the_atoms(self):
        a = polarizability(P, G)
        assert_within(a, np.swapaxes(a, -1, -2), 1e-14)
        assert_within(polarizability(P, G @ Q), Q.T @ a @ Q, 1e-13)
        assert np.abs(a).max() > 1.0

    def test_certified(self):
        assert_certified(polarizability, P, G)


class TestIsotropic:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_value(self, library, dtype):
        x = np.array([[2.0, -3.0]], dtype)
        found = library.numpy(isotropic(library.array(x)))
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, x[..., None, None] * np.eye(3, dtype=dtype))
