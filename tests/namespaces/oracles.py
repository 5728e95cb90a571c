"""Truth that owes nothing to the code under test: rational arithmetic, decimal functions, other orders."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

__all__ = ["DIGITS", "FUNCTIONS", "ends", "floats", "fraction", "function", "orders", "rounded"]

DIGITS = 90
_CONTEXT = Context(prec=DIGITS + 20)


def floats(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite float64 numbers, tiny ones included but no subnormal ones."""
    return st.floats(low, high, allow_subnormal=False)


def fraction(ball: Any) -> Fraction:
    """The exact midpoint of an `arb`."""
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def ends(ball: Any) -> tuple[Fraction, Fraction]:
    """The exact ends of an `arb`."""
    middle, radius = fraction(ball), fraction(ball.rad())
    return middle - radius, middle + radius


def _exp(x: Decimal) -> Decimal:
    return _CONTEXT.exp(x)


def _tanh(x: Decimal) -> Decimal:
    e = _exp(_CONTEXT.multiply(Decimal(2), x))
    return _CONTEXT.divide(_CONTEXT.subtract(e, Decimal(1)), _CONTEXT.add(e, Decimal(1)))


FUNCTIONS = {
    "exp": _exp,
    "expm1": lambda x: _CONTEXT.subtract(_exp(x), Decimal(1)),
    "log": _CONTEXT.ln,
    "log1p": lambda x: _CONTEXT.ln(_CONTEXT.add(x, Decimal(1))),
    "tanh": _tanh,
    "sqrt": _CONTEXT.sqrt,
}


def function(name: str, x: float | Fraction) -> Fraction:
    """An elementary function of a number to `DIGITS` digits, wherever it loses fewer than 20 of them."""
    exact = Fraction(x)
    argument = _CONTEXT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return Fraction(FUNCTIONS[name](argument))


def orders(terms: np.ndarray) -> dict[str, Any]:
    """The sum of a vector in its own format, in orders that a library may choose, and in hostile ones."""

    def one_by_one(values: np.ndarray) -> Any:
        total = values.dtype.type(0)
        for value in values:
            total = total + value
        return total

    def in_pairs(values: np.ndarray) -> Any:
        half = len(values) // 2
        return values.sum() if half == 0 else in_pairs(values[:half]) + in_pairs(values[half:])

    by_size = np.argsort(np.abs(terms))
    return {
        "numpy": terms.sum(),
        "forward": one_by_one(terms),
        "backward": one_by_one(terms[::-1]),
        "small first": one_by_one(terms[by_size]),
        "large first": one_by_one(terms[by_size[::-1]]),
        "positive first": one_by_one(np.sort(terms)[::-1]),
        "pairwise": in_pairs(terms),
        "blocks of four": one_by_one(np.array([one_by_one(terms[k::4]) for k in range(4)], terms.dtype)),
    }


def rounded(value: Fraction, digits: int) -> Fraction:
    """The nearest number of `digits` bits, ties to even, without bounds on the exponent."""
    if value == 0:
        return value
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length() - digits
    while abs(value) >= Fraction(2) ** (exponent + digits):
        exponent += 1
    while abs(value) < Fraction(2) ** (exponent + digits - 1):
        exponent -= 1
    return round(value / Fraction(2) ** exponent) * Fraction(2) ** exponent
