"""Energies of pairs from a table: cubic pieces between the points of a uniform grid."""

from __future__ import annotations

from jaxtyping import Bool, Float, Int

from refdp._typing import Array
from refdp.namespaces import array_namespace, device_of

__all__ = ["half_sum", "interval", "pair_number", "spline"]


def interval(u: Float[Array, "*shape"], pieces: int) -> Int[Array, "*shape"]:
    r"""Return the number :math:`k` of the piece of each place, :math:`k \le u < k + 1`.

    Equation {eq}`eq-model-spline` of the book. Places before the first piece get 0, those behind the last one
    the last.

    Parameters
    ----------
    u
        Distances from the first point, in steps of the grid, in any shape.
    pieces
        How many pieces there are.

    Notes
    -----
    A bisection, one bit of :math:`k` at a time: balls can be compared with whole numbers, but not truncated.
    """
    xp = array_namespace(u)
    k = xp.broadcast_to(xp.arange(1, device=device_of(u)), u.shape)
    for bit in reversed(range((pieces - 1).bit_length())):
        further = k + 2**bit
        k = xp.where((further < pieces) & (u >= xp.astype(further, u.dtype)), further, k)
    return k


def pair_number(
    center_type: Int[Array, "nf nloc"], neighbor_type: Int[Array, "nf nloc nnei"], ntypes: int
) -> Int[Array, "nf nloc nnei"]:
    r"""Return :math:`n_t t_i + t_j`, where the table of a pair of types stands; type 0 for no atom.

    Parameters
    ----------
    center_type
        `(nf, nloc)` int, negative for virtual atoms.
    neighbor_type
        `(nf, nloc, nnei)` int, -1 in empty slots.
    ntypes
        Number of types.
    """
    xp = array_namespace(neighbor_type)
    center = xp.where(center_type < 0, 0, center_type)[..., None]
    return center * ntypes + xp.where(neighbor_type < 0, 0, neighbor_type)


def spline(
    u: Float[Array, "nf nloc nnei"],
    pair: Int[Array, "nf nloc nnei"],
    coefficients: Float[Array, "npairs pieces 4"],
) -> Float[Array, "nf nloc nnei"]:
    r"""Return :math:`e(u) = ((a_3 x + a_2) x + a_1) x + a_0` with :math:`x = u - k`.

    Equation {eq}`eq-model-spline` of the book; doi:10.1063/1.5098061. Before the first point the first piece
    goes on, behind the last one the last.

    Parameters
    ----------
    u
        `(nf, nloc, nnei)` distances from the first point, in steps of the grid.
    pair
        `(nf, nloc, nnei)` int, the table of each pair.
    coefficients
        `(npairs, pieces, 4)`, :math:`a_3, a_2, a_1, a_0` of each piece of each table, in eV.
    """
    xp, ix = array_namespace(u), array_namespace(pair)
    npairs, pieces, _ = coefficients.shape
    k = interval(u, pieces)
    rows = xp.reshape(coefficients, (npairs * pieces, 4))
    a = xp.reshape(xp.take(rows, ix.reshape(pair * pieces + k, (-1,)), axis=0), (*u.shape, 4))
    x = u - xp.astype(k, u.dtype)
    return ((a[..., 0] * x + a[..., 1]) * x + a[..., 2]) * x + a[..., 3]


def half_sum(e: Float[Array, "nf nloc nnei"], inside: Bool[Array, "nf nloc nnei"]) -> Float[Array, "nf nloc"]:
    r"""Return :math:`E_i = \tfrac12 \sum_j e_{ij}`: each atom has half of the energy of each of its pairs.

    Equation {eq}`eq-model-half` of the book.

    Parameters
    ----------
    e
        `(nf, nloc, nnei)` in eV.
    inside
        `(nf, nloc, nnei)` bool, whether the pair counts.
    """
    xp = array_namespace(e)
    return 0.5 * xp.sum(xp.where(inside, e, xp.zeros_like(e)), axis=-1)
