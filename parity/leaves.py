"""A hybrid taken apart: its children, however deep, the same for cases, configurations and dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import array_api_compat.numpy as xp
import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.case import Inputs
from refdp.descriptors import Hybrid
from refdp.io.serialized import deserialize
from refdp.neighbors.environment import Environment, environment
from refdp.neighbors.table import split_by_type

__all__ = ["Leaf", "leaves", "parts_of", "roomy", "statistics_of", "with_option", "with_statistics_of"]

# Options that are refused where another one, the first, is at its default.
TOGETHER = {"smooth_type_embedding": ("smooth_form",)}


class Leaf(NamedTuple):
    """A descriptor that is not made of others, what it sees, and its switch `(nf, nloc, nnei)`."""

    descriptor: Any
    env: Environment
    w: NDArray[np.float64]


def leaves(descriptor: Any, inputs: Inputs) -> list[Leaf]:
    """Return a descriptor that is no hybrid itself, of a hybrid all that it is made of."""
    return list(_leaves(descriptor.to(xp, "float64"), environment(*inputs.call)))


def _leaves(descriptor: Any, env: Environment) -> Iterator[Leaf]:
    if isinstance(descriptor, Hybrid):
        for child, part in zip(descriptor.children, descriptor.cut(env), strict=True):
            yield from _leaves(child, part)
    else:
        yield Leaf(descriptor, env, np.asarray(descriptor.describe(env).sw)[..., 0])


def parts_of(inputs: Inputs) -> list[Inputs]:
    """Return a case of a descriptor that is no hybrid itself, of a hybrid one case for each it is made of."""
    if "list" not in inputs.data:
        return [inputs]
    hybrid = deserialize(inputs.data)
    lists = _lists(hybrid, inputs)
    children = (
        msgspec.structs.replace(inputs, data=data, nlist=nlist)
        for data, nlist in zip(inputs.data["list"], lists, strict=True)
    )
    return [part for child in children for part in parts_of(child)]


def _lists(hybrid: Any, inputs: Inputs) -> list[NDArray[np.int64]]:
    """Return the neighbour table of each child, cut as `Hybrid.cut` cuts environments."""
    by_type, most = inputs.nlist, hybrid.sel
    if hybrid.mixed_types and (plain := [x.sel for x in hybrid.children if not x.mixed_types]):
        most = tuple(map(max, zip(*plain, strict=True)))
        by_type = split_by_type(inputs.nlist, inputs.atype_ext, most)
    starts = np.cumsum((0, *most[:-1]))

    def blocks(sel: Iterable[int]) -> NDArray[np.int64]:
        return np.concatenate([by_type[..., a : a + n] for a, n in zip(starts, sel, strict=True)], axis=-1)

    return [
        inputs.nlist[..., : child.nnei] if child.mixed_types else blocks(child.sel)
        for child in hybrid.children
    ]


def roomy(config: Mapping[str, Any], slots: int) -> dict[str, Any]:
    """Return a configuration with as many slots for each type."""
    if "list" in config:
        return dict(config) | {"list": [roomy(child, slots) for child in config["list"]]}
    sel = config["sel"]
    return dict(config) | {"sel": slots if isinstance(sel, int) else [slots] * len(sel)}


def with_option(config: Mapping[str, Any], name: str) -> tuple[dict[str, Any], Any]:
    """Return a configuration with an option, `0.rcut` in a child, at its default; and what it was."""
    number, dot, rest = name.partition(".")
    if not dot:
        gone = (name, *TOGETHER.get(name, ()))
        return {key: value for key, value in config.items() if key not in gone}, config[name]
    children = list(config["list"])
    children[int(number)], value = with_option(children[int(number)], rest)
    return dict(config) | {"list": children}, value


def statistics_of(data: Mapping[str, Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return mean and width of a serialized descriptor, those of all children in one row."""
    parts = [leaf["@variables"] for leaf in _dictionaries(data)]
    davg, dstd = (np.concatenate([part[name].ravel() for part in parts]) for name in ("davg", "dstd"))
    return davg, dstd


def with_statistics_of(data: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Give a serialized descriptor the statistics of another one that has as many slots."""
    for mine, theirs in zip(_dictionaries(data), _dictionaries(other), strict=True):
        if "@variables" in theirs:
            mine["@variables"] |= {name: theirs["@variables"][name] for name in ("davg", "dstd")}


def _dictionaries(data: Mapping[str, Any]) -> Iterator[Any]:
    for part in data.get("list", ()):
        yield from _dictionaries(part)
    if "list" not in data:
        yield data
