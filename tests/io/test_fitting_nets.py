"""Fitting nets and their collections as dictionaries."""

from __future__ import annotations

import copy

import pytest

from refdp.errors import SerializationError
from refdp.io.fitting_nets import (
    fitting_net_from_dict,
    fitting_net_to_dict,
    fitting_nets_from_dict,
    fitting_nets_to_dict,
)
from tests.fittings import fitting
from tests.helpers import differences

MADE = fitting(trainable=[True, False, True])
NET, NETS = (
    fitting_net_to_dict(MADE.nets.networks[0], MADE.options),
    fitting_nets_to_dict(MADE.nets, MADE.options),
)


class TestFittingNetToDict:
    def test_keys(self):
        head = {key: value for key, value in NET.items() if key != "layers"}
        assert head == {
            "@class": "FittingNetwork",
            "@version": 1,
            "in_dim": 5,
            "out_dim": 1,
            "neuron": [5, 10],
            "activation_function": "tanh",
            "resnet_dt": True,
            "precision": "float64",
            "bias_out": True,
        }
        assert [layer["trainable"] for layer in NET["layers"]] == [True, False, True]
        assert [layer["resnet"] for layer in NET["layers"]] == [True, True, False]

    def test_shares_nothing_with_the_net(self):
        NET["layers"][0]["@variables"]["w"][:] += 0.0
        assert NET["layers"][0]["@variables"]["w"] is not MADE.nets.networks[0].layers[0].w


class TestFittingNetFromDict:
    def test_round_trip(self):
        again = fitting_net_to_dict(fitting_net_from_dict(NET), MADE.options)
        assert differences(again, NET) == []

    def test_layers_keep_what_the_options_do_not_say(self):
        # As DeePMD-kit's PyTorch writes them.
        frozen = fitting(trainable=False)
        again = fitting_net_to_dict(fitting_net_from_dict(NET), frozen.options)
        assert [layer["trainable"] for layer in again["layers"]] == [True, False, True]

    def test_layers_that_do_not_say_are_trainable(self):
        data = copy.deepcopy(NET)
        for layer in data["layers"]:
            del layer["trainable"]
        assert fitting_net_from_dict(data).trainable == (True, True, True)

    @pytest.mark.parametrize("activation", ["gelu", "none"])
    def test_no_hidden_layers(self, activation):
        made = fitting(neuron=[], activation_function=activation)
        data = fitting_net_to_dict(made.nets.networks[0], made.options)
        assert (data["neuron"], data["activation_function"]) == ([], activation)
        assert [layer["activation_function"] for layer in data["layers"]] == ["none"]
        assert differences(fitting_net_to_dict(fitting_net_from_dict(data), made.options), data) == []

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda d: d.update({"@version": 2}), "`network.@version`: expected 1 to 1, got 2"),
            (lambda d: d.pop("layers"), "`network.layers`: missing"),
            (lambda d: d.update(layers=[]), "`network.layers`: expected at least one layer"),
            (
                lambda d: d["layers"][1].update(trainable=[True]),
                r"`network.layers\[1\].trainable`: expected true or false",
            ),
            (lambda d: d["layers"].pop(1), r"`network.layers\[1\].w`: expected 5 rows"),
        ],
    )
    def test_mistakes(self, change, message):
        data = copy.deepcopy(NET)
        change(data)
        with pytest.raises(SerializationError, match=message):
            fitting_net_from_dict(data)


class TestFittingNetsToDict:
    @pytest.mark.parametrize(("mixed", "ndim", "count"), [(False, 1, 3), (True, 0, 1)])
    def test_keys(self, mixed, ndim, count):
        made = fitting(mixed=mixed)
        data = fitting_nets_to_dict(made.nets, made.options)
        assert (data["network_type"], data["ndim"], data["ntypes"]) == ("fitting_network", ndim, 3)
        assert len(data["networks"]) == count


class TestFittingNetsFromDict:
    def test_round_trip(self):
        assert differences(fitting_nets_to_dict(fitting_nets_from_dict(NETS, 1, 3), MADE.options), NETS) == []

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"network_type": "embedding_network"}, "`nets.network_type`: expected 'fitting_network'"),
            ({"ndim": 0}, "`nets.ndim`: expected 1"),
            ({"ntypes": 2}, "`nets.ntypes`: expected 3"),
            ({"networks": NETS["networks"][:2]}, r"`nets.networks`: expected 3 \*\* 1 = 3 nets"),
        ],
    )
    def test_mistakes(self, changes, message):
        with pytest.raises(SerializationError, match=message):
            fitting_nets_from_dict(NETS | changes, 1, 3)
