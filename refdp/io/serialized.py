"""Descriptors as DeePMD-kit's dictionaries: what 3.2.0 writes and reads, older versions included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refdp.config import read_options
from refdp.descriptors import Descriptor, descriptor_class
from refdp.errors import ConfigError, SerializationError, UnsupportedError, unexpected
from refdp.io.networks import check_version, collection_from_dict, collection_to_dict, get, get_floats
from refdp.namespaces import precision_name, to_numpy

__all__ = ["deserialize", "serialize"]

TAGS = {"@class", "@version", "type", "env_mat", "embeddings", "@variables", "compress", "ntypes"}
LAST_VERSION = 3
WRITTEN_VERSION = 2
# In the order in which DeePMD-kit writes them, so that files can be compared as text.
WRITTEN_OPTIONS = (
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


def serialize(descriptor: Any) -> dict[str, Any]:
    """Return the dictionary of a descriptor; nothing of the descriptor is changed, nor shared with it."""
    options = descriptor.options
    data: dict[str, Any] = {
        "@class": "Descriptor",
        "type": descriptor.written_name,
        "@version": WRITTEN_VERSION,
    }
    data |= {key: _plain(getattr(options, key)) for key in WRITTEN_OPTIONS if hasattr(options, key)}
    data["precision"] = precision_name(options.precision)
    data["env_mat"] = {
        "rcut": options.rcut,
        "rcut_smth": options.rcut_smth,
        "protection": options.env_protection,
        "use_exp_switch": False,
    }
    data["embeddings"] = collection_to_dict(descriptor.embeddings, options)
    data["@variables"] = {"davg": to_numpy(descriptor.davg).copy(), "dstd": to_numpy(descriptor.dstd).copy()}
    data["type_map"] = _plain(options.type_map)
    return data


def deserialize(data: Mapping[str, Any]) -> Descriptor:
    """Return the descriptor of a dictionary, with its arrays exactly as they are stored.

    Versions 1 to 3 are read. A missing key stands for the default of DeePMD-kit's classes, which is not that
    of its input file.

    Raises
    ------
    SerializationError
        A key is missing or unknown, a version unknown, a value impossible, or a shape does not fit.
    UnsupportedError
        The descriptor is compressed.
    """
    if not isinstance(data, Mapping):
        raise unexpected("data", data, "a dictionary", SerializationError)
    cls = descriptor_class(data.get("type"), SerializationError)
    check_version(data, LAST_VERSION, "data")
    if data.get("compress"):
        message = "`compress`: tables are not evaluated yet; without this key the exact nets are"
        raise UnsupportedError(message)
    get(data, "env_mat", object, "data")
    options = _options(cls, data)
    ndim = 1 if options.type_one_side else 2
    nets = collection_from_dict(get(data, "embeddings", Mapping, "data"), ndim, len(options.slots))
    _check_widths(nets, options)
    davg, dstd = (_statistics(cls, data, name, options) for name in ("davg", "dstd"))
    return cls(options, davg, dstd, nets)  # type: ignore[call-arg]


def _options(cls: type[Descriptor], data: Mapping[str, Any]) -> Any:
    for key in ("rcut", "rcut_smth", "sel"):
        get(data, key, object, "data")
    section = cls.absent | {key: value for key, value in data.items() if key not in TAGS}
    if section.get("activation_function", "") is None:
        section["activation_function"] = "none"
    try:
        options = read_options(cls.options_type, section)
    except ConfigError as error:
        raise SerializationError(str(error)) from None
    if isinstance(section["sel"], str):
        raise unexpected("sel", section["sel"], "a list of integers", SerializationError)
    return options


def _check_widths(nets: Any, options: Any) -> None:
    for k, net in enumerate(nets.networks):
        if net.in_dim != 1 or net.neuron != options.neuron:
            what = f"input width 1 and layers {list(options.neuron)}, as `neuron` says"
            came = (net.in_dim, list(net.neuron))
            raise unexpected(f"embeddings.networks[{k}]", came, what, SerializationError)


def _statistics(cls: type[Descriptor], data: Mapping[str, Any], name: str, options: Any) -> Any:
    x = get_floats(get(data, "@variables", Mapping, "data"), name, "data.@variables")
    shape = (len(options.slots), sum(options.slots), cls.columns)
    if x.shape != shape:
        raise unexpected(
            f"@variables.{name}", x.shape, f"shape (ntypes, nnei, columns) = {shape}", SerializationError
        )
    if not np.all(np.isfinite(x.astype(np.float64))) or (name == "dstd" and not np.all(x > 0)):
        expected = "finite numbers" + (" above zero" if name == "dstd" else "")
        raise unexpected(f"@variables.{name}", x, expected, SerializationError)
    return x


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
