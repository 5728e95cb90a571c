"""What is made of an error before it is averaged: its square, its size, or the Huber function of it."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.losses.quantities import Atoms, masked
from refdp.namespaces import array_namespace

__all__ = ["atom_mean", "frame_mean", "huber", "magnitude", "norm"]


def huber(error: Float[Array, "*shape"], delta: float) -> Float[Array, "*shape"]:
    r"""Return :math:`H_\delta(e) = m\,(|e| - m/2)` with :math:`m = \min(|e|, \delta)`.

    Half the square up to :math:`\delta`, and :math:`\delta(|e| - \delta/2)` beyond. Equation
    {eq}`eq-loss-huber` of the book; doi:10.1214/aoms/1177703732.

    Parameters
    ----------
    error
        Any shape and unit.
    delta
        Where the linear part begins, in the unit of the error.
    """
    size = magnitude(error)
    inner = array_namespace(error).minimum(size, delta)
    return inner * (size - 0.5 * inner)


def magnitude(error: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return :math:`|e| = \max(e, -e)`, whose gradient at :math:`e = 0` is zero in every library.

    Parameters
    ----------
    error
        Any shape and unit.
    """
    return array_namespace(error).maximum(error, -error)


def norm(error: Float[Array, "*lead 3"]) -> Float[Array, "*lead"]:
    r"""Return :math:`|e|` of vectors, whose gradient at :math:`e = 0` is zero.

    Parameters
    ----------
    error
        `(..., 3)`.
    """
    xp = array_namespace(error)
    x, y, z = (error[..., k] for k in range(3))
    square = x * x + y * y + z * z
    # Not `> 0`, which would hide what is no number.
    nothing = square == 0.0
    root = xp.sqrt(xp.where(nothing, xp.ones_like(square), square))
    return xp.where(nothing, xp.zeros_like(square), root)


def frame_mean(x: Array) -> Array:
    r"""Return the mean over frames, and over components where there are any.

    Parameters
    ----------
    x
        `(nf,)` or `(nf, ncomp)`.
    """
    return array_namespace(x).mean(x)


def atom_mean(x: Array, atoms: Atoms) -> Array:
    r"""Return :math:`\langle x \rangle = \sum_{fi} m_{fi} \sum_c x_{fic} / (n_c \sum_{fi} m_{fi})`.

    All atoms that count weigh the same, whichever frame they are in. Zero where no atom counts. Equation
    {eq}`eq-loss-atom-mean` of the book.

    Parameters
    ----------
    x
        `(nf, natoms)` or `(nf, natoms, ncomp)`.
    atoms
        Which atoms count.
    """
    xp = array_namespace(x)
    if atoms.mask is None:
        return xp.mean(x)
    components = 1 if x.ndim == 2 else x.shape[2]
    return xp.sum(masked(x, atoms)) / (xp.maximum(xp.sum(atoms.count), 1.0) * components)
