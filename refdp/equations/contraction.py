"""The contraction: from neighbours in any order to numbers that do not know the order or the orientation."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.namespaces import array_namespace

__all__ = ["embedded_environment", "invariant"]


def embedded_environment(
    g: Float[Array, "*lead nnei ng"], rows: Float[Array, "*lead nnei ncol"], n_c: int
) -> Float[Array, "*lead ng ncol"]:
    r"""Return :math:`A = g^T \tilde R / N_c`, the sum over neighbours that forgets their order.

    Equation {eq}`eq-embedded-environment` of the book; doi:10.48550/arXiv.1805.09003.

    Parameters
    ----------
    g
        `(..., nnei, ng)` embedding of each neighbour.
    rows
        `(..., nnei, ncol)` what the embedding is weighted with: the standardized environment matrix.
    n_c
        :math:`N_c`, the number of slots (not of neighbours).

    Returns
    -------
    Array
        `(..., ng, ncol)`.
    """
    xp = array_namespace(g)
    return xp.matmul(xp.matrix_transpose(g), rows) / n_c


def invariant(a: Float[Array, "nf nloc ng ncol"], axis_neuron: int) -> Float[Array, "nf nloc dim"]:
    r"""Return :math:`D_{mn} = \sum_c A_{mc} A_{nc}` for :math:`n` below `axis_neuron`, flattened.

    Equation {eq}`eq-invariant` of the book; doi:10.48550/arXiv.1805.09003. Rotations act on the last
    three columns of :math:`A` and cancel in the product.

    Parameters
    ----------
    a
        `(nf, nloc, ng, ncol)`, as a rule with 4 columns.
    axis_neuron
        How many of the first rows of :math:`A` are the second factor.

    Returns
    -------
    Array
        `(nf, nloc, ng * axis_neuron)`, :math:`m` slow and :math:`n` fast.
    """
    xp = array_namespace(a)
    nf, nloc, ng, _ = a.shape
    product = xp.matmul(a, xp.matrix_transpose(a[..., :axis_neuron, :]))
    return xp.reshape(product, (nf, nloc, ng * axis_neuron))
