"""Fitting nets and their collections as DeePMD-kit's dictionaries."""

from __future__ import annotations

from typing import Any

from refdp.io.collection import collection_from_dict, collection_to_dict
from refdp.io.networks import flag, layer_to_dict, layers_from_dict
from refdp.namespaces import precision_name
from refdp.nn.collection import NetworkCollection
from refdp.nn.fitting_net import FittingNet

__all__ = [
    "fitting_net_from_dict",
    "fitting_net_to_dict",
    "fitting_nets_from_dict",
    "fitting_nets_to_dict",
]

KIND = "fitting_network"


def fitting_net_to_dict(net: FittingNet, options: Any) -> dict[str, Any]:
    """Return the dictionary of a fitting net with these options."""
    precision, named = precision_name(options.precision), net.layers[0] if net.neuron else options
    trainable = options.trainable_layers if net.trainable is None else net.trainable
    return {
        "@class": "FittingNetwork",
        "@version": 1,
        "in_dim": net.in_dim,
        "out_dim": net.out_dim,
        "neuron": list(net.neuron),
        "activation_function": named.activation_function or "none",
        "resnet_dt": options.resnet_dt,
        "precision": precision,
        "bias_out": net.layers[-1].b is not None,
        "layers": [
            layer_to_dict(layer, precision, own) for layer, own in zip(net.layers, trainable, strict=True)
        ],
    }


def fitting_net_from_dict(data: Any, where: str = "network") -> FittingNet:
    """Return the fitting net of a dictionary.

    Raises
    ------
    SerializationError
        As in `refdp.io.networks.layers_from_dict`; or `trainable` of a layer is neither true nor false.
    """
    layers = layers_from_dict(data, where, last_version=1)
    # Where the layers of a net differ, DeePMD-kit's PyTorch writes `false` for all into the options.
    trainable = tuple(
        flag(layer, "trainable", True, f"{where}.layers[{k}]") for k, layer in enumerate(data["layers"])
    )
    return FittingNet(layers, trainable)


def fitting_nets_to_dict(nets: NetworkCollection, options: Any) -> dict[str, Any]:
    """Return the dictionary of the fitting nets of all types."""
    return collection_to_dict(nets, options, KIND, fitting_net_to_dict)


def fitting_nets_from_dict(data: Any, ndim: int, ntypes: int, where: str = "nets") -> NetworkCollection:
    """Return the fitting nets of a dictionary, which must have `ntypes ** ndim` of them.

    Raises
    ------
    SerializationError
        As in `refdp.io.networks.collection_from_dict`.
    """
    return collection_from_dict(data, ndim, ntypes, where, KIND, fitting_net_from_dict)
