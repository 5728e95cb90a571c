"""What the two-body descriptors share: the embedding of slots that are sorted by type."""

from __future__ import annotations

from refdp._typing import Array
from refdp.namespaces import array_namespace
from refdp.nn.collection import NetworkCollection

__all__ = ["embed_by_type", "one_sided"]


def embed_by_type(collection: NetworkCollection, sel: tuple[int, ...], s: Array, center_type: Array) -> Array:
    r"""Return :math:`g_j = N_{b(j)}(s_j)`, or :math:`N_{t_i b(j)}(s_j)` with a net for each pair of types.

    Equations {eq}`eq-embedding-one-side` and {eq}`eq-embedding-two-side` of the book. With nets for pairs, a
    virtual centre has :math:`g = 0`.

    Parameters
    ----------
    collection
        Nets by type of neighbour, or by types of centre and neighbour.
    sel
        Slots of each block.
    s
        `(nf, nloc, nnei)` the radial column.
    center_type
        `(nf, nloc)` int.
    """
    if collection.ndim == 1:
        return _embed_blocks(collection, (), sel, s)
    xp = array_namespace(s)
    total = None
    for a in range(collection.ntypes):
        g = _embed_blocks(collection, (a,), sel, s)
        g = xp.where((center_type == a)[..., None, None], g, xp.zeros_like(g))
        total = g if total is None else total + g
    return total  # type: ignore[return-value]  # a collection has at least one type


def one_sided(collection: NetworkCollection, center_type: int) -> NetworkCollection:
    """Return the nets that centres of one type use, as a collection by type of neighbour."""
    nets = tuple(collection[center_type, b] for b in range(collection.ntypes))
    return NetworkCollection(1, collection.ntypes, nets)


def _embed_blocks(
    collection: NetworkCollection, center: tuple[int, ...], sel: tuple[int, ...], s: Array
) -> Array:
    blocks, start = [], 0
    for b, width in enumerate(sel):
        if width:
            blocks.append(collection[*center, b](s[..., start : start + width, None]))
        start += width
    return array_namespace(s).concat(blocks, axis=-2)
