"""The environment matrix: smooth, dimensionless-to-the-network coordinates of the neighbours."""

from __future__ import annotations

from jaxtyping import Bool, Float, Int

from refdp._typing import Array
from refdp.namespaces import array_namespace

__all__ = ["by_center", "distance", "environment_matrix", "radial_environment", "standardize"]


def distance(
    displacement: Float[Array, "*lead nnei 3"], valid: Bool[Array, "*lead nnei"]
) -> Float[Array, "*lead nnei"]:
    r"""Return :math:`r = |d|`, and 1 in empty slots.

    Equation {eq}`eq-distance` of the book. The square root never sees a zero, so its gradient is finite
    everywhere: zero for two atoms at one place, zero in empty slots.

    Parameters
    ----------
    displacement
        `(..., nnei, 3)` in angstrom.
    valid
        `(..., nnei)` bool.
    """
    xp = array_namespace(displacement)
    x, y, z = (displacement[..., k] for k in range(3))
    square = x * x + y * y + z * z
    # Not `> 0`, which would hide what is no number.
    together = square == 0.0
    one = xp.ones_like(square)
    r = xp.where(together, xp.zeros_like(square), xp.sqrt(xp.where(together, one, square)))
    return xp.where(valid, r, one)


def radial_environment(
    r: Float[Array, "*lead nnei"],
    w: Float[Array, "*lead nnei"],
    valid: Bool[Array, "*lead nnei"],
    protection: float = 0.0,
) -> Float[Array, "*lead nnei"]:
    r"""Return the radial column :math:`s = w / (r + p)`, zero in empty slots.

    Equation {eq}`eq-radial` of the book; doi:10.48550/arXiv.1805.09003.

    Parameters
    ----------
    r, w
        `(..., nnei)` distances in angstrom and their switch values.
    valid
        `(..., nnei)` bool.
    protection
        :math:`p` in angstrom, option `env_protection`.
    """
    xp = array_namespace(r)
    return xp.where(valid, w / (r + protection), xp.zeros_like(r))


def environment_matrix(
    displacement: Float[Array, "*lead nnei 3"],
    r: Float[Array, "*lead nnei"],
    w: Float[Array, "*lead nnei"],
    valid: Bool[Array, "*lead nnei"],
    protection: float = 0.0,
) -> Float[Array, "*lead nnei 4"]:
    r"""Return the rows :math:`R = w\,(1/(r+p),\ d/(r+p)^2)`, zero in empty slots.

    Equation {eq}`eq-environment-matrix` of the book; doi:10.48550/arXiv.1805.09003.

    Parameters
    ----------
    displacement
        `(..., nnei, 3)` in angstrom.
    r, w
        `(..., nnei)` distances in angstrom and their switch values.
    valid
        `(..., nnei)` bool.
    protection
        :math:`p` in angstrom, option `env_protection`.

    Returns
    -------
    Array
        `(..., nnei, 4)` in 1/angstrom.
    """
    xp = array_namespace(displacement)
    s = radial_environment(r, w, valid, protection)
    direction = displacement / (r + protection)[..., None]
    return xp.concat([s[..., None], s[..., None] * direction], axis=-1)


def standardize(
    rows: Float[Array, "nf nloc nnei ncol"],
    center_type: Int[Array, "nf nloc"],
    davg: Float[Array, "ntypes nnei ncol"],
    dstd: Float[Array, "ntypes nnei ncol"],
) -> Float[Array, "nf nloc nnei ncol"]:
    r"""Return :math:`\tilde R = (R - \mu_{t_i}) / \sigma_{t_i}` in **every** slot, empty ones included.

    Equation {eq}`eq-standardize` of the book. An empty slot of a real centre becomes
    :math:`-\mu/\sigma`: that is what a neighbour tends to as it leaves through the cutoff. A virtual centre
    is neither shifted nor scaled.

    Parameters
    ----------
    rows
        `(nf, nloc, nnei, ncol)`.
    center_type
        `(nf, nloc)` int, negative for virtual centres.
    davg, dstd
        `(ntypes, nnei, ncol)`, by type of the centre.
    """
    return (rows - by_center(davg, center_type, 0.0)) / by_center(dstd, center_type, 1.0)


def by_center(
    values: Float[Array, "ntypes nnei ncol"], center_type: Int[Array, "nf nloc"], neutral: float
) -> Float[Array, "nf nloc nnei ncol"]:
    """Return the `values` of the type of each centre, and the `neutral` one for virtual centres."""
    xp, ix = array_namespace(values), array_namespace(center_type)
    real = center_type >= 0
    index = ix.reshape(ix.where(real, center_type, 0), (-1,))
    found = xp.reshape(xp.take(values, index, axis=0), (*center_type.shape, *values.shape[1:]))
    return xp.where(real[..., None, None], found, xp.full_like(found, neutral))
