r"""Gradients of whatever is written in functions of the standard, on arrays of any library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refdp._typing import Array
from refdp.errors import UnsupportedError
from refdp.namespaces import array_namespace

__all__ = ["pullback"]


def pullback(function: Callable[[Any], Any], x: Array) -> tuple[Array, Callable[[Array], Array]]:
    r"""Return :math:`f(x)` and the function :math:`\bar y \mapsto \bar y\,\partial f/\partial x`.

    Equation {eq}`eq-reverse-mode` of the book.

    Parameters
    ----------
    function
        From an array to an array, in functions of the standard.
    x
        NumPy's, balls or budgets; torch and JAX differentiate the same code by themselves.

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
    from refdp.namespaces.tape import TapeArray, leaf, value_of
    from refdp.namespaces.tape_rules import Leaf

    xp = array_namespace(x)
    # Not `make_vjp`, whose count of nested traces is shared by all threads.
    start = VJPNode.new_root()
    y = function(new_box(leaf(x), 0, start))

    def back(g: Array) -> Array:
        if not isinstance(y, TapeArray):
            return xp.zeros_like(x)
        return backward_pass(Leaf(xp, g), y.node).array

    return value_of(y), back
