r"""Running error analysis on NumPy arrays: a value, and a bound for what rounding may do to it.

A pair :math:`(m, r)` of float64 numbers stands for an exact real number :math:`z` (the expression in real
arithmetic) and promises

.. math:: |m - z| \le r \quad\text{and}\quad |\hat z - z| \le r

for **every** value :math:`\hat z` that an honest evaluation in the format of the array may arrive at. So
:math:`|z| \le |m| + r`, :math:`|\hat z| \le |m| + 2r`, and no truth is needed to compute the bound.

*Honest* means: additions, multiplications and conversions round once, :math:`\hat z = (1+\delta) z` with
:math:`|\delta| \le u = 2^{-p}`; the other functions err by at most `refdp.namespaces.libm.ROUNDINGS` times
:math:`u`; sums and products of matrices are taken in any order, in any blocks, with or without fused
multiply-add, in this format or a wider one; a result below the smallest normal number may lose :math:`\eta`,
as a rule all of it (`Format.flushed`). Overflow is refused.

Two facts do the work. Let an operation of exact inputs give :math:`z`, let its inputs' errors move that by at
most :math:`s` (the *spread*, from the derivative over all of :math:`m \pm 2r`), and let it round with
relative error at most :math:`\kappa u < 1`. Then :math:`|\hat z - z| \le s + \kappa u (|z| + s) + \eta`. The
float64 evaluation :math:`m` is itself honest in every format of at most 53 bits, so the same holds for it,
hence :math:`|z| + s \le (|m| + 2s + \eta) / (1 - \kappa u)` and

.. math:: r = s + \gamma\,(|m| + 2s) + 2\eta, \qquad \gamma = \frac{\kappa u}{1 - \kappa u}.

A sum of :math:`n` terms gives each of them at most :math:`n - 1` factors :math:`(1 + \delta)` whatever the
order, and a term that is exactly zero takes none (Higham, *Accuracy and Stability of Numerical Algorithms*,
2002, chapters 3 and 4). A product of :math:`n` such factors differs from 1 by at most :math:`\gamma_n = (1 +
u)^n - 1`, without a condition on :math:`n`.

The bounds are made of additions and multiplications of non-negative float64 numbers, so their own rounding is
relative: each is enlarged by :math:`2^{-40}` (a sum of :math:`n` terms by :math:`n\,2^{-52}` more), far more
than the twenty or so roundings behind it; :math:`\eta \ge 2^{-1022}` covers what they lose to underflow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from refdp.errors import UndecidedError
from refdp.namespaces.formats import Format
from refdp.namespaces.libm import ROUNDINGS

__all__ = ["BudgetKernel", "Pair", "representable"]

Floats: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[Floats, Floats]

_SLACK = 2.0**-40
_SHRINK = 1.0 - 2.0**-50


def representable(m: Floats, target: Format) -> NDArray[np.bool_]:
    """Tell which numbers the format holds exactly; subnormal numbers count as not held."""
    mantissa = np.ldexp(np.frexp(m)[0], target.digits)
    size = np.abs(m)
    normal = (size >= target.smallest_normal) & (size <= target.max)
    return np.asarray((m == 0) | (normal & (mantissa == np.rint(mantissa))))


@dataclass(frozen=True)
class BudgetKernel:
    """What the functions of the standard mean for pairs of value and bound, in one format."""

    format: Format

    def enter(self, m: Floats, r: Floats) -> Pair:
        """Return a pair rounded to the format: nothing is added where the value is exact and held."""
        held = (r == 0) & representable(m, self.format)
        # A subnormal number may count as zero from the start.
        lost = np.where(np.abs(m) < self.format.smallest_normal, self.format.flushed, 0.0)
        return m, np.where(held, r, self._close("astype", m, r + lost, 1)[1])

    def add(self, x: Pair, y: Pair) -> Pair:
        """Return x + y; adding an exact zero does not round."""
        m, r = self._close("add", x[0] + y[0], x[1] + y[1], 1)
        return m, np.where(_zero(x), y[1], np.where(_zero(y), x[1], r))

    def subtract(self, x: Pair, y: Pair) -> Pair:
        """Return x - y."""
        return self.add(x, self.negative(y))

    def negative(self, x: Pair) -> Pair:
        """Return -x."""
        return -x[0], x[1]

    def abs(self, x: Pair) -> Pair:
        """Return the absolute value."""
        return np.abs(x[0]), x[1]

    def multiply(self, x: Pair, y: Pair) -> Pair:
        """Return x * y; zero where one factor is exactly zero."""
        (a, s), (b, t) = x, y
        spread = (np.abs(a) + s) * t + (np.abs(b) + 2 * t) * s
        return self._close("multiply", a * b, spread, 1, zero=_zero(x) | _zero(y))

    def square(self, x: Pair) -> Pair:
        """Return x * x."""
        return self.multiply(x, x)

    def divide(self, x: Pair, y: Pair) -> Pair:
        """Return x / y, or refuse: the divisor may be zero."""
        (a, s), (b, t) = x, y
        low = _above_zero("divide", np.abs(b) * _SHRINK - 2 * t, "a divisor that is or may be zero")
        return self._close("divide", a / b, (s + (np.abs(a) + s) / low * t) / low, zero=_zero(x))

    def sqrt(self, x: Pair) -> Pair:
        """Return the square root, or refuse: the argument may be negative, but is not exactly zero."""
        zero = _zero(x)
        low = np.where(zero, 1.0, x[0] * _SHRINK - 2 * x[1])
        low = _above_zero("sqrt", low, "an argument that is or may be negative")
        return self._close("sqrt", np.sqrt(x[0]), x[1] / (2 * np.sqrt(low)))

    def exp(self, x: Pair) -> Pair:
        """Return e to the power x."""
        return self._close("exp", np.exp(x[0]), np.exp(x[0] + 2 * x[1]) * x[1], zero=False)

    def expm1(self, x: Pair) -> Pair:
        """Return exp(x) - 1."""
        return self._close("expm1", np.expm1(x[0]), np.exp(x[0] + 2 * x[1]) * x[1])

    def log(self, x: Pair) -> Pair:
        """Return the logarithm, or refuse: the argument may be zero or negative."""
        low = _above_zero("log", x[0] * _SHRINK - 2 * x[1], "an argument that is not proven to be positive")
        return self._close("log", np.log(x[0]), x[1] / low)

    def log1p(self, x: Pair) -> Pair:
        """Return log(1 + x), or refuse: the argument may be -1 or less."""
        low = (1.0 + x[0]) - (1.0 + np.abs(x[0])) * (1.0 - _SHRINK) - 2 * x[1]
        low = _above_zero("log1p", low, "an argument that is not proven to be above -1")
        return self._close("log1p", np.log1p(x[0]), x[1] / low)

    def tanh(self, x: Pair) -> Pair:
        """Return the hyperbolic tangent, whose slope is largest at the end nearest to zero."""
        decay = np.exp(-2 * np.maximum(np.abs(x[0]) - 2 * x[1], 0.0))
        slope = np.minimum(1.0, 4 * decay / (1 + decay) ** 2)
        return self._close("tanh", np.tanh(x[0]), slope * x[1])

    def sin(self, x: Pair) -> Pair:
        """Return the sine."""
        return self._close("sin", np.sin(x[0]), x[1])

    def cos(self, x: Pair) -> Pair:
        """Return the cosine."""
        return self._close("cos", np.cos(x[0]), x[1])

    def maximum(self, x: Pair, y: Pair) -> Pair:
        """Return the larger one; where it is not clear which, with the larger bound."""
        either = np.maximum(x[1], y[1])
        r = np.where(self.less_equal(y, x), x[1], np.where(self.less_equal(x, y), y[1], either))
        return np.maximum(x[0], y[0]), r

    def minimum(self, x: Pair, y: Pair) -> Pair:
        """Return the smaller one; where it is not clear which, with the larger bound."""
        return self.negative(self.maximum(self.negative(x), self.negative(y)))

    def less(self, x: Pair, y: Pair) -> Any:
        """Return where x < y for the exact numbers and for all that may stand in for them."""
        return y[0] - x[0] > _doubt(x, y)

    def less_equal(self, x: Pair, y: Pair) -> Any:
        """Return where x <= y for the exact numbers and for all that may stand in for them."""
        return y[0] - x[0] >= _doubt(x, y)

    def sum(self, x: Pair) -> Pair:
        """Return the sum along the last axis, in any order."""
        m, r = x
        n = np.count_nonzero(~_zero(x), axis=-1)
        gamma = self._gamma(np.maximum(n - 1, 0))
        bound = np.sum(r, axis=-1) + gamma * np.sum(np.abs(m) + 2 * r, axis=-1)
        return self._collected("sum", np.sum(m, axis=-1), bound, n * (1 + gamma), m.shape[-1])

    def max(self, x: Pair) -> Pair:
        """Return the largest element along the last axis."""
        return self._folded(self.maximum, x)

    def min(self, x: Pair) -> Pair:
        """Return the smallest element along the last axis."""
        return self._folded(self.minimum, x)

    def matmul(self, x: Pair, y: Pair) -> Pair:
        """Return the product of stacks of matrices, each sum in any order."""
        (a, s), (b, t) = x, y
        left, right = np.abs(a) + s, np.abs(b) + 2 * t
        # A term counts where neither factor is exactly zero: at most the live ones of the row, or of the
        # column.
        rows = np.count_nonzero(~_zero(x), axis=-1)[..., :, None]
        columns = np.count_nonzero(~_zero(y), axis=-2)[..., None, :]
        n = np.minimum(rows, columns)
        gamma = self._gamma(n)
        bound = left @ t + s @ right + gamma * ((left + s) @ right)
        return self._collected("matmul", a @ b, bound, 2 * n * (1 + gamma), a.shape[-1])

    def _gamma(self, n: NDArray[Any]) -> Floats:
        return np.asarray(np.expm1(n * np.log1p(self.format.unit_roundoff)))

    def _close(self, name: str, m: Any, spread: Any, roundings: int | None = None, zero: Any = None) -> Pair:
        """Add the rounding of the result to the spread of its arguments; exact zeros stay exact."""
        ku = (ROUNDINGS[name] if roundings is None else roundings) * self.format.unit_roundoff
        r = spread + ku / (1.0 - ku) * (np.abs(m) + 2 * spread) + 2 * self.format.flushed
        exact = (m == 0) & (spread == 0) if zero is None else zero
        return self._checked(name, m, np.where(exact, 0.0, r * (1.0 + _SLACK)))

    def _collected(self, name: str, m: Floats, bound: Floats, flushed: Floats, terms: int) -> Pair:
        """Add what `flushed` results may lose below the smallest normal, and the rounding of the bound."""
        slack = _SLACK + 2.0**-52 * terms
        return self._checked(name, m, bound * (1.0 + slack) + flushed * (2 * self.format.flushed))

    def _checked(self, name: str, m: Any, r: Any) -> Pair:
        # Written so that nan fails as well.
        fine = np.abs(m) + 2 * r <= self.format.max
        if not np.all(fine):
            bad = np.size(fine) - int(np.count_nonzero(fine))
            message = f"{name}: {bad} of {np.size(fine)} elements may exceed the largest {self.format.name}"
            raise UndecidedError(message)
        return np.asarray(m), np.asarray(r)

    def _folded(self, function: Callable[[Pair, Pair], Pair], x: Pair) -> Pair:
        m, r = x
        while m.shape[-1] > 1:
            half = (m.shape[-1] + 1) // 2
            m, r = function((m[..., :half], r[..., :half]), (m[..., -half:], r[..., -half:]))
        return m[..., 0], r[..., 0]


def _zero(x: Pair) -> NDArray[np.bool_]:
    return np.asarray((x[0] == 0) & (x[1] == 0))


def _doubt(x: Pair, y: Pair) -> Floats:
    """Return how far apart two values must be: all that may stand in for them is within 2r."""
    return 2 * (x[1] + y[1]) * (1.0 + _SLACK)


def _above_zero(name: str, low: Any, what: str) -> Floats:
    if not np.all(low > 0):
        bad = np.size(low) - int(np.count_nonzero(low > 0))
        message = f"{name}: {bad} of {np.size(low)} elements have {what} in this format"
        raise UndecidedError(message)
    return np.asarray(low)
