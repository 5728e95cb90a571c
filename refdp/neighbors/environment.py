"""The one thing that descriptors eat: displacements, validity, types and owners of the neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int

from refdp._typing import Array, Namespace
from refdp.namespaces import array_namespace, device_of

__all__ = ["Environment", "Gather", "environment"]


@dataclass(frozen=True, eq=False)
class Environment:
    """Neighbourhoods of `nf` frames of `nloc` centres with `nnei` slots each.

    Attributes
    ----------
    displacement
        `(nf, nloc, nnei, 3)`, neighbour minus centre in angstrom; zero in empty slots.
    valid
        `(nf, nloc, nnei)` bool, false in empty slots.
    center_type
        `(nf, nloc)` int, negative for a virtual centre.
    neighbor_type
        `(nf, nloc, nnei)` int, -1 in empty slots.
    owner
        `(nf, nloc, nnei)` int, the local atom that the neighbour is an image of; 0 in empty slots.
    first_type
        `(nf, 1)` int, the type of extended atom 0, which descriptors of mixed types lend to empty slots;
        `(nf, 0)` where there are no atoms.
    """

    displacement: Float[Array, "nf nloc nnei 3"]
    valid: Bool[Array, "nf nloc nnei"]
    center_type: Int[Array, "nf nloc"]
    neighbor_type: Int[Array, "nf nloc nnei"]
    owner: Int[Array, "nf nloc nnei"]
    first_type: Int[Array, "nf first"]


def environment(
    coord_ext: Float[Array, "nf nall 3"],
    atype_ext: Int[Array, "nf nall"],
    nlist: Int[Array, "nf nloc nnei"],
    mapping: Int[Array, "nf nall"] | None = None,
    centers: Int[Array, " nloc"] | None = None,
) -> Environment:
    """Gather the environment of each centre from extended coordinates and a neighbour table.

    A slot whose entry is negative, or that points at a virtual atom, is empty.

    Parameters
    ----------
    coord_ext
        `(nf, nall, 3)` positions of local atoms and their periodic images, in angstrom.
    atype_ext
        `(nf, nall)` int, their types; negative for virtual atoms.
    nlist
        `(nf, nloc, nnei)` int, indices along `nall`; negative for an empty slot.
    mapping
        `(nf, nall)` int, the local atom behind each extended one; each its own by default.
    centers
        `(nloc,)` int, the extended index of the centre of each row; `0 .. nloc-1` by default.
    """
    xp = array_namespace(nlist)
    nf, nloc, _ = nlist.shape
    if centers is None:
        centers = xp.arange(nloc, dtype=nlist.dtype, device=device_of(nlist))
    neighbors = Gather(xp, xp.where(nlist < 0, 0, nlist), coord_ext.shape[1])
    middles = Gather(xp, xp.broadcast_to(centers, (nf, nloc)), coord_ext.shape[1])
    neighbor_type = neighbors(atype_ext)
    valid = (nlist >= 0) & (neighbor_type >= 0)
    owner = neighbors.index if mapping is None else neighbors(mapping)
    displacement = neighbors(coord_ext) - middles(coord_ext)[:, :, None, :]
    fp = array_namespace(coord_ext)
    return Environment(
        displacement=fp.where(valid[..., None], displacement, fp.zeros_like(displacement)),
        valid=valid,
        center_type=middles(atype_ext),
        neighbor_type=xp.where(valid, neighbor_type, -1),
        owner=xp.where(valid, owner, 0),
        first_type=atype_ext[:, : min(atype_ext.shape[1], 1)],
    )


class Gather:
    """`values[f, index[f, ...]]` by one flat `take`, the only gather that every library has alike."""

    def __init__(self, xp: Namespace, index: Array, nall: int) -> None:
        self.index = index
        # In the default integer: a narrow one holds each index, but not the number of all atoms.
        frames = xp.arange(index.shape[0], device=device_of(index)) * nall
        start = xp.reshape(frames, (-1,) + (1,) * (index.ndim - 1))
        self._flat = xp.reshape(xp.astype(index, frames.dtype) + start, (-1,))

    def __call__(self, values: Array) -> Array:
        """Return the `(nf, ..., tail)` of values `(nf, nall, tail)`."""
        xp = array_namespace(values)
        tail = values.shape[2:]
        rows = xp.reshape(values, (values.shape[0] * values.shape[1], *tail))
        return xp.reshape(xp.take(rows, self._flat, axis=0), (*self.index.shape, *tail))
