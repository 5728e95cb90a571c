"""The dictionaries of se_e2_a and se_e2_r."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refdp.io.codec import (
    Codec,
    check_width,
    env_mat,
    read_statistics,
    read_written_options,
    written_options,
    written_statistics,
)
from refdp.io.networks import collection_from_dict, collection_to_dict, get
from refdp.nn.collection import NetworkCollection

__all__ = ["OPTIONS", "TWO_BODY", "read_nets"]

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
    nets = read_nets(data, options)
    shape = len(options.slots), sum(options.slots), cls.columns
    davg, dstd = (read_statistics(data, name, shape) for name in ("davg", "dstd"))
    return cls(options, davg, dstd, nets)


def read_nets(data: Mapping[str, Any], options: Any) -> NetworkCollection:
    """Return the nets of a two-body descriptor: one a type, or one a pair of types, as `type_one_side` says.

    Raises
    ------
    SerializationError
        Their number or their widths are others than the options say.
    """
    ndim = 1 if options.type_one_side else 2
    nets = collection_from_dict(get(data, "embeddings", Mapping, "data"), ndim, len(options.slots))
    for k, net in enumerate(nets.networks):
        check_width(net, 1, options, f"embeddings.networks[{k}]")
    return nets


TWO_BODY = Codec(_write, _read, written_version=2, last_version=3)
