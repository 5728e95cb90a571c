"""Gradients of whatever the tape records, and the same as difference quotients of balls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refdp.derivatives import pullback
from refdp.namespaces import array_namespace

__all__ = ["C", "G", "X", "gradient", "quotient"]

BITS, STEP = 256, 2.0**-80
# Eighths apart from each other, from zero and from what the tests compare them with; exact in float32.
X = np.array([[0.375, 1.625, 0.75], [1.25, 0.25, 0.875]])
C = np.array([1.5, -0.625, 2.25])
G = np.array([0.5, -1.0, 2.0, 0.25, -0.75, 1.5, 3.0])

Function = Callable[[Any, Any, Any], Any]


def gradient(function: Function, x: Any = X, array: Callable[[Any], Any] = np.asarray) -> Any:
    """Return value and gradient of `function(xp, x, c)`, weighed with the numbers of `G` over and over.

    Parameters
    ----------
    function
        Of the namespace, the array and the constant `C`.
    x
        NumPy's.
    array
        Makes arrays of any library of NumPy's.
    """
    y, back = pullback(lambda z: function(array_namespace(z), z, array(C)), array(x))
    return y, back(array(np.resize(G, y.shape).astype(x.dtype)))


def quotient(function: Function, x: Any = X) -> Any:
    """Return the same gradient as the difference quotient of balls, exact to far beyond float64."""
    from refdp.namespaces.balls import midpoint, to_balls

    def weighed(z: Any) -> Any:
        xp = array_namespace(z)
        y = function(xp, z, to_balls(C, BITS))
        return xp.sum(y * np.resize(G, y.shape))

    found = np.zeros(x.shape)
    for k in np.ndindex(x.shape):
        move = np.zeros(x.shape)
        move[k] = STEP
        there, back = (weighed(to_balls(x, BITS) + to_balls(sign * move, BITS)) for sign in (1.0, -1.0))
        found[k] = midpoint((there - back) / (2 * STEP))
    return found
