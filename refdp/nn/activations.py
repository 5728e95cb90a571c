"""Activation functions, written so that no branch overflows and no comparison is needed."""

from __future__ import annotations

import math
from collections.abc import Callable

from jaxtyping import Float

from refdp._typing import Array
from refdp.errors import unexpected
from refdp.namespaces import array_namespace

__all__ = ["ACTIVATIONS", "activation", "parse_activation"]


def tanh(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return tanh(x)."""
    return array_namespace(x).tanh(x)


def relu(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return max(x, 0)."""
    return array_namespace(x).maximum(x, 0.0)


def relu6(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return min(max(x, 0), 6)."""
    xp = array_namespace(x)
    return xp.minimum(xp.maximum(x, 0.0), 6.0)


def gelu(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return the tanh approximation :math:`x/2\,(1 + \tanh(\sqrt{2/\pi}(x + 0.044715x^3)))`."""
    xp = array_namespace(x)
    inner = math.sqrt(2.0 / math.pi) * (x + (x * x * x) * 0.044715)
    return (x * 0.5) * (xp.tanh(inner) + 1.0)


def softplus(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return :math:`\log(1 + e^x)` as :math:`\max(x, 0) + \log(1 + e^{-|x|})`, at any size of x."""
    xp = array_namespace(x)
    return xp.maximum(x, 0.0) + xp.log1p(xp.exp(-xp.abs(x)))


def sigmoid(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return :math:`1/(1 + e^{-x})` as :math:`e^{\min(x, 0)}/(1 + e^{-|x|})`.

    Neither exponential overflows, for either sign of x, and the gradient stays finite: a `where` between the
    two usual forms would have evaluated the overflowing one as well.
    """
    xp = array_namespace(x)
    return xp.exp(xp.minimum(x, 0.0)) / (xp.exp(-xp.abs(x)) + 1.0)


def silu(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    r"""Return :math:`x\,\mathrm{sigmoid}(x)`."""
    return x * sigmoid(x)


def silut(x: Float[Array, "*shape"], threshold: float = 3.0) -> Float[Array, "*shape"]:
    r"""Return silu up to `threshold` :math:`T`, and :math:`\tanh(a(x-T)) + T\,\mathrm{sigmoid}(T)` above.

    :math:`a` is the slope of silu at :math:`T`. Written as
    :math:`\mathrm{silu}(\min(x,T)) + \tanh(a(\max(x,T)-T))`, which needs no comparison.
    """
    xp = array_namespace(x)
    tail = math.exp(-abs(threshold))
    s = (1.0 if threshold >= 0.0 else tail) / (1.0 + tail)
    slope = s + threshold * s * (1.0 - s)
    below = silu(xp.minimum(x, threshold))
    return below + xp.tanh((xp.maximum(x, threshold) - threshold) * slope)


def linear(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return x."""
    return x


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": tanh,
    "relu": relu,
    "relu6": relu6,
    "gelu": gelu,
    "gelu_tf": gelu,
    "softplus": softplus,
    "sigmoid": sigmoid,
    "silu": silu,
    "silut": silut,
    "custom_silu": silut,
    "none": linear,
    "linear": linear,
}


def parse_activation(name: str | None) -> Callable[[Array], Array]:
    """Return the function that `name` stands for.

    Parameters
    ----------
    name
        A key of `ACTIVATIONS` in any case, `silut:T` or `custom_silu:T` with a threshold, or None for linear.

    Raises
    ------
    InputError
        The name is unknown, or its threshold is not a number.
    """
    if name is None:
        return linear
    if not isinstance(name, str):
        raise unexpected("activation_function", name, "a text or None")
    base, colon, tail = name.lower().partition(":")
    if base not in ACTIVATIONS or (colon and ACTIVATIONS[base] is not silut):
        known = ", ".join(sorted(ACTIVATIONS))
        raise unexpected("activation_function", name, f"one of {known}, or silut:T with a number T")
    if not colon:
        return ACTIVATIONS[base]
    try:
        threshold = float(tail)
    except ValueError:
        threshold = math.nan
    if not math.isfinite(threshold):
        raise unexpected("activation_function", name, "a finite number after the colon")
    return lambda x: silut(x, threshold)


def activation(x: Float[Array, "*shape"], name: str | None) -> Float[Array, "*shape"]:
    """Return the activation function called `name` at x, in the dtype of x."""
    return parse_activation(name)(x)
