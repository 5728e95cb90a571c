"""Where in an output a known defect can show: what differs elsewhere is not explained by it.

Each function takes the case, the name of the output and the output; it returns booleans that broadcast to its
shape.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from parity.case import Inputs
from refdp.certification import budget
from refdp.io.serialized import deserialize
from refdp.neighbors.images import extend, wrap
from refdp.neighbors.table import neighbor_list
from refdp.nn import activations
from refdp.system import System

__all__ = [
    "as_without_images",
    "not_a_number",
    "nowhere",
    "rows_with_ties",
    "shifted_rows",
    "virtual_rows",
    "where_softplus_is_cut",
]

Mask = NDArray[np.bool_]


def nowhere(inputs: Inputs, name: str, value: NDArray[Any]) -> Mask:
    """Explain nothing."""
    del inputs, name, value
    return np.zeros((), dtype=np.bool_)


def as_without_images(inputs: Inputs, name: str, value: NDArray[Any]) -> Mask:
    """Explain numbers that are those of the same atoms without periodic images."""
    system = System(wrap(inputs.coords, inputs.cell), inputs.atype)  # type: ignore[arg-type]  # there is a cell
    descriptor = deserialize(inputs.data)
    extended = extend(system, descriptor.rcut)
    coord_ext, atype_ext, mapping = extended
    nlist = neighbor_list(extended, system.natoms, descriptor.rcut, descriptor.sel)
    return _like(descriptor, name, value, coord_ext, atype_ext, nlist, mapping)


def _like(descriptor: Any, name: str, value: NDArray[Any], *arguments: Any) -> Mask:
    """Return which numbers are what our own code gives for these arguments, within twice the budget."""
    imitation, allowed = (
        getattr(f(*arguments), name) for f in (descriptor.call, partial(budget, descriptor))
    )
    # Both are within the budget of the same truth.
    alike: Mask = np.abs(value - imitation) <= 2.0 * allowed
    return alike


def shifted_rows(inputs: Inputs, name: str, value: NDArray[Any]) -> Mask:
    """Explain rows of centres that get nets of another type when virtual atoms shift the groups.

    The centres of all frames are sorted by type, virtual ones first; the groups are then cut off as if there
    were no virtual ones.
    """
    if name == "sw":
        return np.zeros((), dtype=np.bool_)
    atype = inputs.atype.ravel()
    taken_for = np.full_like(atype, -1)
    real = np.sort(atype[atype >= 0])
    taken_for[np.argsort(atype, kind="stable")[: real.size]] = real
    wrong = (taken_for != atype).reshape(inputs.atype.shape)
    return wrong.reshape(*wrong.shape, *(1,) * (value.ndim - 2)) & np.isfinite(value)


def virtual_rows(inputs: Inputs, name: str, value: NDArray[Any]) -> Mask:
    """Explain rows of virtual centres that are those of the last type without neighbours."""
    if name == "sw":
        return np.zeros((), dtype=np.bool_)
    coord_ext, atype_ext, nlist, mapping = inputs.call
    descriptor = deserialize(inputs.data)
    last = np.where(atype_ext < 0, descriptor.ntypes - 1, atype_ext)
    virtual: Mask = (inputs.atype < 0).reshape(*inputs.atype.shape, *(1,) * (value.ndim - 2))
    return virtual & _like(descriptor, name, value, coord_ext, last, nlist, mapping)


def not_a_number(inputs: Inputs, name: str, value: NDArray[Any]) -> Mask:
    """Explain NaNs in the descriptor."""
    del inputs
    return np.isnan(value) & (name == "descriptor")


def where_softplus_is_cut(inputs: Inputs, name: str, value: NDArray[Any]) -> Mask:
    """Explain numbers that are those of our own code when its softplus is cut at 20."""
    whole = activations.softplus

    def cut(x: Any) -> Any:
        return np.where(x > 20.0, x, whole(x))

    descriptor = deserialize(inputs.data)
    allowed = getattr(budget(descriptor, *inputs.call), name)
    before = getattr(descriptor.call(*inputs.call), name)
    with patch.dict(activations.ACTIVATIONS, softplus=cut):
        imitation = getattr(descriptor.call(*inputs.call), name)
    alike: Mask = np.abs(value - imitation) <= 2.0 * allowed
    return alike & (before != imitation)


def rows_with_ties(inputs: Inputs, name: str, value: NDArray[Any]) -> Mask:
    """Explain rows of centres whose list is cut among neighbours at one distance."""
    del name
    nf, nloc, width = inputs.nlist.shape
    d = np.linalg.norm(inputs.coord_ext[:, None] - inputs.coord_ext[:, :nloc, None], axis=-1)
    d[:, np.arange(nloc), np.arange(nloc)] = np.inf
    d = np.where((inputs.atype_ext < 0)[:, None], np.inf, d)
    nearest = np.sort(d, axis=-1)
    if nearest.shape[-1] <= width:
        return np.zeros((), dtype=np.bool_)
    last, first_lost = nearest[..., width - 1], nearest[..., width]
    tie: Mask = (last == first_lost) & (last <= inputs.data["rcut"])
    return tie.reshape(nf, nloc, *(1,) * (value.ndim - 2)) & np.isfinite(value)
