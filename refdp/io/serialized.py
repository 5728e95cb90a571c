"""Descriptors as DeePMD-kit's dictionaries: what 3.2.0 writes and reads, older versions included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refdp.descriptors import (
    Descriptor,
    Hybrid,
    SeAMask,
    SeAtten,
    SeAttenV2,
    SeE2A,
    SeE2R,
    SeE3,
    SeE3Tebd,
    descriptor_class,
)
from refdp.errors import SerializationError, UnsupportedError, unexpected
from refdp.io.attention import ATTENTION
from refdp.io.codec import Codec
from refdp.io.hybrid import HYBRID
from refdp.io.masked import MASKED
from refdp.io.networks import check_version
from refdp.io.three_body import THREE_BODY
from refdp.io.three_body_tebd import THREE_BODY_TEBD
from refdp.io.two_body import TWO_BODY

__all__ = ["CODECS", "deserialize", "serialize"]

CODECS: dict[type[Descriptor], Codec] = {
    Hybrid: HYBRID,
    SeAMask: MASKED,
    SeAtten: ATTENTION,
    SeAttenV2: ATTENTION,
    SeE2A: TWO_BODY,
    SeE2R: TWO_BODY,
    SeE3: THREE_BODY,
    SeE3Tebd: THREE_BODY_TEBD,
}


def serialize(descriptor: Any) -> dict[str, Any]:
    """Return the dictionary of a descriptor; nothing of the descriptor is changed, nor shared with it."""
    codec = CODECS[type(descriptor)]
    head = {
        "@class": "Descriptor",
        "type": descriptor.written_name,
        "@version": codec.written_version,
    }
    return head | codec.write(descriptor)


def deserialize(data: Mapping[str, Any]) -> Descriptor:
    """Return the descriptor of a dictionary, with its arrays exactly as they are stored.

    All versions that DeePMD-kit 3.2.0 reads are read. A missing key stands for the default of DeePMD-kit's
    classes, which is not that of its input file.

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
    codec = CODECS[cls]
    check_version(data, codec.last_version, "data")
    if data.get("compress"):
        message = "`compress`: tables are not evaluated yet; without this key the exact nets are"
        raise UnsupportedError(message)
    found: Descriptor = codec.read(cls, data)
    return found
