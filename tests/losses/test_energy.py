"""Each term of the energy loss by hand."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.losses import Label, Prediction
from refdp.losses.energy import (
    atom_energy_term,
    energy_term,
    force_term,
    generalized_force_term,
    hessian_term,
    virial_term,
    weighted_force_term,
)
from refdp.losses.quantities import count_atoms
from tests.helpers import assert_within
from tests.losses.cases import options

E, F = (
    np.array([2.0, -1.0]),
    np.array([[[3.0, 4.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, -6.0], [8.0, 0.0, 0.0]]]),
)


def zeros(nf=2, natoms=2):
    return Prediction(
        np.zeros(nf), np.zeros((nf, natoms, 3)), np.zeros((nf, 3, 3)), np.zeros((nf, natoms)),
        np.zeros((nf, 3 * natoms, 3 * natoms)),
    )  # fmt: skip


def term(function, label, mask=None, **section):
    atoms = count_atoms(zeros(), label, mask)
    return float(function(zeros(), label, atoms, options(**section)))


MASK = np.array([[True, False], [True, True]])


class TestEnergyTerm:
    @pytest.mark.parametrize(
        ("section", "value"),
        [
            ({}, (4 / 2 + 1 / 2) / 2),
            ({"intensive_ener_virial": True}, (4 / 4 + 1 / 4) / 2),
            ({"loss_func": "mae"}, (2 / 2 + 1 / 2) / 2),
            ({"use_huber": True, "huber_delta": 0.75}, (0.75 * (1 - 0.375) + 0.125) / 2),
            ({"use_huber": True, "huber_delta": [0.75, 9.0, 9.0]}, (0.75 * (1 - 0.375) + 0.125) / 2),
        ],
    )
    def test_by_hand(self, section, value):
        assert term(energy_term, Label(E), **section) == value

    def test_frames_of_unequal_size(self):
        assert term(energy_term, Label(E), MASK) == (4 / 1 + 1 / 2) / 2
        assert term(energy_term, Label(E), MASK, intensive_ener_virial=True) == (4 / 1 + 1 / 4) / 2

    def test_coefficients_weigh_atomic_energies_masked_or_not(self):
        prediction = zeros()._replace(atom_energy=np.array([[1.0, 2.0], [3.0, 4.0]]), energy=E + 99)
        label = Label(E, atom_ener_coeff=np.array([[0.5, 1.0], [2.0, 0.0]]))
        found = energy_term(
            prediction, label, count_atoms(prediction, label, MASK), options(enable_atom_ener_coeff=True)
        )
        assert float(found) == ((2 - 2.5) ** 2 / 1 + (-1 - 6.0) ** 2 / 2) / 2

    def test_without_coefficients_the_energy_counts(self):
        assert term(energy_term, Label(E), enable_atom_ener_coeff=True) == 1.25


class TestForceTerm:
    @pytest.mark.parametrize(
        ("section", "value"),
        [
            ({}, (9 + 16 + 36 + 64) / 12),
            ({"loss_func": "mae"}, (3 + 4 + 6 + 8) / 12),
            ({"loss_func": "mae", "f_use_norm": True}, (5 + 0 + 6 + 8) / 4),
            ({"use_huber": True, "huber_delta": 5.0}, (4.5 + 8 + 5 * 3.5 + 5 * 5.5) / 12),
            ({"use_huber": True, "huber_delta": [9.0, 5.0, 9.0]}, (4.5 + 8 + 5 * 3.5 + 5 * 5.5) / 12),
            ({"use_huber": True, "huber_delta": 5.0, "f_use_norm": True}, (12.5 + 17.5 + 27.5) / 4),
            ({"relative_f": 3.0}, (25 / 64 + 36 / 81 + 64 / 121) / 12),
            ({"relative_f": 3.0, "loss_func": "mae", "f_use_norm": True}, (5 / 8 + 6 / 9 + 8 / 11) / 4),
        ],
    )
    def test_by_hand(self, section, value):
        assert_within(term(force_term, Label(forces=F), **section), value, 4e-16 * value)

    def test_all_atoms_weigh_the_same_whatever_their_frame(self):
        mask = np.array([[True, False], [True, False]])
        assert term(force_term, Label(forces=F), mask) == (25 + 36) / 6

    def test_virtual_atoms_count_without_a_mask(self):
        assert term(force_term, Label(forces=F)) * 12 == term(force_term, Label(forces=F), MASK) * 9


class TestVirialTerm:
    W = np.arange(18.0).reshape(2, 3, 3)

    @pytest.mark.parametrize(
        ("section", "value"),
        [
            ({}, (204 / 2 + 1581 / 2) / 18),
            ({"intensive_ener_virial": True}, (204 / 4 + 1581 / 4) / 18),
            ({"loss_func": "mae"}, 153 / 2 / 18),
            ({"use_huber": True, "huber_delta": [2.0, 3.0, 100.0]}, (204 / 4 + 1581 / 4) / 36),
        ],
    )
    def test_by_hand(self, section, value):
        # 0 + 1 + ... + 17 = 153, and the squares of 0 ... 8 and 9 ... 17 are 204 and 1581 together.
        assert_within(term(virial_term, Label(virial=self.W), **section), value, 4e-16 * value)

    def test_frames_of_unequal_size(self):
        value = (204 / 1 + 1581 / 2) / 18
        assert_within(term(virial_term, Label(virial=self.W), MASK), value, 4e-16 * value)


class TestAtomEnergyTerm:
    @pytest.mark.parametrize(
        ("section", "value"),
        [
            ({}, 30 / 4),
            ({"loss_func": "mae"}, 10 / 4),
            ({"use_huber": True, "huber_delta": [2.0, 9, 9]}, 12.5 / 4),
        ],
    )
    def test_by_hand(self, section, value):
        label = Label(atom_energy=np.array([[1.0, 2.0], [-3.0, 4.0]]))
        assert term(atom_energy_term, label, **section) == value

    def test_masked(self):
        label = Label(atom_energy=np.array([[1.0, 2.0], [-3.0, 4.0]]))
        assert term(atom_energy_term, label, MASK) == (1 + 9 + 16) / 3


class TestWeightedForceTerm:
    Q = np.array([[1.0, 7.0], [0.5, 0.0]])

    @pytest.mark.parametrize(
        ("section", "value"),
        [
            ({}, (25 + 18) / 12),
            ({"loss_func": "mae"}, (7 + 3) / 12),
            ({"loss_func": "mae", "f_use_norm": True}, (7 + 3) / 12),
            ({"relative_f": 3.0}, (25 / 64 + 18 / 81) / 12),
        ],
    )
    def test_divided_by_the_number_of_components_not_by_the_sum_of_weights(self, section, value):
        assert_within(term(weighted_force_term, Label(forces=F, atom_pref=self.Q), **section), value, 2e-16)

    def test_a_weight_for_each_component(self):
        q = np.repeat(self.Q[..., None], 3, axis=-1)
        q[0, 0, 1] = 0.0
        assert term(weighted_force_term, Label(forces=F, atom_pref=q)) == (9 + 18) / 12

    def test_masked(self):
        q = Label(forces=F, atom_pref=self.Q)
        assert term(weighted_force_term, q, MASK) == (25 + 18) / 9

    def test_default_weights(self):
        found = term(weighted_force_term, Label(forces=F), use_default_pf=True)
        assert found == term(force_term, Label(forces=F))


class TestGeneralizedForceTerm:
    def test_by_hand_and_squared_always(self):
        drdq = np.zeros((2, 2, 3, 2))
        drdq[0, 0, :, 0], drdq[1, 1, 0, 1] = [1.0, 2.0, 5.0], 0.5
        for section in ({}, {"loss_func": "mae"}, {"relative_f": 3.0}):
            found = term(
                generalized_force_term, Label(forces=F, drdq=drdq), numb_generalized_coord=2, **section
            )
            assert found == (11.0**2 + 4.0**2) / 4

    def test_masked(self):
        drdq = np.ones((2, 12))
        mask = np.array([[False, True], [False, True]])
        found = term(generalized_force_term, Label(forces=F, drdq=drdq), mask, numb_generalized_coord=2)
        assert found == (0 + 0 + 64 + 64) / 4


class TestHessianTerm:
    H = np.arange(72.0).reshape(2, 6, 6)

    def test_by_hand(self):
        assert_within(
            term(hessian_term, Label(hessian=self.H)), np.mean(self.H**2), 4e-16 * np.mean(self.H**2)
        )
        found = term(hessian_term, Label(hessian=self.H), loss_func="mae")
        assert_within(found, 35.5, 1e-14)

    def test_pairs_need_both_atoms(self):
        value = (np.mean(self.H[0, :3, :3] ** 2) + np.mean(self.H[1] ** 2)) / 2
        assert_within(term(hessian_term, Label(hessian=self.H), MASK), value, 4e-16 * value)
