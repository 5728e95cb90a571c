"""The embedding net: from one number (or a few) a neighbour to many features."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float

from refdp._typing import Array
from refdp.namespaces import array_namespace
from refdp.nn.layer import Layer

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
        """Return the features `(..., neuron[-1])` of `x` of shape `(..., in_dim)`.

        All leading axes become one first: a single large product of two matrices instead of many small ones.
        """
        xp = array_namespace(x)
        *lead, in_dim = x.shape
        rows = 1
        for n in lead:
            rows *= n
        y = xp.reshape(x, (rows, in_dim))
        for layer in self.layers:
            y = layer(y)
        return xp.reshape(y, (*lead, y.shape[-1]))
