r"""Gradients of whatever is written in functions of the standard, on arrays of any library."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from refdp._typing import Array
from refdp.errors import UnsupportedError
from refdp.namespaces import array_namespace

__all__ = ["pullback"]

_numbers = count()


def pullback(function: Callable[[Any], Any], x: Array) -> tuple[Array, Callable[[Array], Array]]:
    r"""Return :math:`f(x)` and the function :math:`\bar y \mapsto \bar y\,\partial f/\partial x`.

    Equation {eq}`eq-reverse-mode` of the book.

    Parameters
    ----------
    function
        From an array to an array, in functions of the standard.
    x
        NumPy's, balls or budgets; torch and JAX differentiate the same code by themselves. In `function`
        there may be further pullbacks: derivatives of derivatives.

    Raises
    ------
    UnsupportedError
        autograd is not installed, or a function without a rule is met.
    """
    try:
        from autograd.core import VJPNode, backward_pass
        from autograd.tracer import new_box
    except ImportError:
        message = "forces need the package autograd: `pip install 'refdp[models]'`"
        raise UnsupportedError(message) from None
    from refdp.namespaces.tape import TapeArray, leaf

    # Not `make_vjp`, which counts tapes up and down again, in all threads together. A tape that is begun
    # later is inside or in another thread: numbers that only grow tell which is on top.
    number = next(_numbers)
    y = function(new_box(leaf(x), number, VJPNode.new_root()))
    if not (isinstance(y, TapeArray) and y.number == number):
        return y, lambda _: array_namespace(x).zeros_like(x)
    return y.below, lambda g: backward_pass(leaf(g), y.node).array
