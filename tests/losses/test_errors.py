"""The errors that terms and metrics are made of."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.losses import errors
from refdp.losses.quantities import count_atoms
from tests.helpers import EPS, assert_same_bits, assert_within
from tests.losses.cases import MASKS, NATOMS, NF, case, options

PREDICTION, LABEL = case()
ALL, SOME = (count_atoms(PREDICTION, LABEL, MASKS[name]) for name in ("all", "unequal"))
MASK = MASKS["unequal"]


def where(mask, x):
    return np.where(mask[(..., *(None,) * (x.ndim - 2))], x, 0.0)


class TestEnergyError:
    def test_is_label_minus_prediction(self):
        found = errors.energy_error(PREDICTION, LABEL, SOME, options())
        assert_same_bits(found, LABEL.energy - PREDICTION.energy)

    def test_coefficients(self):
        found = errors.energy_error(PREDICTION, LABEL, SOME, options(enable_atom_ener_coeff=True))
        weighted = np.sum(LABEL.atom_ener_coeff * PREDICTION.atom_energy, axis=1)
        assert_within(found, LABEL.energy - weighted, 4 * EPS)


class TestVirialError:
    def test_is_flat(self):
        found = errors.virial_error(PREDICTION, LABEL, SOME)
        assert_same_bits(found, (LABEL.virial - PREDICTION.virial).reshape(NF, 9))


class TestAtomEnergyError:
    def test_masked(self):
        found = errors.atom_energy_error(PREDICTION, LABEL, SOME)
        assert_same_bits(found, where(MASK, LABEL.atom_energy - PREDICTION.atom_energy))


class TestForceError:
    def test_masked(self):
        found = errors.force_error(PREDICTION, LABEL, SOME)
        assert_same_bits(found, where(MASK, LABEL.forces - PREDICTION.forces))


class TestRelativeForceError:
    def test_without_the_option(self):
        found = errors.relative_force_error(PREDICTION, LABEL, SOME, options())
        assert_same_bits(found, errors.force_error(PREDICTION, LABEL, SOME))

    def test_divided_by_the_size_of_the_label(self):
        found = errors.relative_force_error(PREDICTION, LABEL, SOME, options(relative_f=0.5))
        size = np.linalg.norm(LABEL.forces, axis=-1, keepdims=True) + 0.5
        assert_within(found, where(MASK, (LABEL.forces - PREDICTION.forces) / size), 16 * EPS)
        assert size[2, 3, 0] == 0.5


class TestForceWeight:
    def test_shapes(self):
        for weight, shape in (
            (LABEL.atom_pref, 1),
            (np.ones((NF, NATOMS * 3)), 3),
            (np.ones((NF, NATOMS, 3)), 3),
        ):
            found = errors.force_weight(LABEL._replace(atom_pref=weight), ALL, options())
            assert found.shape == (NF, NATOMS, shape)

    def test_default(self):
        none = LABEL._replace(atom_pref=None)
        assert errors.force_weight(none, ALL, options(use_default_pf=True)) == 1.0
        given = errors.force_weight(LABEL, ALL, options(use_default_pf=True))
        assert_same_bits(given[..., 0], LABEL.atom_pref)


class TestGeneralizedForceError:
    def test_is_the_projected_error(self):
        section = options(numb_generalized_coord=2)
        found = errors.generalized_force_error(PREDICTION, LABEL, SOME, section)
        error = where(MASK, LABEL.forces - PREDICTION.forces)
        assert_within(found, np.einsum("fia,fiac->fc", error, LABEL.drdq), 64 * EPS)


class TestHessianError:
    def test_pairs_need_both_atoms(self):
        found = errors.hessian_error(PREDICTION, LABEL, SOME).reshape(NF, NATOMS, 3, NATOMS, 3)
        # The blocks come out with the atom of the column in front.
        error = (LABEL.hessian - PREDICTION.hessian).reshape(NF, NATOMS, 3, NATOMS, 3)
        pairs = MASK[:, :, None] & MASK[:, None, :]
        expected = np.where(pairs[:, :, None, :, None], error, 0.0)
        assert_same_bits(np.sort(found, axis=None), np.sort(expected, axis=None))


class TestDifference:
    def test_not_predicted(self):
        with pytest.raises(InputError, match=r"`prediction\.virial`: expected an array: its label is there"):
            errors.difference("virial", PREDICTION._replace(virial=None), LABEL, (NF, 9))

    def test_another_shape(self):
        with pytest.raises(InputError, match=r"`prediction.virial`: expected the shape \(3, 9\)"):
            errors.difference("virial", PREDICTION._replace(virial=np.zeros((3, 8))), LABEL, (NF, 9))


class TestAtomicDifference:
    def test_what_does_not_count_may_be_anything(self):
        dirty = LABEL.atom_energy.copy()
        dirty[~MASK] = np.inf
        pair = PREDICTION._replace(atom_energy=dirty), LABEL._replace(atom_energy=dirty)
        found = errors.atomic_difference("atom_energy", *pair, SOME, (NF, NATOMS))
        assert_same_bits(found, np.zeros((NF, NATOMS)))
