"""Solid harmonics: polynomials of a direction that turn among themselves when the direction turns."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float

from refdp._typing import Array
from refdp.errors import unexpected
from refdp.namespaces import array_namespace, device_of

__all__ = ["solid_harmonics"]


def solid_harmonics(e: Float[Array, "*lead 3"], degree: int) -> Float[Array, "*lead ncol"]:
    r"""Return the real solid harmonics :math:`Y_l(e)` of `degree` :math:`l`.

    Normalized so that :math:`Y_l(e) \cdot Y_l(e') = |e|^l |e'|^l P_l(\cos\angle(e, e'))`, with
    :math:`P_l` the Legendre polynomial. Equation {eq}`eq-solid-harmonics` of the book.

    Parameters
    ----------
    e
        `(..., 3)` vectors of any length.
    degree
        :math:`l`: 2, 3 or 4.

    Returns
    -------
    Array
        `(..., 2 * degree + 1)`.

    Raises
    ------
    InputError
        Another degree.
    """
    if degree not in _POLYNOMIALS:
        raise unexpected("degree", degree, "2, 3 or 4")
    xp = array_namespace(e)
    x, y, z = (e[..., k] for k in range(3))
    squares, polynomials = _POLYNOMIALS[degree]
    # Squares of the factors have few digits: exact in every format, and balls enclose the true roots.
    factors = xp.sqrt(xp.asarray(squares, dtype=e.dtype, device=device_of(e)))
    return xp.stack(polynomials(x, y, z, x * x + y * y + z * z), axis=-1) * factors


def _second(x: Array, y: Array, z: Array, q: Array) -> list[Array]:
    return [x * y, y * z, 3.0 * z * z - q, x * z, x * x - y * y]


def _third(x: Array, y: Array, z: Array, q: Array) -> list[Array]:
    xx, yy, zz = x * x, y * y, z * z
    return [
        y * (3.0 * xx - yy),
        x * y * z,
        y * (5.0 * zz - q),
        z * (5.0 * zz - 3.0 * q),
        x * (5.0 * zz - q),
        z * (xx - yy),
        x * (xx - 3.0 * yy),
    ]


def _fourth(x: Array, y: Array, z: Array, q: Array) -> list[Array]:
    xx, yy, zz = x * x, y * y, z * z
    return [
        x * y * (xx - yy),
        y * z * (3.0 * xx - yy),
        x * y * (7.0 * zz - q),
        y * z * (7.0 * zz - 3.0 * q),
        35.0 * zz * zz - 30.0 * zz * q + 3.0 * q * q,
        x * z * (7.0 * zz - 3.0 * q),
        (xx - yy) * (7.0 * zz - q),
        x * z * (xx - 3.0 * yy),
        xx * xx - 6.0 * xx * yy + yy * yy,
    ]


# The squares of the factors, and the polynomials that they multiply, in the order of storage.
_POLYNOMIALS: dict[int, tuple[list[float], Callable[[Array, Array, Array, Array], list[Array]]]] = {
    2: ([3.0, 3.0, 1 / 4, 3.0, 3 / 4], _second),
    3: ([5 / 8, 15.0, 3 / 8, 1 / 4, 3 / 8, 15 / 4, 5 / 8], _third),
    4: ([35 / 4, 35 / 8, 5 / 4, 5 / 8, 1 / 64, 5 / 8, 5 / 16, 35 / 8, 35 / 64], _fourth),
}
