"""The dictionaries of hybrids: those of their children in a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refdp.descriptors.hybrid import check_nesting
from refdp.errors import InputError, SerializationError, inside, unexpected
from refdp.io.codec import Codec
from refdp.io.networks import get

__all__ = ["HYBRID"]

KEYS = ("@class", "type", "@version", "list")


def _write(descriptor: Any) -> dict[str, Any]:
    return {"list": [child.serialize() for child in descriptor.children]}


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    from refdp.io.serialized import deserialize_descriptor

    _check_head(data)
    check_nesting(data, SerializationError)
    children = []
    for k, part in enumerate(data["list"]):
        with inside(f"list[{k}]"):
            children.append(deserialize_descriptor(part))
    try:
        return cls(tuple(children))
    except InputError as error:
        raise SerializationError(str(error)) from None


def _check_head(data: Mapping[str, Any]) -> None:
    """Raise SerializationError where a tag is missing or another, which in hybrids alone is not allowed.

    The value of `@version` was looked at before.
    """
    for key in KEYS:
        get(data, key, object, "data")
    if unknown := [key for key in data if key not in KEYS]:
        raise unexpected("data", unknown, f"no keys but {', '.join(KEYS)}", SerializationError)
    if data["@class"] != "Descriptor":
        raise unexpected("data.@class", data["@class"], "Descriptor", SerializationError)
    if not get(data, "list", (list, tuple), "data"):
        raise unexpected("data.list", [], "at least one descriptor", SerializationError)


HYBRID = Codec(_write, _read, written_version=1, last_version=1)
