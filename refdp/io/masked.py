"""The dictionary of se_a_mask: that of se_e2_a without a cutoff and without statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refdp.io.codec import TAGS, Codec, read_nets, read_written_options, written_options
from refdp.io.collection import collection_to_dict
from refdp.io.two_body import OPTIONS

__all__ = ["MASKED"]

# The rest has no meaning here, and is refused as unknown.
OWN_TAGS = TAGS - {"env_mat", "@variables"}


def _write(descriptor: Any) -> dict[str, Any]:
    options = descriptor.options
    return written_options(options, OPTIONS) | {
        "embeddings": collection_to_dict(descriptor.embeddings, options),
        **written_options(options, ("type_map",)),
    }


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    options = read_written_options(cls, data, ("sel",), OWN_TAGS)
    return cls(options, read_nets(data, options, 1 if options.type_one_side else 2))


# DeePMD-kit has no dictionary of its own for this descriptor: these numbers are ours.
MASKED = Codec(_write, _read, written_version=2, last_version=2)
