"""One layer of attention among the neighbours of an atom, gated by the angles between them."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float

from refdp._typing import Array
from refdp.equations import attention
from refdp.errors import unexpected
from refdp.namespaces import array_namespace
from refdp.nn.layer import Layer
from refdp.nn.layer_norm import LayerNorm

__all__ = ["AttentionSettings", "GatedAttention"]


@dataclass(frozen=True)
class AttentionSettings:
    """What kind of attention a layer computes.

    Attributes
    ----------
    dotr
        Whether weights are multiplied by the cosine between two neighbours.
    normalize
        Whether queries, keys and values are brought to length 1.
    smooth
        Whether weights fade with the switch, rather than end at the cutoff.
    do_mask
        Whether no neighbour listens to itself.
    scaling_factor
        Enters the logits, see `alpha`; above 0.
    temperature
        What multiplies the logits, or None for `scaling_factor` to say.

    Raises
    ------
    InputError
        `scaling_factor` is not above 0, and needed.
    """

    dotr: bool
    normalize: bool
    smooth: bool
    do_mask: bool = False
    scaling_factor: float = 1.0
    temperature: float | None = None

    def __post_init__(self) -> None:
        """Check the only value that cannot be used."""
        if self.temperature is None and not self.scaling_factor > 0.0:
            raise unexpected("scaling_factor", self.scaling_factor, "a positive number")

    def alpha(self, hidden_dim: int) -> float:
        r"""Return what multiplies the logits: `temperature`, or :math:`1/\sqrt{H f}` with `scaling_factor` f.

        The :math:`\alpha` of equation {eq}`eq-attention-logits` of the book.

        Parameters
        ----------
        hidden_dim
            :math:`H`, the length of a query.
        """
        if self.temperature is not None:
            return self.temperature
        return float((hidden_dim * self.scaling_factor) ** -0.5)


@dataclass(frozen=True, eq=False)
class GatedAttention:
    """A layer of attention among the slots of an atom.

    doi:10.1038/s41524-024-01278-7. All slots go through it, those that are not real as well. Its methods are
    its steps: `project`, `logits`, `weights`, `update`.

    Attributes
    ----------
    in_proj
        A linear `Layer` from `ng` to `3 * hidden`.
    out_proj
        A linear `Layer` from `hidden` to `ng`.
    norm
        The `LayerNorm` of the result.
    settings
        What kind of attention.
    """

    in_proj: Layer
    out_proj: Layer
    norm: LayerNorm
    settings: AttentionSettings

    @property
    def hidden_dim(self) -> int:
        """Length of queries, keys and values."""
        return self.out_proj.w.shape[0]

    def project(self, g: Float[Array, "*lead nnei ng"]) -> tuple[Array, Array, Array]:
        r"""Return queries, keys and values :math:`(q, k, v) = g W + b`, each of length 1 if `normalize`.

        Equation {eq}`eq-attention-qkv` of the book.

        Parameters
        ----------
        g
            `(..., nnei, ng)` features of each slot.

        Returns
        -------
        tuple
            Three arrays `(..., nnei, hidden)`.
        """
        z = array_namespace(g).reshape(self.in_proj(g), (*g.shape[:-1], 3, self.hidden_dim))
        z = attention.unit(z) if self.settings.normalize else z
        return z[..., 0, :], z[..., 1, :], z[..., 2, :]

    def logits(
        self, q: Float[Array, "*lead nnei hidden"], k: Float[Array, "*lead nnei hidden"]
    ) -> Float[Array, "*lead nnei nnei"]:
        """Return how well each query `(..., nnei, hidden)` fits each key, `(..., nnei, nnei)`."""
        return attention.logits(q, k, self.settings.alpha(self.hidden_dim))

    def weights(
        self,
        logits: Float[Array, "*lead nnei nnei"],
        real: Bool[Array, "*lead nnei"],
        s: Float[Array, "*lead nnei"],
        direction: Float[Array, "*lead nnei 3"],
    ) -> Float[Array, "*lead nnei nnei"]:
        """Return the weight of each value (last axis) for each slot, gated and masked as the settings say.

        Parameters
        ----------
        logits
            `(..., nnei, nnei)`.
        real
            `(..., nnei)` bool, false for empty slots and for excluded pairs.
        s
            `(..., nnei)` switch of each slot; unused unless `smooth`.
        direction
            `(..., nnei, 3)` unit vectors; unused unless `dotr`.
        """
        smooth = self.settings.smooth
        a = attention.smooth_weights(logits, s, real) if smooth else attention.plain_weights(logits, real)
        a = a * attention.angular_gate(direction) if self.settings.dotr else a
        return attention.without_diagonal(a) if self.settings.do_mask else a

    def update(
        self,
        g: Float[Array, "*lead nnei ng"],
        weights: Float[Array, "*lead nnei nnei"],
        v: Float[Array, "*lead nnei hidden"],
    ) -> Float[Array, "*lead nnei ng"]:
        r"""Return the features after attention, :math:`\mathrm{LN}(g + (A v) W + b)`.

        Equation {eq}`eq-attention-output` of the book: the normalization comes last, after the sum.

        Parameters
        ----------
        g
            `(..., nnei, ng)` features before.
        weights
            `(..., nnei, nnei)`.
        v
            `(..., nnei, hidden)` values.
        """
        return self.norm(g + self.out_proj(array_namespace(v).matmul(weights, v)))
