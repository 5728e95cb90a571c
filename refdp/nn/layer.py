"""One dense layer with its skip connection and time step."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float

from refdp._typing import Array
from refdp.namespaces import array_namespace
from refdp.nn.activations import activation

__all__ = ["Layer", "chained", "shortcut"]


@dataclass(frozen=True, eq=False)
class Layer:
    r"""A dense layer :math:`y = \phi(xw + b) \odot t + \mathrm{res}(x)`.

    Equation {eq}`eq-layer` of the book.

    Attributes
    ----------
    w
        `(n_in, n_out)` weights.
    b
        `(n_out,)` bias, or None for zero.
    idt
        `(n_out,)` time step :math:`t` of the activated branch, or None for one.
    activation_function
        A name of `refdp.nn.activations`, or None for linear.
    resnet
        Whether the layer has a skip connection where its widths allow one.
    """

    w: Float[Array, "n_in n_out"]
    b: Float[Array, " n_out"] | None = None
    idt: Float[Array, " n_out"] | None = None
    activation_function: str | None = "tanh"
    resnet: bool = False

    def __call__(self, x: Float[Array, "*lead n_in"]) -> Float[Array, "*lead n_out"]:
        """Return the layer at `x` of shape `(..., n_in)`."""
        xp = array_namespace(x)
        y = xp.matmul(x, self.w)
        y = activation(y if self.b is None else y + self.b, self.activation_function)
        y = y if self.idt is None else y * self.idt
        skip = shortcut(x, self.w.shape[1]) if self.resnet else None
        return y if skip is None else y + skip


def chained(layers: tuple[Layer, ...], x: Float[Array, "*lead n_in"]) -> Float[Array, "*lead n_out"]:
    r"""Return :math:`L_K(\dots L_2(L_1(x)))`, of shape `(..., n_out)`.

    All leading axes become one first: a single large product of two matrices instead of many small ones.
    """
    xp = array_namespace(x)
    *lead, n_in = x.shape
    rows = 1
    for n in lead:
        rows *= n
    y = xp.reshape(x, (rows, n_in))
    for layer in layers:
        y = layer(y)
    return xp.reshape(y, (*lead, y.shape[-1]))


def shortcut(x: Float[Array, "*lead n_in"], n_out: int) -> Float[Array, "*lead n_out"] | None:
    r"""Return what the skip connection adds: :math:`x` or :math:`(x, x)` by width, None where neither fits.

    Equation {eq}`eq-shortcut` of the book.

    Parameters
    ----------
    x
        `(..., n_in)`.
    n_out
        Width of the layer's output.
    """
    n_in = x.shape[-1]
    if n_out == n_in:
        return x
    if n_out == 2 * n_in:
        return array_namespace(x).concat([x, x], axis=-1)
    return None
