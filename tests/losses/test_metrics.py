"""Displayed errors: by hand, and beside DeePMD-kit's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from refdp.losses import Label, Prediction, energy_metrics
from tests.helpers import assert_within
from tests.losses.cases import ALL_TERMS, MASKS, NATOMS, PLAIN, case, deepmd_case, energy_loss

F = np.array([[[3.0, 4.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, -6.0], [8.0, 0.0, 0.0]]])
FORMS = {
    "mse": ALL_TERMS,
    "mae": ALL_TERMS | {"loss_func": "mae"},
    "norm": ALL_TERMS | {"loss_func": "mae", "f_use_norm": True},
    "huber": PLAIN | {"use_huber": True, "huber_delta": [0.3, 0.5, 0.2]},
    "relative": ALL_TERMS | {"relative_f": 0.5},
    "coefficients": ALL_TERMS | {"enable_atom_ener_coeff": True},
}


class TestEnergyMetrics:
    def test_by_hand(self):
        prediction = Prediction(np.zeros(2), np.zeros((2, 2, 3)))
        found = energy_metrics(energy_loss(), prediction, Label(np.array([6.0, -8.0]), F))
        expected = {"rmse_e": 12.5**0.5, "mae_e": 3.5, "mae_e_all": 7.0}
        expected |= {"rmse_f": (125 / 12) ** 0.5, "mae_f": 21 / 12}
        assert list(found) == list(expected)
        for name, value in expected.items():
            assert_within(found[name], value, 4e-16 * value)

    def test_mean_size_of_force_errors(self):
        options = {"loss_func": "mae", "f_use_norm": True}
        prediction, label = Prediction(forces=np.zeros((2, 2, 3))), Label(forces=F)
        found = energy_metrics(energy_loss(**options), prediction, label)
        assert_within(found["mae_f"], (5 + 0 + 6 + 8) / 4, 1e-15)
        assert_within(found["mae_f"], energy_loss(**options).terms(prediction, label)["f"], 1e-15)

    @pytest.mark.parametrize(("form", "mask", "mae"), [*itertools.product(FORMS, MASKS, (False, True))])
    def test_beside_deepmd(self, form, mask, mae):
        theirs = pytest.importorskip("deepmd.dpmodel.loss.ener")
        prediction, label = case(1)
        dictionaries = deepmd_case(prediction, label, MASKS[mask])
        _, shown = theirs.EnergyLoss(1e-3, **FORMS[form]).call(3e-4, NATOMS, *dictionaries, mae)
        found = energy_metrics(energy_loss(**FORMS[form]), prediction, label, MASKS[mask])
        found["rmse"] = energy_loss(**FORMS[form])(prediction, label, 3e-4, 1e-3, MASKS[mask]) ** 0.5
        if form == "norm" and mae:
            # Asked for mean absolute errors, it writes that of components over the mean size.
            shown.pop("mae_f")
        assert len(shown) >= 5
        for name, value in shown.items():
            assert_within(found[name], value, 1e-15 * value)
