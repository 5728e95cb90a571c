"""Arithmetic on NumPy object arrays of `flint.arb`, at the precision of the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

from refdp.errors import UndecidedError, unexpected

__all__ = ["BallKernel", "Leaf", "precision", "to_arb"]

Leaf = np.ndarray[Any, Any]

_LOCK = RLock()
_IS_FINITE = np.frompyfunc(arb.is_finite, 1, 1)
_TO_ARB = np.frompyfunc(arb, 1, 1)
_MAXIMUM = np.frompyfunc(arb.max, 2, 1)
_MINIMUM = np.frompyfunc(arb.min, 2, 1)


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with `bits` bits inside the block, and put the precision back after it, whatever happens.

    FLINT's precision is one number for the whole process. The block holds a lock, so that threads which use
    this function never see each other's precision; code that sets `flint.ctx` itself has no such protection.

    Raises
    ------
    InputError
        `bits` is no whole number of at least 2.
    """
    if not isinstance(bits, int) or bits < 2:
        raise unexpected("bits", bits, "a whole number of at least 2")
    with _LOCK:
        before = ctx.prec
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec = before


def to_arb(values: Leaf) -> Leaf:
    """Return finite integers or floats of at most 64 bits as exact balls."""
    return np.asarray(_TO_ARB(values.astype(object)), object).reshape(values.shape)


class BallKernel:
    """What the functions of the standard mean for object arrays of `arb`: every result encloses the truth."""

    add: Callable[[Leaf, Leaf], Leaf] = np.add
    subtract: Callable[[Leaf, Leaf], Leaf] = np.subtract
    multiply: Callable[[Leaf, Leaf], Leaf] = np.multiply
    negative: Callable[[Leaf], Leaf] = np.negative
    abs: Callable[[Leaf], Leaf] = np.abs
    exp: Callable[[Leaf], Leaf] = np.exp
    expm1: Callable[[Leaf], Leaf] = np.expm1
    tanh: Callable[[Leaf], Leaf] = np.tanh
    sin: Callable[[Leaf], Leaf] = np.sin
    cos: Callable[[Leaf], Leaf] = np.cos
    maximum: Callable[[Leaf, Leaf], Leaf] = _MAXIMUM
    minimum: Callable[[Leaf, Leaf], Leaf] = _MINIMUM
    less: Callable[[Leaf, Leaf], Any] = np.less
    less_equal: Callable[[Leaf, Leaf], Any] = np.less_equal

    @staticmethod
    def square(x: Leaf) -> Leaf:
        """Return x * x."""
        return np.multiply(x, x)

    @staticmethod
    def divide(x: Leaf, y: Leaf) -> Leaf:
        """Return x / y, or refuse: a divisor contains zero."""
        return _finite("divide", np.divide(x, y), "a divisor that is or may be zero")

    @staticmethod
    def sqrt(x: Leaf) -> Leaf:
        """Return the square root, or refuse: a ball reaches below zero."""
        return _finite("sqrt", np.sqrt(x), "an argument that is or may be negative")

    @staticmethod
    def log(x: Leaf) -> Leaf:
        """Return the logarithm, or refuse: a ball touches zero or reaches below."""
        return _finite("log", np.log(x), "an argument that is not proven to be positive")

    @staticmethod
    def log1p(x: Leaf) -> Leaf:
        """Return log(1 + x), or refuse: a ball touches -1 or reaches below."""
        return _finite("log1p", np.log1p(x), "an argument that is not proven to be above -1")

    @staticmethod
    def sum(x: Leaf) -> Leaf:
        """Return the sum along the last axis."""
        # Without `initial` an empty sum is the integer 0, on which the next tanh fails.
        return np.asarray(np.add.reduce(x, axis=-1, initial=arb(0)), object)

    @staticmethod
    def max(x: Leaf) -> Leaf:
        """Return the largest element along the last axis."""
        return np.asarray(_MAXIMUM.reduce(x, axis=-1), object)

    @staticmethod
    def min(x: Leaf) -> Leaf:
        """Return the smallest element along the last axis."""
        return np.asarray(_MINIMUM.reduce(x, axis=-1), object)

    @staticmethod
    def matmul(x: Leaf, y: Leaf) -> Leaf:
        """Return the product of stacks of matrices, by FLINT's own product of matrices, matrix by matrix."""
        stack = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
        if x.shape[-1] != y.shape[-2]:
            raise unexpected("x2", y.shape, f"a matrix with {x.shape[-1]} rows, to stand right of {x.shape}")
        out = np.empty((*stack, x.shape[-2], y.shape[-1]), object)
        left = np.broadcast_to(x, stack + x.shape[-2:])
        right = np.broadcast_to(y, stack + y.shape[-2:])
        for index in np.ndindex(*stack):
            product = _matrix(left[index]) * _matrix(right[index])
            out[index] = np.array(product.entries(), object).reshape(out.shape[-2:])
        return out


def _matrix(x: Leaf) -> arb_mat:
    rows, columns = x.shape
    return arb_mat(rows, columns, x.ravel().tolist())


def _finite(name: str, result: Any, what: str) -> Leaf:
    fine = np.asarray(_IS_FINITE(result), bool)
    if not fine.all():
        bad = fine.size - int(np.count_nonzero(fine))
        message = f"{name}: {bad} of {fine.size} elements have {what}; more bits may tell"
        raise UndecidedError(message)
    return result
