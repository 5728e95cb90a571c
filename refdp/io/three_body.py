"""The dictionary of se_e3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refdp.io.codec import (
    Codec,
    env_mat,
    read_nets,
    read_statistics,
    read_written_options,
    written_options,
    written_statistics,
)
from refdp.io.collection import collection_to_dict

__all__ = ["THREE_BODY"]

# In the order in which DeePMD-kit writes them, so that files can be compared as text.
OPTIONS = (
    "rcut",
    "rcut_smth",
    "sel",
    "neuron",
    "resnet_dt",
    "set_davg_zero",
    "activation_function",
    "precision",
)
OPTIONS_BEHIND_NETS = ("exclude_types", "env_protection")


def _write(descriptor: Any) -> dict[str, Any]:
    options = descriptor.options
    # DeePMD-kit sets the nets of excluded pairs to zero here, which centres of other types still need.
    return written_options(options, OPTIONS) | {
        "embeddings": collection_to_dict(descriptor.embeddings, options),
        "env_mat": env_mat(options),
        **written_options(options, OPTIONS_BEHIND_NETS),
        "@variables": written_statistics(descriptor),
        **written_options(options, ("type_map", "trainable")),
    }


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    options = read_written_options(cls, data, ("rcut", "rcut_smth", "sel", "env_mat"))
    nets = read_nets(data, options, 2)
    return cls(options, *read_statistics(cls, data, options), nets)


THREE_BODY = Codec(_write, _read, written_version=2, last_version=3)
