"""What the three DeePMD-kit backends share: which class a dictionary belongs to, and who builds the table."""

from __future__ import annotations

import importlib
from typing import Any

from parity.case import Inputs
from refdp.errors import UnsupportedError

__all__ = ["descriptor_class"]


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
    module, name = classes[kind]
    return getattr(importlib.import_module(module), name)
