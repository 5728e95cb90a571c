"""Where a calculation goes wrong first: the first named step whose error budget is exceeded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parity.backends.backend import Backend, Evaluate
from parity.case import Inputs
from parity.compare import used
from parity.truth import BITS, descriptor_at, parts
from refdp.certification import budget, truth
from refdp.trace import Trace, record

__all__ = ["PREFIX", "first_wrong_step", "localizer"]

PREFIX = "localize:"


def localizer(backend: Backend) -> Backend:
    """Return a backend that runs another one and answers with its first wrong step instead of its outputs."""

    def start() -> Evaluate:
        evaluate = backend.start()

        def locate(inputs: Inputs) -> dict[str, str]:
            with record() as trace:
                evaluate(inputs)
            return {"step": first_wrong_step(inputs, trace, backend.arithmetic(inputs.case))}

        return locate

    return Backend(f"{PREFIX}{backend.name}", start, variables=backend.variables)


def first_wrong_step(inputs: Inputs, trace: Trace, precision: str) -> str:
    """Return the name of the first step beyond its budget, an empty text where all are within.

    Parameters
    ----------
    inputs
        The case.
    trace
        The steps of the calculation in question, on any library's arrays.
    precision
        The precision in which it was done.
    """
    descriptor = descriptor_at(inputs, precision)
    with record() as exact:
        truth(descriptor, *inputs.call)
    with record() as allowed:
        budget(descriptor, *inputs.call, bits=BITS[precision])
    for right, bound in zip(exact, allowed, strict=True):
        if right.name not in trace.names or _wrong(trace.value(right.name), right.value, bound.value):
            return right.name
    return ""


def _wrong(value: Any, right: Any, bound: Any) -> bool:
    from refdp.namespaces.budgets import radius

    array = _numpy(value)
    if array.shape != right.shape:
        return True
    return not bool(np.all(used(array, parts(right) | {"budget": radius(bound)}) <= 1.0))


def _numpy(value: Any) -> NDArray[Any]:
    return value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)
