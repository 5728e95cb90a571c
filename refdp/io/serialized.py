"""Parts of models as DeePMD-kit's dictionaries: what 3.2.0 writes and reads, older versions included."""

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
from refdp.io.fitting import FITTING, POLAR_FITTING, PROPERTY_FITTING
from refdp.io.hybrid import HYBRID
from refdp.io.masked import MASKED
from refdp.io.model import MODELS, model_from_dict, model_to_dict
from refdp.io.networks import check_version
from refdp.io.three_body import THREE_BODY
from refdp.io.three_body_tebd import THREE_BODY_TEBD
from refdp.io.two_body import TWO_BODY
from refdp.models.base import Model
from refdp.models.fitting import Fitting
from refdp.models.fittings import fitting_class
from refdp.models.scalar import DosFitting, EnergyFitting, InvarFitting, PropertyFitting
from refdp.models.tensor import DipoleFitting, PolarFitting

__all__ = ["CODECS", "FITTING_CODECS", "deserialize", "deserialize_descriptor", "serialize"]

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

FITTING_CODECS: dict[type[Fitting], Codec] = {
    DipoleFitting: FITTING,
    DosFitting: FITTING,
    EnergyFitting: FITTING,
    InvarFitting: FITTING,
    PolarFitting: POLAR_FITTING,
    PropertyFitting: PROPERTY_FITTING,
}


def serialize(part: Any) -> dict[str, Any]:
    """Return the dictionary of a part or model; nothing of it is changed, nor shared with it."""
    if isinstance(part, Model):
        return model_to_dict(part)
    if isinstance(part, Fitting):
        codec = FITTING_CODECS[type(part)]
        return {"@class": "Fitting", "@version": codec.written_version} | codec.write(part)
    return _serialized_descriptor(part)


def _serialized_descriptor(descriptor: Any) -> dict[str, Any]:
    codec = CODECS[type(descriptor)]
    head = {
        "@class": "Descriptor",
        "type": descriptor.written_name,
        "@version": codec.written_version,
    }
    return head | codec.write(descriptor)


def deserialize(data: Mapping[str, Any]) -> Any:
    """Return the descriptor, fitting net or model of a dictionary, its arrays exactly as they are stored.

    All versions that DeePMD-kit 3.2.0 reads are read. A missing key stands for the default of DeePMD-kit's
    classes, which is not that of its input file.

    Raises
    ------
    SerializationError
        A key is missing or unknown, a version unknown, a value impossible, or a shape does not fit.
    UnsupportedError
        A descriptor is compressed, or a fitting net has options that only the TensorFlow backend has.
    """
    if not isinstance(data, Mapping):
        raise unexpected("data", data, "a dictionary", SerializationError)
    tag, kind = (found if isinstance(found := data.get(key), str) else "" for key in ("@class", "type"))
    if tag == "Model" or kind in MODELS:
        return model_from_dict(data)
    return (_fitting if tag == "Fitting" else deserialize_descriptor)(data)


def _fitting(data: Mapping[str, Any]) -> Fitting:
    cls = fitting_class(data.get("type"), SerializationError)
    codec = FITTING_CODECS[cls]
    check_version(data, codec.last_version, "data")
    found: Fitting = codec.read(cls, data)
    return found


def deserialize_descriptor(data: Any) -> Descriptor:
    """Return the descriptor of a dictionary, as `deserialize` does; nothing else will do."""
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
