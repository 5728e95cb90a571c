"""The truth about a whole model: certified numbers, and what rounding may do to each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parity.models.case import ModelInputs
from parity.models.own import arrays_of, model_of, parameters_of, system_of
from parity.truth import parts
from refdp.blocks import find_neighbors

__all__ = ["budget_of", "truth_of"]


def truth_of(inputs: ModelInputs) -> dict[str, dict[str, NDArray[Any]]]:
    """Return, by output, the arrays `head`, `tail`, `radius` and `budget`; see `parity.truth.truth_of`.

    A model has a precision of its own, perhaps one for each of its parts: there is one truth.
    """
    from refdp.certified_models import model_truth

    model = model_of(inputs)
    exact: Any = model_truth(model, system_of(model, inputs), *parameters_of(model, inputs))
    allowed = budget_of(inputs)
    enclosures: dict[str, Any] = arrays_of(exact)
    return {name: parts(x.balls) | {"budget": allowed[name]} for name, x in enclosures.items()}


def budget_of(inputs: ModelInputs) -> dict[str, NDArray[Any]]:
    """Return, by output, what rounding may do to each number.

    A virial may be formed of positions instead of displacements, as PyTorch's and JAX' are: what rounding may
    do to a force, times how far out the force acts, is added.
    """
    from refdp.certified_models import model_budget

    model = model_of(inputs)
    system = system_of(model, inputs)
    allowed = arrays_of(model_budget(model, system, *parameters_of(model, inputs)))
    if "forces" in allowed:
        lever = 2.0 * allowed["forces"][..., None] * _reach(model, system)
        allowed["atom_virial"] = allowed["atom_virial"] + lever
        allowed["virial"] = allowed["virial"] + lever.sum(axis=1)
    return allowed


def _reach(model: Any, system: Any) -> float:
    """Return the largest coordinate of any image that somebody sees, in angstrom."""
    coord_ext = find_neighbors(model, system).extended.coord_ext
    return float(np.max(np.abs(coord_ext), initial=0.0))
