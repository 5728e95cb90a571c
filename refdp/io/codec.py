"""What the dictionaries of descriptors have in common: options, statistics and the switch's own section."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refdp.config import read_options
from refdp.errors import ConfigError, SerializationError, unexpected
from refdp.io.collection import collection_from_dict
from refdp.io.networks import get, get_floats
from refdp.namespaces import precision_name, to_numpy
from refdp.nn.collection import NetworkCollection

__all__ = [
    "TAGS",
    "Codec",
    "env_mat",
    "read_nets",
    "read_statistics",
    "read_written_options",
    "written_options",
    "written_statistics",
]

TAGS = frozenset({"@class", "@version", "type", "env_mat", "embeddings", "@variables", "compress", "ntypes"})
"""Keys of a descriptor's dictionary that are no options."""


class Codec(NamedTuple):
    """How one class of descriptors stands in a dictionary.

    Attributes
    ----------
    write
        From a descriptor to everything behind `@class`, `type` and `@version`.
    read
        From the class and a dictionary, whose version is known to be fine, to a descriptor.
    written_version
        What is written, unless `write` says something else.
    last_version
        The highest that is read.
    """

    write: Callable[[Any], dict[str, Any]]
    read: Callable[[Any, Mapping[str, Any]], Any]
    written_version: int
    last_version: int


def written_options(options: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return those of the options `names` that there are, in this order, as plain lists and numbers."""
    data = {key: _plain(getattr(options, key)) for key in names if hasattr(options, key)}
    if "precision" in data:
        data["precision"] = precision_name(data["precision"])
    return data


def env_mat(options: Any) -> dict[str, Any]:
    """Return the section on the switch, which repeats options and is read by nobody."""
    return {
        "rcut": options.rcut,
        "rcut_smth": options.rcut_smth,
        "protection": options.env_protection,
        "use_exp_switch": False,
    }


def written_statistics(descriptor: Any) -> dict[str, Any]:
    """Return copies of `davg` and `dstd`."""
    return {name: to_numpy(getattr(descriptor, name)).copy() for name in ("davg", "dstd")}


def read_written_options(
    cls: Any, data: Mapping[str, Any], required: Iterable[str], tags: Iterable[str] = TAGS
) -> Any:
    """Return the options of a dictionary; what is absent stands for the default of DeePMD-kit's classes.

    Raises
    ------
    SerializationError
        A required key is missing, a key is unknown, or a value impossible.
    """
    for key in required:
        get(data, key, object, "data")
    section = cls.absent | {key: value for key, value in data.items() if key not in set(tags)}
    if section.get("activation_function", "") is None:
        section["activation_function"] = "none"
    try:
        options = read_options(cls.options_type, section)
    except ConfigError as error:
        raise SerializationError(str(error)) from None
    if isinstance(section["sel"], str):
        raise unexpected("sel", section["sel"], "a list of integers", SerializationError)
    return options


def read_statistics(cls: Any, data: Mapping[str, Any], options: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return `davg` and `dstd` of a class of descriptors with these options, exactly as stored.

    Raises
    ------
    SerializationError
        The shape is another, a number is not finite, or a width not positive.
    """
    shape = (options.type_count, sum(options.slots), cls.columns)
    return _one_of_statistics(data, "davg", shape), _one_of_statistics(data, "dstd", shape)


def _one_of_statistics(data: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    x = get_floats(get(data, "@variables", Mapping, "data"), name, "data.@variables")
    if x.shape != shape:
        what = f"shape (ntypes, nnei, columns) = {shape}"
        raise unexpected(f"@variables.{name}", x.shape, what, SerializationError)
    if name == "dstd" and not np.all(x > 0):
        raise unexpected(f"@variables.{name}", x, "finite numbers above zero", SerializationError)
    return x


def read_nets(
    data: Mapping[str, Any], options: Any, ndim: int, key: str = "embeddings", in_dim: int = 1
) -> NetworkCollection:
    """Return the nets `data[key]` of a descriptor with these options, by `ndim` types.

    Raises
    ------
    SerializationError
        Their number or their widths are others than the options say.
    """
    nets = collection_from_dict(get(data, key, Mapping, "data"), ndim, options.type_count, key)
    for k, net in enumerate(nets.networks):
        _check_width(net, in_dim, options, f"{key}.networks[{k}]")
    return nets


def _check_width(net: Any, in_dim: int, options: Any, where: str) -> None:
    if net.in_dim != in_dim or net.neuron != options.neuron:
        what = f"input width {in_dim} and layers {list(options.neuron)}, as `neuron` says"
        raise unexpected(where, (net.in_dim, list(net.neuron)), what, SerializationError)


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
