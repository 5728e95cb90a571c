"""Layer normalization: the features of a neighbour brought to mean zero and width one."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float

from refdp._typing import Array
from refdp.namespaces import array_namespace

__all__ = ["LayerNorm"]


@dataclass(frozen=True, eq=False)
class LayerNorm:
    r"""Layer normalization, :math:`w \odot (x - \bar x)/\sqrt{\mathrm{var}(x) + \epsilon} + b`.

    Mean and (population) variance are those of the last axis. Equation {eq}`eq-layer-norm` of the book;
    doi:10.48550/arXiv.1607.06450.

    Attributes
    ----------
    w, b
        `(ng,)` scale and shift.
    eps
        :math:`\epsilon`, which keeps features that are all equal from being divided by zero.
    trainable
        Whether training may change scale and shift; evaluation does not care.
    """

    w: Float[Array, " ng"]
    b: Float[Array, " ng"]
    eps: float = 1e-5
    trainable: bool = True

    def __call__(self, x: Float[Array, "*lead ng"]) -> Float[Array, "*lead ng"]:
        """Return the normalized features of `x` of shape `(..., ng)`."""
        xp = array_namespace(x)
        centered = x - xp.mean(x, axis=-1, keepdims=True)
        variance = xp.vecdot(centered, centered) / x.shape[-1]
        return centered / xp.sqrt(variance + self.eps)[..., None] * self.w + self.b
