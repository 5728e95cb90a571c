"""The dictionaries of se_e2_a and se_e2_r."""

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

__all__ = ["OPTIONS", "TWO_BODY"]

# In the order in which DeePMD-kit writes them, so that files can be compared as text.
OPTIONS = (
    "rcut",
    "rcut_smth",
    "sel",
    "neuron",
    "axis_neuron",
    "resnet_dt",
    "trainable",
    "type_one_side",
    "exclude_types",
    "env_protection",
    "set_davg_zero",
    "activation_function",
    "precision",
    "spin",
)


def _write(descriptor: Any) -> dict[str, Any]:
    options = descriptor.options
    return written_options(options, OPTIONS) | {
        "env_mat": env_mat(options),
        "embeddings": collection_to_dict(descriptor.embeddings, options),
        "@variables": written_statistics(descriptor),
        **written_options(options, ("type_map",)),
    }


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    options = read_written_options(cls, data, ("rcut", "rcut_smth", "sel", "env_mat"))
    nets = read_nets(data, options, 1 if options.type_one_side else 2)
    return cls(options, *read_statistics(cls, data, options), nets)


TWO_BODY = Codec(_write, _read, written_version=2, last_version=3)
