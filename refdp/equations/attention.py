"""Attention: how much each neighbour listens to each other one, from their features and their directions."""

from __future__ import annotations

from jaxtyping import Bool, Float

from refdp._typing import Array
from refdp.namespaces import array_namespace, detached, device_of

__all__ = ["SHIFT", "angular_gate", "logits", "plain_weights", "smooth_weights", "unit", "without_diagonal"]

SHIFT = 20.0
FLOOR = 1e-12


def unit(x: Float[Array, "*lead n"]) -> Float[Array, "*lead n"]:
    r"""Return :math:`x / \max(|x|, 10^{-12})` along the last axis: zero stays zero.

    The directions of equation {eq}`eq-attention-gate` of the book; queries, keys and values as well, where
    they are normalized. The floor stands inside the root, :math:`\sqrt{\max(x \cdot x, 10^{-24})}`, so that
    derivatives are finite at zero.

    Parameters
    ----------
    x
        `(..., n)`.
    """
    xp = array_namespace(x)
    # The floor itself would be zero in float16.
    floor = max(FLOOR**2, float(xp.finfo(x.dtype).smallest_normal))
    return x / xp.sqrt(xp.maximum(xp.vecdot(x, x), floor))[..., None]


def logits(
    q: Float[Array, "*lead nnei hidden"], k: Float[Array, "*lead nnei hidden"], alpha: float
) -> Float[Array, "*lead nnei nnei"]:
    r"""Return :math:`\Lambda_{jk} = \alpha\, q_j \cdot k_k`.

    Equation {eq}`eq-attention-logits` of the book; doi:10.1038/s41524-024-01278-7.

    Parameters
    ----------
    q, k
        `(..., nnei, hidden)` queries and keys.
    alpha
        :math:`\alpha`, by which the products are multiplied.

    Returns
    -------
    Array
        `(..., nnei, nnei)`: query :math:`j`, key :math:`k`.
    """
    xp = array_namespace(q)
    return xp.matmul(q * alpha, xp.matrix_transpose(k))


def smooth_weights(
    logits: Float[Array, "*lead nnei nnei"], s: Float[Array, "*lead nnei"], real: Bool[Array, "*lead nnei"]
) -> Float[Array, "*lead nnei nnei"]:
    r"""Return :math:`A_{jk} = \mathrm{softmax}_k\big((\Lambda_{jk} + 20)\,s_j s_k - 20\big)\, s_j s_k`.

    Equation {eq}`eq-attention-smooth` of the book. The softmax runs over **all** slots: one that is not real
    is a key of logit -20, which a neighbour tends to as it leaves through the cutoff, so nothing jumps there.
    Rows and columns that are not real are zero.

    Parameters
    ----------
    logits
        `(..., nnei, nnei)`.
    s
        `(..., nnei)` switch of each slot.
    real
        `(..., nnei)` bool, false for empty slots and for excluded pairs.

    Notes
    -----
    The final :math:`-20` is the same for all keys and cancels in the softmax: it is left out, and with it the
    rounding that it costs.
    """
    xp = array_namespace(logits)
    s = xp.where(real, s, xp.zeros_like(s))
    both = s[..., :, None] * s[..., None, :]
    lifted = (logits + SHIFT) * both
    exponentials = xp.exp(lifted - _largest(lifted))
    return exponentials / xp.sum(exponentials, axis=-1, keepdims=True) * both


def plain_weights(
    logits: Float[Array, "*lead nnei nnei"], real: Bool[Array, "*lead nnei"]
) -> Float[Array, "*lead nnei nnei"]:
    r"""Return :math:`A_{jk} = m_j\, m_k e^{\Lambda_{jk}} / \sum_{k'} m_{k'} e^{\Lambda_{jk'}}`.

    Equation {eq}`eq-attention-plain` of the book; doi:10.1038/s41524-024-01278-7. The softmax runs over real
    slots, :math:`m = 1`; all else is zero, also where no slot is real. A neighbour takes its whole weight
    with it as it leaves through the cutoff: this form is not continuous there.

    Parameters
    ----------
    logits
        `(..., nnei, nnei)`.
    real
        `(..., nnei)` bool, false for empty slots and for excluded pairs.
    """
    xp = array_namespace(logits)
    # Finite, since a row without a real key subtracts this number from itself; far from overflow, since any
    # other row subtracts a logit from it.
    least = -0.25 * float(xp.finfo(logits.dtype).max)
    logits = xp.where(real[..., None, :], logits, least)
    exponentials = xp.exp(logits - _largest(logits))
    mask = xp.astype(real, logits.dtype)
    # One real key is enough for a sum of 1 or more.
    total = xp.maximum(xp.matmul(exponentials, mask[..., :, None]), 0.5)
    return exponentials * (mask[..., :, None] / total) * mask[..., None, :]


def angular_gate(u: Float[Array, "*lead nnei 3"]) -> Float[Array, "*lead nnei nnei"]:
    r"""Return :math:`u_j \cdot u_k`: the cosine of the angle between two neighbours.

    Equation {eq}`eq-attention-gate` of the book; doi:10.1038/s41524-024-01278-7. It multiplies the weights
    after the softmax, so they may become negative and no longer add up to 1.

    Parameters
    ----------
    u
        `(..., nnei, 3)` unit vectors.
    """
    return array_namespace(u).matmul(u, array_namespace(u).matrix_transpose(u))


def without_diagonal(a: Float[Array, "*lead nnei nnei"]) -> Float[Array, "*lead nnei nnei"]:
    r"""Return :math:`A_{jk}(1 - \delta_{jk})`: no neighbour listens to itself.

    Equation {eq}`eq-attention-mask` of the book. After the gate, and without normalizing again: option
    `attn_mask` of DeePMD-kit's TensorFlow part.

    Parameters
    ----------
    a
        `(..., nnei, nnei)` weights.
    """
    xp = array_namespace(a)
    return a * (1.0 - xp.eye(a.shape[-1], dtype=a.dtype, device=device_of(a)))


def _largest(x: Float[Array, "*lead n"]) -> Float[Array, "*lead 1"]:
    """Return the largest of each row, which cancels in the softmax: a constant to derivatives."""
    x = detached(x)
    return array_namespace(x).max(x, axis=-1, keepdims=True)
