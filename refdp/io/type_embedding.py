"""The type embedding as DeePMD-kit's dictionary; its inputs are made anew, not stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from refdp.errors import InputError, SerializationError, unexpected
from refdp.initialize_mixed import type_inputs
from refdp.io.networks import check_version, embedding_net_from_dict, embedding_net_to_dict, get
from refdp.namespaces import precision_name
from refdp.nn.type_embedding import TypeEmbedding

__all__ = ["type_embedding_from_dict", "type_embedding_to_dict"]


def type_embedding_to_dict(embedding: TypeEmbedding, options: Any) -> dict[str, Any]:
    """Return the dictionary of the type embedding of a descriptor with these options."""
    plain = msgspec.structs.replace(options, resnet_dt=False)
    return {
        "@class": "TypeEmbedNet",
        "@version": 2,
        "ntypes": embedding.ntypes,
        "neuron": list(embedding.net.neuron),
        "resnet_dt": False,
        "precision": precision_name(options.precision),
        "activation_function": "Linear",
        "trainable": options.trainable,
        "padding": True,
        "use_econf_tebd": options.use_econf_tebd,
        "use_tebd_bias": embedding.net.layers[0].b is not None,
        "type_map": None if options.type_map is None else list(options.type_map),
        "embedding": embedding_net_to_dict(embedding.net, plain),
    }


def type_embedding_from_dict(data: Any, options: Any) -> TypeEmbedding:
    """Return the type embedding of a dictionary; its own net decides whether there is a bias.

    Raises
    ------
    SerializationError
        A key is missing, a version unknown, or widths do not fit the options.
    """
    get({"type_embedding": data}, "type_embedding", Mapping, "data")
    check_version(data, 2, "type_embedding")
    net = embedding_net_from_dict(
        get(data, "embedding", Mapping, "type_embedding"), "type_embedding.embedding"
    )
    inputs = _inputs(options)
    if net.in_dim != inputs.shape[1] or net.neuron[-1] != options.tebd_dim:
        what = f"input width {inputs.shape[1]} and output width `tebd_dim` = {options.tebd_dim}"
        raise unexpected("type_embedding.embedding", (net.in_dim, net.neuron[-1]), what, SerializationError)
    return TypeEmbedding(net, inputs)


def _inputs(options: Any) -> Any:
    try:
        return type_inputs(options)
    except InputError as error:
        raise SerializationError(str(error)) from None
