"""Biases by type, and nothing where nothing is predicted."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.equations.output import biased, kept_atoms, masked
from tests.helpers import assert_same_bits

TYPES = np.array([[0, 2, -1, 1], [1, 1, -7, 0]])
E = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])


class TestBiased:
    def test_the_bias_of_the_type(self, library):
        bias = library.array([0.5, -1.0, 0.25])
        out = library.numpy(biased(library.array(E), library.array(TYPES), bias))
        np.testing.assert_array_equal(out, [[1.5, 2.25, 3.5, 3.0], [4.0, 5.0, 7.5, 8.5]])

    @pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
    def test_no_atoms(self, library, shape):
        out = biased(
            library.array(np.zeros(shape)),
            library.array(np.zeros(shape, np.int64)),
            library.array(np.ones(2)),
        )
        assert library.numpy(out).shape == shape


class TestKeptAtoms:
    def test_virtual_and_excluded_atoms_are_not(self, library):
        kept = library.numpy(kept_atoms(library.array(TYPES), (1,)))
        np.testing.assert_array_equal(kept, [[1, 1, 0, 0], [0, 0, 0, 1]])

    def test_all_real_ones_are_where_none_is_excluded(self, library):
        np.testing.assert_array_equal(library.numpy(kept_atoms(library.array(TYPES), ())), TYPES >= 0)


class TestMasked:
    @pytest.mark.parametrize("size", [(), (3,), (3, 3)], ids=str)
    def test_all_components(self, library, size):
        y = np.random.default_rng(0).normal(size=(2, 4, *size))
        kept = np.array([[True, False, True, True], [False, False, True, True]])
        out = library.numpy(masked(library.array(y), library.array(kept)))
        np.testing.assert_array_equal(out[kept], y[kept])
        assert_same_bits(out[~kept], np.zeros_like(y[~kept]))
        assert not np.signbit(out[~kept]).any()
