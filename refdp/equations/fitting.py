"""What stands around fitting nets: normalized parameters before them, tensors that rotate behind them."""

from __future__ import annotations

from jaxtyping import Float, Int

from refdp._typing import Array
from refdp.namespaces import array_namespace, device_of

__all__ = ["dipole", "isotropic", "normalized", "of_type", "polarizability", "polarizability_diagonal"]


def normalized(
    x: Float[Array, "*lead n"], avg: Float[Array, " n"], inv_std: Float[Array, " n"]
) -> Float[Array, "*lead n"]:
    r"""Return :math:`(x - \mu)\,\sigma^{-1}`; the **inverse** of the deviation is what is stored.

    Equation {eq}`eq-fitting-normalized` of the book.

    Parameters
    ----------
    x
        `(..., n)` parameters of frames or atoms, in the unit of the data.
    avg, inv_std
        `(n,)` mean, and one over the deviation.
    """
    return (x - avg) * inv_std


def of_type(table: Float[Array, "ntypes *size"], types: Int[Array, "nf nloc"]) -> Float[Array, "nf nloc ..."]:
    """Return the row of the type of each atom, `(nf, nloc, ...)`; a virtual atom gets that of type 0.

    Parameters
    ----------
    table
        `(ntypes, ...)`.
    types
        `(nf, nloc)` int, negative for virtual atoms.
    """
    xp, ix = array_namespace(table), array_namespace(types)
    index = ix.reshape(ix.where(types < 0, 0, types), (-1,))
    return xp.reshape(xp.take(table, index, axis=0), (*types.shape, *table.shape[1:]))


def dipole(c: Float[Array, "nf nloc m1"], rot_mat: Float[Array, "nf nloc m1 3"]) -> Float[Array, "nf nloc 3"]:
    r"""Return :math:`\mu_i = \sum_k c_{ik}\, g_{ik}`: vectors that rotate, weighed by numbers that do not.

    Equation {eq}`eq-fitting-dipole` of the book; doi:10.1103/PhysRevB.102.041121.

    Parameters
    ----------
    c
        `(nf, nloc, m1)` output of the fitting net.
    rot_mat
        `(nf, nloc, m1, 3)` of the descriptor.
    """
    return array_namespace(c).matmul(c[..., None, :], rot_mat)[..., 0, :]


def polarizability_diagonal(
    c: Float[Array, "nf nloc m1"], rot_mat: Float[Array, "nf nloc m1 3"]
) -> Float[Array, "nf nloc 3 3"]:
    r"""Return :math:`\alpha_i = g_i^T\,\mathrm{diag}(c_i)\,g_i`.

    Equation {eq}`eq-fitting-polar` of the book; doi:10.1039/D0CP01893G.

    Parameters
    ----------
    c
        `(nf, nloc, m1)` scaled output of the fitting net.
    rot_mat
        `(nf, nloc, m1, 3)` of the descriptor.
    """
    xp = array_namespace(c)
    return xp.matmul(xp.matrix_transpose(rot_mat), c[..., None] * rot_mat)


def polarizability(
    p: Float[Array, "nf nloc m1 m1"], rot_mat: Float[Array, "nf nloc m1 3"]
) -> Float[Array, "nf nloc 3 3"]:
    r"""Return :math:`\alpha_i = g_i^T\,\tfrac12 (P_i + P_i^T)\,g_i`.

    Equation {eq}`eq-fitting-polar` of the book; doi:10.1039/D0CP01893G.

    Parameters
    ----------
    p
        `(nf, nloc, m1, m1)` scaled output of the fitting net, as a matrix.
    rot_mat
        `(nf, nloc, m1, 3)` of the descriptor.
    """
    xp = array_namespace(p)
    even = (p + xp.matrix_transpose(p)) * 0.5
    return xp.matmul(xp.matrix_transpose(rot_mat), xp.matmul(even, rot_mat))


def isotropic(x: Float[Array, "nf nloc"]) -> Float[Array, "nf nloc 3 3"]:
    r"""Return :math:`x_i I`, a tensor that looks the same from everywhere.

    Equation {eq}`eq-fitting-polar-shift` of the book.
    """
    xp = array_namespace(x)
    return x[..., None, None] * xp.eye(3, dtype=x.dtype, device=device_of(x))
