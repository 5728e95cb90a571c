"""What a model does to what its parts gave: the bias of each type, and nothing where nothing is predicted."""

from __future__ import annotations

from collections.abc import Iterable

from jaxtyping import Bool, Float, Int

from refdp._typing import Array
from refdp.equations.fitting import of_type
from refdp.namespaces import array_namespace

__all__ = ["biased", "kept_atoms", "masked"]


def biased(
    e: Float[Array, "nf nloc"], types: Int[Array, "nf nloc"], bias: Float[Array, " ntypes"]
) -> Float[Array, "nf nloc"]:
    r"""Return :math:`e_i + b_{t_i}`, the energies with the bias of the type of each atom.

    Equation {eq}`eq-model-bias` of the book; doi:10.1063/5.0155600. A virtual atom gets that of type 0, as a
    net would take it for an atom of type 0; `masked` takes both away.

    Parameters
    ----------
    e
        `(nf, nloc)` in eV.
    types
        `(nf, nloc)` int, negative for virtual atoms.
    bias
        `(ntypes,)` in eV.
    """
    return e + of_type(bias, types)


def kept_atoms(types: Int[Array, "nf nloc"], atom_exclude_types: Iterable[int]) -> Bool[Array, "nf nloc"]:
    r"""Return :math:`m_i`: false for virtual atoms and for those of an excluded type.

    Equation {eq}`eq-model-mask` of the book.

    Parameters
    ----------
    types
        `(nf, nloc)` int, negative for virtual atoms.
    atom_exclude_types
        Types of which nothing is predicted.
    """
    kept = types >= 0
    for t in atom_exclude_types:
        kept = kept & (types != t)
    return kept


def masked(y: Float[Array, "nf nloc *size"], kept: Bool[Array, "nf nloc"]) -> Float[Array, "nf nloc *size"]:
    r"""Return :math:`m_i y_i`, zero of every component where an atom has no share.

    Equation {eq}`eq-model-mask` of the book. A choice, not a product: what is no number there stays there.

    Parameters
    ----------
    y
        `(nf, nloc, ...)` the share of each atom.
    kept
        `(nf, nloc)` bool.
    """
    xp, ix = array_namespace(y), array_namespace(kept)
    wide = ix.reshape(kept, (*kept.shape, *(1,) * (y.ndim - 2)))
    return xp.where(wide, y, xp.zeros_like(y))
