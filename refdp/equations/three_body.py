"""Pairs of neighbours: the angle between two of them as one number, and the sum over all pairs."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.namespaces import array_namespace

__all__ = ["angular_products", "pair_average"]


def angular_products(v: Float[Array, "*lead nnei 3"]) -> Float[Array, "*lead nnei nnei"]:
    r"""Return :math:`\theta_{jk} = v_j \cdot v_k`, also of a neighbour with itself.

    Equation {eq}`eq-angle` of the book; doi:10.1088/1741-4326/ac888b. No angle but its cosine times the two
    lengths, so that it vanishes, as smoothly as they do, with either neighbour.

    Parameters
    ----------
    v
        `(..., nnei, 3)` the angular columns of the environment matrix.

    Returns
    -------
    Array
        `(..., nnei, nnei)`, symmetric.
    """
    xp = array_namespace(v)
    return xp.matmul(v, xp.matrix_transpose(v))


def pair_average(
    theta: Float[Array, "*lead sel_a sel_b"], g: Float[Array, "*lead sel_a sel_b ng"], slots: int
) -> Float[Array, "*lead ng"]:
    r"""Return :math:`\sum_{jk} \theta_{jk}\, g_{jk} / n`, the sum over pairs that forgets their order.

    Equation {eq}`eq-se-e3` of the book, for one pair of types; doi:10.1088/1741-4326/ac888b.

    Parameters
    ----------
    theta
        `(..., sel_a, sel_b)` the weight of each pair of neighbours.
    g
        `(..., sel_a, sel_b, ng)` its features.
    slots
        :math:`n = \mathrm{sel}_a \mathrm{sel}_b`, the number of pairs of slots (not of neighbours).

    Returns
    -------
    Array
        `(..., ng)`.
    """
    xp = array_namespace(theta)
    *lead, sel_a, sel_b, ng = g.shape
    weights = xp.reshape(theta, (*lead, 1, sel_a * sel_b))
    features = xp.reshape(g, (*lead, sel_a * sel_b, ng))
    return xp.matmul(weights, features)[..., 0, :] / slots
