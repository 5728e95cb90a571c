"""What the three DeePMD-kit backends share: which class a dictionary belongs to, and who builds the table."""

from __future__ import annotations

import importlib
from typing import Any

from parity.case import Inputs
from refdp.errors import UnsupportedError
from refdp.io.serialized import deserialize

__all__ = ["descriptor_class", "list_layout"]


def descriptor_class(inputs: Inputs, classes: dict[str, tuple[str, str]]) -> Any:
    """Return the class, imported, that a backend has for a serialized descriptor.

    Parameters
    ----------
    inputs
        The case.
    classes
        Module and class by `type` key.
    """
    kind = inputs.data["type"]
    if kind not in classes:
        message = f"has no {kind}"
        raise UnsupportedError(message)
    if "smooth_form" in inputs.data:
        # An unknown key to it; its own TensorFlow part has no key for what it computes instead.
        message = "has no smooth_form"
        raise UnsupportedError(message)
    module, name = classes[kind]
    return getattr(importlib.import_module(module), name)


def list_layout(inputs: Inputs) -> tuple[float, list[int], bool]:
    """Return cutoff and slots of the neighbour list, and whether types are mixed in it."""
    descriptor = deserialize(inputs.data)
    return descriptor.rcut, list(descriptor.sel), descriptor.mixed_types
