"""The loss of densities of states: by hand, libraries, DeePMD-kit."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from refdp.losses import DOSLoss, DOSLossOptions, Values
from refdp.losses.dos import cumulative
from tests.helpers import EPS, assert_within
from tests.losses.cases import MASKS

NONE = {"start_pref_ados": 0.0, "limit_pref_ados": 0.0}
EVERY = {
    f"{side}_pref_{key}": x
    for key in ("dos", "cdf", "ados", "acdf")
    for side, x in (("start", 2.0), ("limit", 0.5))
}


def values(seed=0):
    rng = np.random.default_rng(seed)
    return Values(rng.normal(size=(3, 4)), rng.normal(size=(3, 5, 4)))


def loss(rule="either", **section):
    return DOSLoss(msgspec.convert(section, DOSLossOptions), 4, rule)


class TestCumulative:
    def test_values(self, library):
        x = np.random.default_rng(0).normal(size=(2, 3, 7))
        found = library.numpy(cumulative(library.array(x)))
        assert_within(found, np.cumsum(x, axis=-1), 16 * EPS)


class TestDOSLoss:
    ZERO = Values(np.zeros((1, 4)), np.zeros((1, 2, 4)))
    LABEL = Values(np.array([[1.0, -1.0, 2.0, 0.0]]), np.array([[[1.0, 0, 0, 0], [0, 0, 0, 2.0]]]))

    @pytest.mark.parametrize(
        ("key", "value"), [("dos", 6 / 4), ("cdf", 9 / 4), ("ados", 5 / 8), ("acdf", 1.0)]
    )
    def test_by_hand(self, key, value):
        section = NONE | {f"start_pref_{key}": 3.0, f"limit_pref_{key}": 1.0}
        assert loss(**section)(self.ZERO, self.LABEL, 0.5, 1.0) == 2 * value
        assert loss(**section).terms(self.ZERO, self.LABEL) == {key: value}

    def test_mask(self):
        mask = np.array([[False, True]])
        assert loss().terms(self.ZERO, self.LABEL, mask) == {"ados": 1.0}

    def test_what_counts(self):
        half = EVERY | {"limit_pref_cdf": 0.0}
        assert list(loss(**half).terms(self.ZERO, self.LABEL)) == ["dos", "cdf", "ados", "acdf"]
        assert list(loss("both", **half).terms(self.ZERO, self.LABEL)) == ["dos", "ados", "acdf"]
        assert list(loss(**half).terms(self.ZERO, Values(self.LABEL.total))) == ["dos", "cdf"]

    @pytest.mark.parametrize("mask", MASKS)
    def test_beside_deepmd(self, mask):
        theirs = pytest.importorskip("deepmd.dpmodel.loss.dos")
        prediction, label = values(1), values(2)
        given = {"dos": prediction.total, "atom_dos": prediction.atomic}
        if MASKS[mask] is not None:
            given["mask"] = MASKS[mask].astype(float)
        wanted = {"dos": label.total, "atom_dos": label.atomic, "find_dos": 1.0, "find_atom_dos": 1.0}
        expected = theirs.DOSLoss(1e-3, 4, **EVERY).call(3e-4, 5, given, wanted)[0]
        found = loss(**EVERY)(prediction, label, 3e-4, 1e-3, MASKS[mask])
        assert_within(found, expected, 2e-15 * expected)

    def test_libraries(self, library):
        moved = [Values(library.array(v.total), library.array(v.atomic)) for v in (values(1), values(2))]
        mask = MASKS["unequal"]
        f = library.compiled(lambda p, q, m: loss(**EVERY)(p, q, 3e-4, 1e-3, m))
        expected = loss(**EVERY)(values(1), values(2), 3e-4, 1e-3, mask)
        assert_within(library.numpy(f(*moved, library.array(mask))), expected, 4e-15 * expected)
