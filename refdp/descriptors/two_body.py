"""What se_e2_a, se_e2_r and se_e3 share: the way from displacements to the standardized environment."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.descriptors.options import TwoBodyOptions
from refdp.equations.environment_matrix import distance, environment_matrix, radial_environment, standardize
from refdp.equations.exclusion import pair_mask
from refdp.equations.switch import switch
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.nn.collection import NetworkCollection
from refdp.trace import step

__all__ = ["embed_by_type", "exclude", "one_sided", "raw_environment", "standardized_environment"]


def raw_environment(
    env: Environment, options: TwoBodyOptions, *, radial: bool = False
) -> tuple[Array, Array]:
    """Return the environment matrix before standardization, and the switch.

    Steps `r`, `w`, `R` of the book.

    Returns
    -------
    tuple
        `(nf, nloc, nnei, 4)`, or `(nf, nloc, nnei, 1)` where `radial`, in 1/angstrom; and `(nf, nloc, nnei)`.
    """
    xp = array_namespace(env.displacement)
    r = step("r", distance(env.displacement, env.valid))
    w = switch(r, options.rcut_smth, options.rcut)
    w = step("w", xp.where(env.valid, w, xp.zeros_like(w)))
    if radial:
        return step("R", radial_environment(r, w, env.valid, options.env_protection)[..., None]), w
    return step("R", environment_matrix(env.displacement, r, w, env.valid, options.env_protection)), w


def exclude(
    rows: Float[Array, "nf nloc nnei ncol"], env: Environment, options: TwoBodyOptions
) -> Float[Array, "nf nloc nnei ncol"]:
    """Return `rows` with those of excluded pairs set to zero."""
    if not options.exclude_types:
        return rows
    xp = array_namespace(rows)
    kept = pair_mask(env.center_type, env.neighbor_type, options.exclude_types)
    return xp.where(kept[..., None], rows, xp.zeros_like(rows))


def standardized_environment(
    env: Environment, options: TwoBodyOptions, davg: Array, dstd: Array
) -> tuple[Array, Array]:
    """Return the standardized, masked environment matrix (step `E`) and the switch."""
    rows, w = raw_environment(env, options, radial=davg.shape[-1] == 1)
    rows = standardize(rows, env.center_type, davg, dstd)
    return step("E", exclude(rows, env, options)), w


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
