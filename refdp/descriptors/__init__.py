"""The descriptors, one file each, and the table of their names."""

from __future__ import annotations

from typing import Any

from refdp.descriptors.base import Descriptor, DescriptorOutput
from refdp.descriptors.se_e2_a import SeE2A
from refdp.descriptors.se_e2_r import SeE2R
from refdp.errors import InputError, unexpected

__all__ = ["DESCRIPTORS", "Descriptor", "DescriptorOutput", "SeE2A", "SeE2R", "descriptor_class"]

DESCRIPTORS: tuple[type[Descriptor], ...] = (SeE2A, SeE2R)


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
