"""How far an atom is from its nearest neighbours, as one smooth number, and what hangs on it."""

from __future__ import annotations

from jaxtyping import Bool, Float

from refdp._typing import Array
from refdp.namespaces import array_namespace

__all__ = ["interpolated", "soft_minimum"]


def soft_minimum(
    r: Float[Array, "nf nloc nnei"], valid: Bool[Array, "nf nloc nnei"], alpha: float, alone: float
) -> Float[Array, "nf nloc"]:
    r"""Return :math:`\sigma_i = \sum_j r_{ij} e^{-r_{ij}/\alpha} / \sum_j e^{-r_{ij}/\alpha}`, in angstrom.

    Equation {eq}`eq-model-soft-minimum` of the book; doi:10.1063/1.5098061. A mean of the distances in which
    the shortest counts most; not below it, unlike many a soft minimum.

    Parameters
    ----------
    r
        `(nf, nloc, nnei)` distances in angstrom.
    valid
        `(nf, nloc, nnei)` bool.
    alpha
        How fast the weights fall, in angstrom.
    alone
        What stands where there are no neighbours, or none near enough for a weight that is not zero.
    """
    xp = array_namespace(r)
    zero = xp.zeros_like(r)
    weight = xp.where(valid, xp.exp(-r / alpha), zero)
    total = xp.sum(weight, axis=-1)
    nobody = total == 0.0
    mean = xp.sum(weight * r, axis=-1) / xp.where(nobody, xp.ones_like(total), total)
    return xp.where(nobody, xp.full_like(total, alone), mean)


def interpolated(
    lam: Float[Array, "nf nloc"], net: Float[Array, "nf nloc"], table: Float[Array, "nf nloc"]
) -> Float[Array, "nf nloc"]:
    r"""Return :math:`(1 - \lambda_i) E_i^\mathrm{net} + \lambda_i E_i^\mathrm{tab}`.

    Equation {eq}`eq-model-zbl` of the book; doi:10.1063/1.5098061.

    Parameters
    ----------
    lam
        `(nf, nloc)`, 1 where an atom comes so close that only the table is to be trusted.
    net, table
        `(nf, nloc)` in eV.
    """
    return (1.0 - lam) * net + lam * table
