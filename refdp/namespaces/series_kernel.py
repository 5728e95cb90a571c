r"""Arithmetic on truncated Taylor series whose coefficients are balls.

A series :math:`x(t) = \sum_k x_k t^k` is a tuple of object arrays :math:`x_0, x_1, \dots` of `flint.arb`; a
missing coefficient is exactly zero (weights and other constants have one coefficient, and cost no more than a
ball). The rules are the recurrences of automatic differentiation, coefficient by coefficient (Griewank and
Walther, *Evaluating Derivatives*, 2008, chapter 13), each from the differential equation of the function:
:math:`e' = e\,x'`, :math:`y' = (1 - y^2) x'` for the hyperbolic tangent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from flint import arb

from refdp.errors import UndecidedError
from refdp.namespaces.ball_kernel import BallKernel as Ball
from refdp.namespaces.ball_kernel import Leaf

__all__ = ["Series", "SeriesKernel", "padded"]

Series: TypeAlias = tuple[Leaf, ...]
Product: TypeAlias = Callable[[Leaf, Leaf], Leaf]


@dataclass(frozen=True)
class SeriesKernel:
    """What the functions of the standard mean for series up to the power `order` of t.

    Attributes
    ----------
    order
        The highest power that is kept.
    side
        On which side of t = 0 a tie is broken: 1 after, -1 before, 0 not at all.
    """

    order: int
    side: int = 0

    def add(self, x: Series, y: Series) -> Series:
        """Return x + y."""
        return self._aligned(Ball.add, x, y)

    def subtract(self, x: Series, y: Series) -> Series:
        """Return x - y."""
        return self._aligned(Ball.subtract, x, y)

    def negative(self, x: Series) -> Series:
        """Return -x."""
        return tuple(Ball.negative(c) for c in x)

    def multiply(self, x: Series, y: Series) -> Series:
        """Return x * y."""
        return self._convolved(Ball.multiply, x, y)

    def square(self, x: Series) -> Series:
        """Return x * x."""
        return self.multiply(x, x)

    def matmul(self, x: Series, y: Series) -> Series:
        """Return the product of stacks of matrices."""
        return self._convolved(Ball.matmul, x, y)

    def sum(self, x: Series) -> Series:
        """Return the sum along the last axis."""
        return tuple(Ball.sum(c) for c in x)

    def divide(self, x: Series, y: Series) -> Series:
        """Return x / y."""
        q: list[Leaf] = []
        for k in range(self._length(x, y)):
            q.append(Ball.divide(_coefficient(x, k) - _dot(y[1:], q, k - 1), y[0]))
        return tuple(q)

    def sqrt(self, x: Series) -> Series:
        """Return the square root; refused at zero, where it has no derivative, unless x is constant."""
        s = [Ball.sqrt(x[0])]
        for k in range(1, self._length(x)):
            s.append(Ball.divide(_coefficient(x, k) - _dot(s[1:], s[1:], k - 2), 2 * s[0]))
        return tuple(s)

    def exp(self, x: Series) -> Series:
        """Return e to the power x."""
        return self._integrated(Ball.exp(x[0]), x, lambda e: e)

    def expm1(self, x: Series) -> Series:
        """Return exp(x) - 1."""
        return (Ball.expm1(x[0]), *self.exp(x)[1:])

    def log(self, x: Series) -> Series:
        """Return the natural logarithm."""
        return (Ball.log(x[0]), *self._log_tail(x))

    def log1p(self, x: Series) -> Series:
        """Return log(1 + x)."""
        return (Ball.log1p(x[0]), *self._log_tail((x[0] + arb(1), *x[1:])))

    def tanh(self, x: Series) -> Series:
        """Return the hyperbolic tangent."""
        return self._integrated(Ball.tanh(x[0]), x, lambda y: (1 - y[0] * y[0], *_minus_square(y)))

    def sin(self, x: Series) -> Series:
        """Return the sine."""
        return self._sine_and_cosine(x)[0]

    def cos(self, x: Series) -> Series:
        """Return the cosine."""
        return self._sine_and_cosine(x)[1]

    def abs(self, x: Series) -> Series:
        """Return the absolute value; at a zero of x the side decides."""
        return self._larger("abs", x, self.negative(x))

    def maximum(self, x: Series, y: Series) -> Series:
        """Return the larger one; at a tie the side decides."""
        return self._larger("maximum", x, y)

    def minimum(self, x: Series, y: Series) -> Series:
        """Return the smaller one; at a tie the side decides."""
        return self.negative(self._larger("minimum", self.negative(x), self.negative(y)))

    def max(self, x: Series) -> Series:
        """Return the largest element along the last axis."""
        return reduce(self.maximum, _columns(x))

    def min(self, x: Series) -> Series:
        """Return the smallest element along the last axis."""
        return reduce(self.minimum, _columns(x))

    def less(self, x: Series, y: Series) -> Any:
        """Return where x < y is proven, next to t = 0 on the side that breaks ties."""
        return self._less_and_tied(x, y)[0]

    def less_equal(self, x: Series, y: Series) -> Any:
        """Return where x < y is proven, or x and y are exactly equal in all coefficients."""
        less, tied = self._less_and_tied(x, y)
        return less | tied

    def _less_and_tied(self, x: Series, y: Series) -> tuple[Any, Any]:
        less: Any = False
        tied: Any = True
        for k in range(max(len(x), len(y))):
            a, b = _coefficient(x, k), _coefficient(y, k)
            if k == 0 or self.side:
                first, second = (b, a) if k % 2 and self.side < 0 else (a, b)
                less = less | tied & Ball.less(first, second)
            tied = tied & np.asarray(Ball.less_equal(a, b) & Ball.less_equal(b, a), bool)
        return np.asarray(less, bool), np.asarray(tied, bool)

    def _larger(self, name: str, x: Series, y: Series) -> Series:
        less, tied = self._less_and_tied(x, y)
        decided = less | tied | self.less(y, x)
        if not decided.all():
            bad = decided.size - int(np.count_nonzero(decided))
            message = (
                f"{name}: {bad} of {decided.size} choices are undecided: overlapping balls may part with "
                "more bits, an exact tie of different derivatives wants a `side`"
            )
            raise UndecidedError(message)
        return self._aligned(lambda a, b: np.where(less, b, a), x, y)

    def _length(self, *series: Series) -> int:
        """Return how many coefficients a function of the series has that is no polynomial."""
        return self.order + 1 if any(len(s) > 1 for s in series) else 1

    def _aligned(self, function: Product, x: Series, y: Series) -> Series:
        n = max(len(x), len(y))
        return tuple(function(_coefficient(x, k), _coefficient(y, k)) for k in range(n))

    def _convolved(self, product: Product, x: Series, y: Series) -> Series:
        n = min(self.order + 1, len(x) + len(y) - 1)
        pairs = ([product(x[j], y[k - j]) for j in range(len(x)) if 0 <= k - j < len(y)] for k in range(n))
        return tuple(reduce(Ball.add, terms) for terms in pairs)

    def _integrated(self, start: Leaf, x: Series, slope: Callable[[list[Leaf]], Any]) -> Series:
        """Return y with y' = slope(y) x' and y_0 = start: k y_k is a convolution of known coefficients."""
        y = [start]
        growth = [j * c for j, c in enumerate(x)][1:]
        for k in range(1, self._length(x)):
            y.append(_dot(growth, slope(y), k - 1) / k)
        return tuple(y)

    def _log_tail(self, x: Series) -> Series:
        """Return the coefficients of log x from the first power on, from x l' = x'."""
        growth: list[Leaf] = []  # k l_k
        for k in range(1, self._length(x)):
            growth.append(Ball.divide(k * _coefficient(x, k) - _dot(x[1:], growth, k - 2), x[0]))
        return tuple(g / (k + 1) for k, g in enumerate(growth))

    def _sine_and_cosine(self, x: Series) -> tuple[Series, Series]:
        s, c = [Ball.sin(x[0])], [Ball.cos(x[0])]
        growth = [j * a for j, a in enumerate(x)][1:]
        for k in range(1, self._length(x)):
            s_k, c_k = _dot(growth, c, k - 1) / k, -_dot(growth, s, k - 1) / k
            s.append(s_k)
            c.append(c_k)
        return tuple(s), tuple(c)


def padded(x: Series, length: int) -> Series:
    """Return the series with exact zeros up to `length` coefficients."""
    return tuple(_coefficient(x, k) for k in range(length))


def _coefficient(x: Series, k: int) -> Leaf:
    return x[k] if k < len(x) else np.full(np.shape(x[0]), arb(0), object)


def _dot(x: Any, y: Any, k: int) -> Any:
    """Return coefficient k of the product of two series, exactly zero where nothing contributes."""
    terms = [x[j] * y[k - j] for j in range(min(k + 1, len(x))) if k - j < len(y)]
    return reduce(Ball.add, terms) if terms else arb(0)


def _minus_square(y: list[Leaf]) -> list[Leaf]:
    """Return the coefficients of -y^2 from the first power on, as far as y is known."""
    return [-_dot(y, y, k) for k in range(1, len(y))]


def _columns(x: Series) -> list[Series]:
    return [tuple(c[..., j] for c in x) for j in range(x[0].shape[-1])]
