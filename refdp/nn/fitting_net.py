"""The fitting net: from the descriptor of an atom to the numbers that make up its share."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float

from refdp._typing import Array
from refdp.nn.layer import Layer, chained

__all__ = ["FittingNet"]


@dataclass(frozen=True, eq=False)
class FittingNet:
    r"""Hidden layers, then a linear one: :math:`N(z) = L_K(\dots L_1(z))\, w_o + b_o`.

    Equation {eq}`eq-fitting-net` of the book.

    Attributes
    ----------
    layers
        The hidden layers, if any, each with a skip connection where its widths allow one, the first one too;
        then the linear layer.
    trainable
        Kept for training codes, of each layer; None stands for what the options say.
    """

    layers: tuple[Layer, ...]
    trainable: tuple[bool, ...] | None = None

    @property
    def in_dim(self) -> int:
        """Width of the input."""
        return self.layers[0].w.shape[0]

    @property
    def neuron(self) -> tuple[int, ...]:
        """Width of each hidden layer."""
        return tuple(layer.w.shape[1] for layer in self.layers[:-1])

    @property
    def out_dim(self) -> int:
        """Width of the output."""
        return self.layers[-1].w.shape[1]

    def __call__(self, z: Float[Array, "*lead in_dim"]) -> Float[Array, "*lead out_dim"]:
        """Return the net at `z` of shape `(..., in_dim)`."""
        return chained(self.layers, z)
