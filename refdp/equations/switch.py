"""The switch: a weight that falls from one to zero with two continuous derivatives."""

from __future__ import annotations

from jaxtyping import Float

from refdp._typing import Array
from refdp.namespaces import array_namespace

__all__ = ["cubic_fade", "switch"]


def switch(r: Float[Array, "*shape"], rcut_smth: float, rcut: float) -> Float[Array, "*shape"]:
    r"""Return the quintic switch :math:`w(r) = u^3(-6u^2 + 15u - 10) + 1`.

    :math:`u = (\tilde r - r_s)/(r_c - r_s)` with :math:`\tilde r` the distance clamped to
    :math:`[r_s, r_c]`: exactly :math:`w = 1` up to `rcut_smth` and, in float64, exactly :math:`w = 0` from
    `rcut` on; in float32 the cutoffs are rounded, and up to 8e-7 may be left there.

    Equations {eq}`eq-switch-u` and {eq}`eq-switch` of the book; doi:10.48550/arXiv.1805.09003.

    Parameters
    ----------
    r
        Distances in angstrom, any shape.
    rcut_smth
        Where the fall begins, in angstrom; below `rcut`.
    rcut
        Where it ends, in angstrom.

    Notes
    -----
    The clamp comes before the polynomial, so no large distance is ever raised to the fifth power. The order
    of operations is that of DeePMD-kit, on which the last digits of trained models rest; close to `rcut` the
    final `+ 1` cancels, and what is left is accurate to the unit roundoff of 1, not of itself.
    """
    xp = array_namespace(r)
    clamped = xp.minimum(xp.maximum(r, rcut_smth), rcut)
    u = (clamped - rcut_smth) / (rcut - rcut_smth)
    square = u * u
    return (square * u) * (square * -6.0 + u * 15.0 - 10.0) + 1.0


def cubic_fade(s: Float[Array, "*shape"], rcut_smth: float) -> Float[Array, "*shape"]:
    r"""Return :math:`w_{TF} = \mathrm{clip}(1 - (1 - r_s s)^3, 0, 1)` of the radial column :math:`s = w/r`.

    What DeePMD-kit's TensorFlow part has in place of the switch where types and attention fade: 1 up to
    `rcut_smth`, 0 at `rcut`, and up to 0.36 away from :math:`w` in between. Equation {eq}`eq-cubic-fade` of
    the book.

    Parameters
    ----------
    s
        Radial column in 1/angstrom, any shape.
    rcut_smth
        Where the switch begins to fall, in angstrom.
    """
    xp = array_namespace(s)
    rest = 1.0 - xp.minimum(s * rcut_smth, 1.0)
    return 1.0 - rest * rest * rest
