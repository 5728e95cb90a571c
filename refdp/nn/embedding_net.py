"""The embedding net: from one number (or a few) a neighbour to many features."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float

from refdp._typing import Array
from refdp.nn.layer import Layer, chained

__all__ = ["EmbeddingNet"]


@dataclass(frozen=True, eq=False)
class EmbeddingNet:
    r"""Layers one after another, :math:`N(x) = L_K(\dots L_2(L_1(x)))`.

    Equation {eq}`eq-embedding-net` of the book.

    Attributes
    ----------
    layers
        At least one `Layer`, each with a skip connection.
    """

    layers: tuple[Layer, ...]

    @property
    def in_dim(self) -> int:
        """Width of the input."""
        return self.layers[0].w.shape[0]

    @property
    def neuron(self) -> tuple[int, ...]:
        """Width of each layer."""
        return tuple(layer.w.shape[1] for layer in self.layers)

    def __call__(self, x: Float[Array, "*lead in_dim"]) -> Float[Array, "*lead ng"]:
        """Return the features `(..., neuron[-1])` of `x` of shape `(..., in_dim)`."""
        return chained(self.layers, x)
