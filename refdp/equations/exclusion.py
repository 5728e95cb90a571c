"""Exclusion: pairs of types that must not see each other."""

from __future__ import annotations

from collections.abc import Iterable

from jaxtyping import Bool, Int

from refdp._typing import Array
from refdp.namespaces import array_namespace

__all__ = ["pair_mask"]


def pair_mask(
    center_type: Int[Array, "nf nloc"],
    neighbor_type: Int[Array, "nf nloc nnei"],
    exclude_types: Iterable[tuple[int, int]],
) -> Bool[Array, "nf nloc nnei"]:
    r"""Return :math:`M_{ij}`: false where the types of centre and neighbour are an excluded pair.

    Equation {eq}`eq-exclusion` of the book. A pair excludes both ways round; empty slots are never excluded.

    Parameters
    ----------
    center_type
        `(nf, nloc)` int.
    neighbor_type
        `(nf, nloc, nnei)` int, -1 in empty slots.
    exclude_types
        Pairs of types.
    """
    xp = array_namespace(neighbor_type)
    center = xp.broadcast_to(center_type[..., None], neighbor_type.shape)
    kept = xp.ones_like(neighbor_type, dtype=xp.bool)
    for a, b in exclude_types:
        one_way = (center == a) & (neighbor_type == b)
        other_way = (center == b) & (neighbor_type == a)
        kept = kept & ~(one_way | other_way)
    return kept
