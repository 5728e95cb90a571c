"""The descriptors, one file each, and the table of their names."""

from __future__ import annotations

from typing import Any

from refdp.descriptors.base import Descriptor, DescriptorOutput
from refdp.descriptors.hybrid import Hybrid
from refdp.descriptors.se_a_mask import SeAMask
from refdp.descriptors.se_atten import SeAtten
from refdp.descriptors.se_atten_v2 import SeAttenV2
from refdp.descriptors.se_e2_a import SeE2A
from refdp.descriptors.se_e2_r import SeE2R
from refdp.descriptors.se_e3 import SeE3
from refdp.descriptors.se_e3_tebd import SeE3Tebd
from refdp.errors import InputError, unexpected

__all__ = [
    "DESCRIPTORS",
    "Descriptor",
    "DescriptorOutput",
    "Hybrid",
    "SeAMask",
    "SeAtten",
    "SeAttenV2",
    "SeE2A",
    "SeE2R",
    "SeE3",
    "SeE3Tebd",
    "descriptor_class",
]

DESCRIPTORS: tuple[type[Descriptor], ...] = (
    Hybrid,
    SeAMask,
    SeAtten,
    SeAttenV2,
    SeE2A,
    SeE2R,
    SeE3,
    SeE3Tebd,
)


def descriptor_class(name: Any, error: type[InputError] = InputError) -> type[Descriptor]:
    """Return the class that a `type` key names.

    Raises
    ------
    InputError
        No descriptor has that name.
    """
    for cls in DESCRIPTORS:
        if isinstance(name, str) and name in cls.names:
            return cls
    known = ", ".join(name for cls in DESCRIPTORS for name in cls.names)
    raise unexpected("type", name, f"one of {known}", error)
