"""How much each term of a loss weighs as the learning rate falls, and which terms count at all."""

from __future__ import annotations

from typing import Any, Literal

from refdp._typing import Array
from refdp.errors import unexpected

__all__ = ["CountingRule", "counts", "prefactor", "weighted_sum"]

CountingRule = Literal["either", "both"]
"""Which prefactor of a term must not be zero, either of the two or both."""


def prefactor(start: float, limit: float, lr: Any, start_lr: float) -> Any:
    r"""Return :math:`p(\eta) = p_\infty + (p_0 - p_\infty)\,\eta/\eta_0`.

    Equation {eq}`eq-loss-prefactor` of the book; doi:10.1103/PhysRevLett.120.143001.

    Parameters
    ----------
    start, limit
        :math:`p_0` where training starts and :math:`p_\infty` where the learning rate has vanished.
    lr, start_lr
        Learning rates :math:`\eta` now (a number, or an array without axes) and :math:`\eta_0` at the start.

    Raises
    ------
    InputError
        The learning rate at the start is a zero.
    """
    # A tracer of JAX has no truth.
    if isinstance(start_lr, int | float) and start_lr == 0.0:
        raise unexpected("start_lr", start_lr, "the learning rate at the start, not zero")
    return limit + (start - limit) * (lr / start_lr)


def counts(start: float, limit: float, rule: CountingRule = "either") -> bool:
    """Tell whether a term with these prefactors is part of the loss.

    Parameters
    ----------
    start, limit
        The prefactors.
    rule
        `either`: one of them is not zero, as documented, and as DeePMD-kit's NumPy, JAX and TensorFlow parts
        have it. `both`: as its PyTorch and Paddle parts have it, save for the Hessian.
    """
    nonzero = bool(start), bool(limit)
    return any(nonzero) if rule == "either" else all(nonzero)


def weighted_sum(terms: dict[str, Array], options: Any, lr: Any, start_lr: float) -> Any:
    r"""Return :math:`L = \sum_k p_k(\eta)\,L_k`; 0.0 where there is no term.

    Equation {eq}`eq-loss-total` of the book.

    Parameters
    ----------
    terms
        :math:`L_k` by key.
    options
        What has `prefactors(key)`.
    lr, start_lr
        As in `prefactor`.
    """
    total: Any = 0.0
    for key, value in terms.items():
        start, limit = options.prefactors(key)
        total = total + value * prefactor(start, limit, lr, start_lr)
    return total
