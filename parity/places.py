"""Where in an output a known defect can show: what differs elsewhere is not explained by it.

Each function takes the case, the name of the output and the output; it returns booleans that broadcast to its
shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from parity.case import Inputs
from parity.leaves import parts_of
from refdp.certification import budget
from refdp.io.serialized import deserialize
from refdp.neighbors.images import extend, wrap
from refdp.neighbors.table import neighbor_list
from refdp.nn import activations
from refdp.system import System

__all__ = [
    "Place",
    "as_without_images",
    "in_parts",
    "not_a_number",
    "nowhere",
    "rows_with_ties",
    "shifted_rows",
    "virtual_rows",
    "where_softplus_is_cut",
]

Mask = NDArray[np.bool_]
Place: TypeAlias = Callable[[Inputs, str, NDArray[Any]], Mask]


def in_parts(
    where: Place, applies: Callable[[Inputs], bool], inputs: Inputs, name: str, value: NDArray[Any]
) -> Mask:
    """Explain the columns of those children of a hybrid that a defect applies to, where it explains them."""
    axis = {"descriptor": -1, "rot_mat": -2}[name]
    masks, start = [], 0
    for part in parts_of(inputs):
        width = _width(part, name)
        mine = value.take(range(start, start + width), axis=axis)
        found = where(part, name, mine) if applies(part) else np.zeros((), dtype=np.bool_)
        masks.append(np.broadcast_to(found, mine.shape))
        start += width
    return np.concatenate(masks, axis=axis)


def _width(part: Inputs, name: str) -> int:
    """Return how many columns of the descriptor, or rows of the rotation matrix, a child has."""
    out = getattr(deserialize(part.data).call(*part.call), name)
    return 0 if out is None else int(out.shape[-1 if name == "descriptor" else -2])


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
    mixed = descriptor.mixed_types
    nlist = neighbor_list(extended, system.natoms, descriptor.rcut, descriptor.sel, mixed_types=mixed)
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
    """Explain NaNs in the descriptor, and in the rotation matrix that comes with it."""
    del inputs
    return np.isnan(value) & (name in ("descriptor", "rot_mat"))


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
