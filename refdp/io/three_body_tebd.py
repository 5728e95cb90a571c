"""The dictionary of se_e3_tebd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from refdp.io.codec import (
    TAGS,
    Codec,
    env_mat,
    read_nets,
    read_statistics,
    read_written_options,
    written_options,
    written_statistics,
)
from refdp.io.collection import collection_to_dict
from refdp.io.type_embedding import type_embedding_from_dict, type_embedding_to_dict

__all__ = ["THREE_BODY_TEBD"]

REQUIRED = ("rcut", "rcut_smth", "sel", "ntypes", "embeddings", "env_mat", "type_embedding")
# In the order in which DeePMD-kit writes them, so that files can be compared as text.
OPTIONS = (
    "rcut",
    "rcut_smth",
    "sel",
    "ntypes",
    "neuron",
    "tebd_dim",
    "tebd_input_mode",
    "set_davg_zero",
    "activation_function",
    "resnet_dt",
    "concat_output_tebd",
    "use_econf_tebd",
    "type_map",
    "precision",
)
OPTIONS_BEHIND_NETS = ("exclude_types", "env_protection", "smooth")
OWN_TAGS = TAGS - {"ntypes"} | {"type_embedding", "embeddings_strip"}


def _write(descriptor: Any) -> dict[str, Any]:
    options = descriptor.options
    data = written_options(options, OPTIONS) | {
        "sel": list(options.slots),
        "ntypes": descriptor.ntypes,
        "embeddings": collection_to_dict(descriptor.embeddings, options),
        "env_mat": env_mat(options),
        "type_embedding": type_embedding_to_dict(descriptor.type_embedding, options),
        **written_options(options, OPTIONS_BEHIND_NETS),
        "@variables": written_statistics(descriptor),
        "trainable": options.trainable,
    }
    if descriptor.embeddings_strip is not None:
        data["embeddings_strip"] = collection_to_dict(descriptor.embeddings_strip, options)
    return data


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    options = read_written_options(cls, data, REQUIRED, OWN_TAGS)
    types = type_embedding_from_dict(data["type_embedding"], options)
    # Nobody writes this option but the type embedding.
    options = msgspec.structs.replace(options, use_tebd_bias=types.net.layers[0].b is not None)
    width = 2 * options.tebd_dim
    return cls(
        options,
        *read_statistics(cls, data, options),
        types,
        read_nets(data, options, 0, in_dim=1 if options.strip else 1 + width),
        read_nets(data, options, 0, "embeddings_strip", width) if options.strip else None,
    )


THREE_BODY_TEBD = Codec(_write, _read, written_version=1, last_version=2)
