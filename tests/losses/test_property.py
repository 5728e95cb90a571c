"""The loss of properties: by hand, libraries, DeePMD-kit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.losses import PropertyLoss, PropertyLossOptions, Values
from tests.helpers import assert_within
from tests.losses.cases import MASKS

FORMS = ("smooth_mae", "mae", "mse", "rmse", "mape")
SPREAD = {"out_bias": (0.3, 0.4), "out_std": (2.0, 0.5)}


def values(seed=0):
    rng = np.random.default_rng(seed)
    return Values(3.0 * rng.normal(size=(3, 2)))


def loss(form="smooth_mae", beta=1.0, **fields):
    return PropertyLoss(PropertyLossOptions(loss_func=form, metric=FORMS, beta=beta), "gap", 2, **fields)


class TestPropertyLoss:
    P, Q = Values(np.array([[3.0, 0.0]])), Values(np.array([[1.0, 0.25]]))

    @pytest.mark.parametrize(
        ("form", "value"),
        [
            ("smooth_mae", 1.5 + 0.03125),
            ("mae", 2.25),
            ("mse", 4.0625),
            ("rmse", 2.03125**0.5),
            ("mape", (2 / 1.001 + 0.25 / 0.251) / 2),
        ],
    )
    def test_by_hand(self, form, value):
        found = loss(form, intensive=True)(self.P, self.Q)
        assert_within(found, value, 4e-16)
        assert loss(form, intensive=True).terms(self.P, self.Q) == {form: found}

    def test_per_atom_unless_intensive(self):
        mask = np.array([[True, True, False]])
        assert loss("mae")(self.P, self.Q, mask=mask) == 2.25 / 2
        with_atoms = Values(self.P.total, np.zeros((1, 4, 2)))
        assert loss("mae")(with_atoms, self.Q) == 2.25 / 4
        with pytest.raises(InputError, match="`prediction`: expected something of each atom, or a mask"):
            loss("mae")(self.P, self.Q)

    def test_spread(self):
        assert loss("mae", intensive=True, out_std=(2.0, 0.5))(self.P, self.Q) == 1.0 + 0.5

    @pytest.mark.parametrize("form", FORMS)
    def test_gradient_is_finite_where_nothing_is_wrong(self, differentiable, form):
        q = Values(differentiable.array(values(1).total))
        found = differentiable.gradient(lambda x: loss(form, intensive=True)(Values(x), q), values(1).total)
        np.testing.assert_array_equal(found, np.zeros((3, 2)))

    @pytest.mark.parametrize(
        ("form", "intensive", "spread"), [*itertools.product(FORMS, (False, True), ({}, SPREAD))]
    )
    def test_beside_deepmd(self, form, intensive, spread):
        theirs = pytest.importorskip("deepmd.dpmodel.loss.property")
        prediction, label = values(1), values(2)
        for mask in (np.ones((3, 5), bool), MASKS["unequal"]):
            given = {"gap": prediction.total, "mask": mask.astype(float)}
            other = theirs.PropertyLoss(2, "gap", form, list(FORMS), 0.7, intensive=intensive, **spread)
            expected, shown = other.call(1e-3, 5, given, {"gap": label.total, "find_gap": 1.0})
            ours = loss(form, 0.7, intensive=intensive, **spread)
            assert_within(ours(prediction, label, mask=mask), expected, 1e-15 * expected)
            found = ours.metrics(prediction, label, mask)
            assert set(shown) == set(FORMS)
            for name, value in shown.items():
                assert_within(found[name], value, 1e-15 * value)

    @pytest.mark.parametrize("form", FORMS)
    def test_libraries(self, library, form):
        p, q = (Values(library.array(values(seed).total)) for seed in (1, 2))
        found = loss(form, **SPREAD)(p, q, mask=library.array(MASKS["unequal"]))
        expected = loss(form, **SPREAD)(values(1), values(2), mask=MASKS["unequal"])
        assert_within(library.numpy(found), expected, 2e-15 * expected)
