"""Layers and embedding nets as DeePMD-kit's dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.errors import InputError, SerializationError, unexpected
from refdp.namespaces import precision_name, to_numpy
from refdp.nn.activations import parse_activation
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer

__all__ = [
    "check_version",
    "embedding_net_from_dict",
    "embedding_net_to_dict",
    "flag",
    "floats",
    "get",
    "get_floats",
    "layer_from_dict",
    "layer_to_dict",
    "layers_from_dict",
]


def get(data: Any, key: str, kind: type | tuple[type, ...], where: str) -> Any:
    """Return `data[key]`, checked to be of a kind.

    Raises
    ------
    SerializationError
        `data` is not a dictionary, the key is missing, or its value is something else.
    """
    if not isinstance(data, Mapping):
        raise unexpected(where, data, "a dictionary", SerializationError)
    if key not in data:
        message = f"`{where}.{key}`: missing; the keys are {', '.join(map(str, data))}"
        raise SerializationError(message)
    if not isinstance(data[key], kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        raise unexpected(
            f"{where}.{key}", data[key], " or ".join(k.__name__ for k in kinds), SerializationError
        )
    return data[key]


def get_floats(data: Any, key: str, where: str) -> NDArray[Any]:
    """Return a copy of the array `data[key]`.

    Raises
    ------
    SerializationError
        It is missing, no array, or not of finite real numbers.
    """
    return floats(get(data, key, np.ndarray, where), f"{where}.{key}")


def floats(value: Any, where: str) -> NDArray[Any]:
    """Return a copy of `value` as an array of real numbers, all of them finite.

    Raises
    ------
    SerializationError
        It is something else.
    """
    try:
        x = np.array(value)
    except ValueError:
        raise unexpected(where, value, "an array of real numbers", SerializationError) from None
    if x.dtype.kind not in "fiu" and x.dtype.name != "bfloat16":
        raise unexpected(where, x.dtype, "an array of real numbers", SerializationError)
    if not np.all(np.isfinite(x)):
        raise unexpected(where, x, "finite numbers", SerializationError)
    return x


def check_version(data: Mapping[str, Any], last: int, where: str) -> None:
    """Raise SerializationError where `@version`, 1 if missing, is not one of 1 to `last`."""
    version = data.get("@version", 1)
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= last:
        raise unexpected(f"{where}.@version", version, f"1 to {last}", SerializationError)


def layer_to_dict(layer: Layer, precision: str, trainable: bool) -> dict[str, Any]:
    """Return the dictionary of a layer."""
    arrays = {"w": layer.w, "b": layer.b, "idt": layer.idt}
    return {
        "@class": "Layer",
        "@version": 2,
        "bias": layer.b is not None,
        "use_timestep": layer.idt is not None,
        "activation_function": layer.activation_function or "none",
        "resnet": layer.resnet,
        "precision": precision,
        "trainable": trainable,
        "@variables": {name: None if x is None else to_numpy(x).copy() for name, x in arrays.items()},
    }


def layer_from_dict(data: Any, where: str = "layer") -> Layer:
    """Return the layer of a dictionary; the arrays decide which parts it has.

    Raises
    ------
    SerializationError
        A key is missing, a version unknown, or a shape does not fit.
    """
    variables = get(data, "@variables", Mapping, where)
    check_version(data, 2, where)
    w = get_floats(variables, "w", where)
    if w.ndim != 2:
        raise unexpected(f"{where}.w", w.shape, "two axes, (n_in, n_out)", SerializationError)
    return Layer(
        w=w,
        b=_vector(variables, "b", w.shape[1], where),
        idt=_vector(variables, "idt", w.shape[1], where),
        activation_function=_activation(data.get("activation_function"), where),
        resnet=flag(data, "resnet", False, where),
    )


def flag(data: Mapping[str, Any], key: str, default: bool, where: str) -> bool:
    """Return `data[key]`, checked to be true or false, or the default where there is no such key.

    Raises
    ------
    SerializationError
        It is something else.
    """
    value = data.get(key, default)
    if not isinstance(value, bool | np.bool_):
        raise unexpected(f"{where}.{key}", value, "true or false", SerializationError)
    return bool(value)


def _vector(variables: Mapping[str, Any], name: str, n_out: int, where: str) -> Any:
    if variables.get(name) is None:
        return None
    x = floats(variables[name], f"{where}.{name}").ravel()
    if x.shape != (n_out,):
        raise unexpected(
            f"{where}.{name}", x.shape, f"{n_out} numbers, one for each column of w", SerializationError
        )
    return x


def embedding_net_to_dict(net: EmbeddingNet, options: Any) -> dict[str, Any]:
    """Return the dictionary of an embedding net of a descriptor with these options."""
    precision = precision_name(options.precision)
    return {
        "@class": "EmbeddingNetwork",
        "@version": 2,
        "in_dim": net.in_dim,
        "neuron": list(net.neuron),
        "activation_function": net.layers[0].activation_function,
        "resnet_dt": options.resnet_dt,
        "bias": net.layers[0].b is not None,
        "precision": precision,
        "layers": [layer_to_dict(layer, precision, options.trainable) for layer in net.layers],
    }


def embedding_net_from_dict(data: Any, where: str = "network") -> EmbeddingNet:
    """Return the embedding net of a dictionary.

    Raises
    ------
    SerializationError
        As in `layer_from_dict`; or a layer does not take what the one before it gives.
    """
    return EmbeddingNet(layers_from_dict(data, where))


def layers_from_dict(data: Any, where: str, last_version: int = 2) -> tuple[Layer, ...]:
    """Return the layers of the dictionary of a net.

    Raises
    ------
    SerializationError
        As in `layer_from_dict`; or there are none, or a layer does not take what the one before it gives.
    """
    found = get(data, "layers", list, where)
    check_version(data, last_version, where)
    layers = tuple(layer_from_dict(d, f"{where}.layers[{k}]") for k, d in enumerate(found))
    if not layers:
        raise unexpected(f"{where}.layers", found, "at least one layer", SerializationError)
    for k, (first, second) in enumerate(pairwise(layers)):
        if first.w.shape[1] != second.w.shape[0]:
            what = f"{first.w.shape[1]} rows, the width of the layer before"
            raise unexpected(f"{where}.layers[{k + 1}].w", second.w.shape, what, SerializationError)
    return layers


def _activation(name: Any, where: str) -> str | None:
    try:
        parse_activation(name)
    except InputError as error:
        raise SerializationError(f"`{where}`: {error}") from None
    checked: str | None = name
    return checked
