"""Collections of nets as DeePMD-kit's dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from refdp.errors import SerializationError, unexpected
from refdp.io.networks import check_version, embedding_net_from_dict, embedding_net_to_dict, get
from refdp.nn.collection import NetworkCollection

__all__ = ["collection_from_dict", "collection_to_dict"]

EMBEDDING = "embedding_network"

Write: TypeAlias = Callable[[Any, Any], dict[str, Any]]
Read: TypeAlias = Callable[[Any, str], Any]


def collection_to_dict(
    collection: NetworkCollection, options: Any, kind: str = EMBEDDING, write: Write = embedding_net_to_dict
) -> dict[str, Any]:
    """Return the dictionary of a collection, each net as `write` makes it of the net and the options."""
    return {
        "@class": "NetworkCollection",
        "@version": 1,
        "ndim": collection.ndim,
        "ntypes": collection.ntypes,
        "network_type": kind,
        "networks": [write(net, options) for net in collection.networks],
    }


def collection_from_dict(
    data: Any,
    ndim: int,
    ntypes: int,
    where: str = "embeddings",
    kind: str = EMBEDDING,
    read: Read = embedding_net_from_dict,
) -> NetworkCollection:
    """Return the collection of a dictionary, which must have `ntypes ** ndim` nets that `read` can read.

    Raises
    ------
    SerializationError
        As in `embedding_net_from_dict`; or the number of nets or their kind is another.
    """
    networks = get(data, "networks", list, where)
    check_version(data, 1, where)
    found = data.get("network_type", kind)
    if not isinstance(found, str) or found != kind:
        raise unexpected(f"{where}.network_type", found, f"'{kind}'", SerializationError)
    # A single net does not depend on types; its collection may still count those of an older type map.
    ntypes = ntypes if ndim else data.get("ntypes", ntypes)
    for key, expected in (("ndim", ndim), ("ntypes", ntypes)):
        if not _is(data.get(key, expected), expected):
            raise unexpected(
                f"{where}.{key}", data[key], f"{expected}, as the options say", SerializationError
            )
    if len(networks) != ntypes**ndim:
        what = f"{ntypes} ** {ndim} = {ntypes**ndim} nets"
        raise unexpected(f"{where}.networks", len(networks), what, SerializationError)
    nets = [read(d, f"{where}.networks[{k}]") for k, d in enumerate(networks)]
    return NetworkCollection(ndim, ntypes, tuple(nets))


def _is(value: Any, expected: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and value == expected
