"""The truth about a case: certified values, and what rounding may do to each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parity.backends.backend import OUTPUTS
from parity.case import Inputs
from refdp.certification import budget, truth

__all__ = ["BITS", "descriptor_at", "parts", "truth_of"]

BITS = {"float64": 53, "float32": 24}


def truth_of(inputs: Inputs) -> dict[str, Any]:
    """Return, by precision and output, the arrays `head`, `tail`, `radius`, `budget`; None where undefined.

    The truth is `head + tail`, two float64 numbers that together hold some 106 bits, within `radius`. A
    descriptor whose own precision is float32 has no truth in float64.
    """
    own = inputs.case.precision
    return {name: _at(inputs, name) for name in BITS if BITS[name] <= BITS[own]}


def descriptor_at(inputs: Inputs, precision: str) -> Any:
    """Return the descriptor of a case with its arrays rounded to a precision."""
    import array_api_compat.numpy as xp

    from refdp.io.serialized import deserialize

    return deserialize(inputs.data).to(xp, precision)


def parts(balls: Any) -> dict[str, NDArray[np.float64]]:
    """Return `head`, `tail` and `radius` of balls: their sum is within `radius` of the exact number."""
    from refdp.namespaces.balls import deviation, midpoint

    head = midpoint(balls)
    rest = balls - head
    tail = midpoint(rest)
    return {"head": head, "tail": tail, "radius": deviation(rest, tail)}


def _at(inputs: Inputs, precision: str) -> dict[str, Any]:
    descriptor = descriptor_at(inputs, precision)
    exact = truth(descriptor, *inputs.call)
    allowed = budget(descriptor, *inputs.call, bits=BITS[precision])
    return {
        name: None if x is None else parts(x) | {"budget": b}
        for name, x, b in zip(OUTPUTS, exact, allowed, strict=True)
    }
