"""The loss of tensors: by hand, masks, libraries, DeePMD-kit."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.losses import TensorLoss, TensorLossOptions, Values
from tests.helpers import assert_within
from tests.losses.cases import MASKS

SECTIONS = [
    {"pref": 2.0, "pref_atomic": 0.0},
    {"pref": 0.0, "pref_atomic": 3.0},
    {"pref": 2.0, "pref_atomic": 3.0, "enable_atomic_weight": True},
]


def values(seed=0):
    rng = np.random.default_rng(seed)
    return Values(rng.normal(size=(3, 3)), rng.normal(size=(3, 5, 3)), rng.uniform(size=(3, 5)))


def loss(**section):
    return TensorLoss(TensorLossOptions(**section))


class TestTensorLoss:
    def test_by_hand(self):
        zero = Values(np.zeros((1, 3)), np.zeros((1, 2, 3)))
        label = Values(
            np.array([[1.0, 2.0, 2.0]]), np.array([[[3.0, 0, 0], [0, 1.0, 1.0]]]), np.array([[2.0, 1.0]])
        )
        assert loss(pref=2.0, pref_atomic=0.0)(zero, label) == 6.0
        assert loss(pref=0.0, pref_atomic=1.0)(zero, label) == 11 / 6
        assert loss(pref=0.0, pref_atomic=1.0, enable_atomic_weight=True)(zero, label) == 38 / 6
        assert loss(pref=0.0, pref_atomic=1.0)(zero, label, mask=np.array([[False, True]])) == 2 / 3
        assert loss(pref=2.0, pref_atomic=1.0)(zero, Values(total=label.total)) == 6.0
        assert loss(pref=2.0, pref_atomic=1.0)(zero, Values()) == 0

    def test_not_predicted(self):
        with pytest.raises(InputError, match=r"`prediction\.total`: expected an array"):
            loss(pref=1.0, pref_atomic=0.0)(Values(), values())

    @pytest.mark.parametrize("mask", MASKS)
    @pytest.mark.parametrize("section", SECTIONS)
    def test_beside_deepmd(self, section, mask):
        theirs = pytest.importorskip("deepmd.dpmodel.loss.tensor")
        prediction, label = values(1), values(2)
        given = {"global_dipole": prediction.total, "dipole": prediction.atomic}
        if MASKS[mask] is not None:
            given["mask"] = MASKS[mask].astype(float)
        wanted = {
            "dipole": label.total,
            "atom_dipole": label.atomic,
            "atom_weight": label.atomic_weight[..., None],
        }
        wanted |= {f"find_{name}": 1.0 for name in wanted}
        other = theirs.TensorLoss(tensor_name="dipole", tensor_size=3, label_name="dipole", **section)
        expected = other.call(1e-3, 5, given, wanted)[0]
        found = loss(**section)(prediction, label, mask=MASKS[mask])
        assert_within(found, expected, 1e-15 * expected)

    @pytest.mark.parametrize("section", SECTIONS)
    def test_libraries(self, library, section):
        moved = [Values(*map(library.array, values(seed))) for seed in (1, 2)]
        mask = MASKS["unequal"]
        found = library.compiled(lambda p, q, m: loss(**section)(p, q, mask=m))(*moved, library.array(mask))
        expected = loss(**section)(values(1), values(2), mask=mask)
        assert_within(library.numpy(found), expected, 2e-15 * expected)
