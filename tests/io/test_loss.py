"""Dictionaries of losses: round trips, DeePMD-kit's own, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError, SerializationError
from refdp.io.loss import deserialize_loss, serialize_loss
from refdp.losses import (
    DOSLoss,
    DOSLossOptions,
    EnergyLoss,
    EnergyLossOptions,
    PropertyLoss,
    PropertyLossOptions,
    TensorLoss,
    TensorLossOptions,
)
from tests.helpers import differences

HESSIAN = EnergyLoss(EnergyLossOptions(limit_pref_h=1.0))
LOSSES = [
    (EnergyLoss(EnergyLossOptions()), 1e-3),
    (EnergyLoss(EnergyLossOptions(use_huber=True, huber_delta=(0.1, 0.2, 0.3), f_use_norm=True)), 1e-3),
    (EnergyLoss(EnergyLossOptions(relative_f=0.5, start_pref_gf=1.0, numb_generalized_coord=2)), 2e-3),
    (HESSIAN, 1e-3),
    (DOSLoss(DOSLossOptions(start_pref_cdf=3.0), 4), 1e-3),
    (TensorLoss(TensorLossOptions(pref=1.0, pref_atomic=0.5, enable_atomic_weight=True)), None),
    (PropertyLoss(PropertyLossOptions(metric=("mae", "rmse")), "gap", 2, True, (0.1, 0.2), (1.0, 2.0)), None),
    (PropertyLoss(PropertyLossOptions(), "gap"), None),
]
GOOD = serialize_loss(*LOSSES[0])


class TestSerializeLoss:
    @pytest.mark.parametrize(("loss", "start_lr"), LOSSES)
    def test_round_trip(self, loss, start_lr):
        data = serialize_loss(loss, start_lr)
        found = deserialize_loss(data)
        assert found.start_lr == start_lr
        assert type(found.loss) is type(loss)
        assert vars(found.loss) == vars(loss)
        assert differences(serialize_loss(*found), data) == []

    def test_versions(self):
        assert GOOD["@version"] == 4
        assert "start_pref_h" not in GOOD
        assert serialize_loss(HESSIAN, 1e-3)["@version"] == 5
        assert list(GOOD)[:4] == ["@class", "@version", "starter_learning_rate", "start_pref_e"]

    @pytest.mark.parametrize("rate", [None, 0.0, -1.0, float("nan")])
    @pytest.mark.parametrize("loss", [LOSSES[0][0], LOSSES[4][0]])
    def test_needs_a_learning_rate(self, loss, rate):
        with pytest.raises(InputError, match="`start_lr`: expected the learning rate where training starts"):
            serialize_loss(loss, rate)

    @pytest.mark.parametrize(("loss", "start_lr"), LOSSES)
    def test_deepmd_reads_and_writes_the_same(self, loss, start_lr):
        pytest.importorskip("deepmd.dpmodel")
        from deepmd.dpmodel.loss import dos, ener, property, tensor  # noqa: A004  # its name

        classes = [dos.DOSLoss, ener.EnergyLoss, property.PropertyLoss, tensor.TensorLoss]
        theirs = {cls.__name__: cls for cls in classes}
        data = serialize_loss(loss, start_lr)
        written = theirs[data["@class"]].deserialize(data).serialize()
        assert differences(written, data) == []
        assert vars(deserialize_loss(written).loss) == vars(loss)


class TestDeserializeLoss:
    def test_missing_keys_are_defaults_of_the_numpy_class(self):
        theirs = pytest.importorskip("deepmd.dpmodel.loss.dos")
        head = {"@class": "EnergyLoss", "@version": 1, "starter_learning_rate": 1e-3}
        assert deserialize_loss(head) == (EnergyLoss(EnergyLossOptions()), 1e-3)
        short = {"@class": "DOSLoss", "@version": 1, "starter_learning_rate": 1e-3, "numb_dos": 4}
        full = theirs.DOSLoss.deserialize(dict(short)).serialize()
        assert deserialize_loss(short) == deserialize_loss(full)

    @pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
    def test_versions(self, version):
        assert deserialize_loss(GOOD | {"@version": version}) == LOSSES[0]

    def test_spread_as_arrays(self):
        data = serialize_loss(*LOSSES[6])
        for bias in (np.array([0.1, 0.2]), np.array([[0.1, 0.2]]), [[0.1, 0.2]]):
            assert vars(deserialize_loss(data | {"out_bias": bias}).loss) == vars(LOSSES[6][0])

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ([], "`data`: expected a dictionary"),
            ({}, "`data.@class`: missing"),
            (GOOD | {"@class": "Loss"}, "`data.@class`: expected one of EnergyLoss"),
            ({k: v for k, v in GOOD.items() if k != "@version"}, "`data.@version`: missing"),
            (GOOD | {"@version": 6}, "version"),
            (GOOD | {"@version": 0}, "version"),
            (
                {k: v for k, v in GOOD.items() if k != "starter_learning_rate"},
                "starter_learning_rate`: missing",
            ),
            (GOOD | {"starter_learning_rate": "fast"}, "`data.starter_learning_rate`: expected int or float"),
            (GOOD | {"start_pref_q": 1.0}, "`start_pref_q`: unknown key"),
            (GOOD | {"start_pref_e": -1.0}, "`start_pref_e`: expected a finite number"),
            (serialize_loss(*LOSSES[5]) | {"@version": 2}, "version"),
            (serialize_loss(*LOSSES[5]) | {"tensor_size": "3"}, "`data.tensor_size`: expected int"),
            (serialize_loss(*LOSSES[6]) | {"out_std": [1.0]}, "`data.out_std`: expected 2 numbers"),
            (serialize_loss(*LOSSES[6]) | {"out_std": ["a", "b"]}, "`data.out_std`: expected 2 numbers"),
            (
                serialize_loss(*LOSSES[6]) | {"out_std": [1.0, 0.0]},
                "`data.out_std`: expected numbers above zero",
            ),
            (serialize_loss(*LOSSES[6]) | {"task_dim": 0}, "`data.task_dim`: expected a whole number of 1"),
        ],
    )
    def test_refused(self, data, message):
        with pytest.raises(SerializationError, match=message):
            deserialize_loss(data)
