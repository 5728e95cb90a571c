"""The element-wise functions of a namespace of wrapped arrays; the kernel knows what each one means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

__all__ = ["Pointwise"]


class Pointwise(ABC):
    """Element-wise functions of the Array API.

    Where no argument is real, functions of integers are NumPy's; functions that give real numbers (`divide`,
    `sqrt`, ...) turn integers into wrapped arrays first.
    """

    @abstractmethod
    def evaluate(self, name: str, *values: Any) -> Any:
        """Return the kernel's function `name` at the values, wrapped."""

    @abstractmethod
    def is_real(self, value: Any) -> bool:
        """Tell whether a value is a wrapped array, a float or a NumPy array of floats."""

    def add(self, x1: Any, x2: Any, /) -> Any:
        """Return x1 + x2."""
        return self._of_numbers("add", x1, x2)

    def subtract(self, x1: Any, x2: Any, /) -> Any:
        """Return x1 - x2."""
        return self._of_numbers("subtract", x1, x2)

    def multiply(self, x1: Any, x2: Any, /) -> Any:
        """Return x1 * x2."""
        return self._of_numbers("multiply", x1, x2)

    def negative(self, x: Any, /) -> Any:
        """Return -x."""
        return self._of_numbers("negative", x)

    def positive(self, x: Any, /) -> Any:
        """Return x."""
        return x

    def abs(self, x: Any, /) -> Any:
        """Return the absolute value."""
        return self._of_numbers("abs", x)

    def square(self, x: Any, /) -> Any:
        """Return x * x."""
        return self._of_numbers("square", x)

    def maximum(self, x1: Any, x2: Any, /) -> Any:
        """Return the larger of two elements, an enclosure of it where the balls overlap."""
        return self._of_numbers("maximum", x1, x2)

    def minimum(self, x1: Any, x2: Any, /) -> Any:
        """Return the smaller of two elements, an enclosure of it where the balls overlap."""
        return self._of_numbers("minimum", x1, x2)

    def clip(self, x: Any, /, min: Any = None, max: Any = None) -> Any:  # noqa: A002  # the standard's names
        """Return x, no smaller than `min` and no larger than `max`."""
        x = x if min is None else self.maximum(x, min)
        return x if max is None else self.minimum(x, max)

    def divide(self, x1: Any, x2: Any, /) -> Any:
        """Return x1 / x2; UndecidedError where a divisor is or may be zero."""
        return self.evaluate("divide", x1, x2)

    def reciprocal(self, x: Any, /) -> Any:
        """Return 1 / x."""
        return self.divide(1.0, x)

    def pow(self, x1: Any, x2: Any, /) -> Any:
        """Return x1 to the power x2: a Python integer, or any number where x1 is positive."""
        exponent = _as_int(x2)
        if exponent is None:
            return self.exp(self.multiply(x2, self.log(x1)))
        if not self.is_real(x1):
            return np.power(x1, exponent)
        return self._power(x1, exponent)

    def sqrt(self, x: Any, /) -> Any:
        """Return the square root; UndecidedError where x may be negative or touches zero without being it."""
        return self.evaluate("sqrt", x)

    def exp(self, x: Any, /) -> Any:
        """Return e to the power x."""
        return self.evaluate("exp", x)

    def expm1(self, x: Any, /) -> Any:
        """Return exp(x) - 1."""
        return self.evaluate("expm1", x)

    def log(self, x: Any, /) -> Any:
        """Return the natural logarithm; UndecidedError where x may be zero or negative."""
        return self.evaluate("log", x)

    def log1p(self, x: Any, /) -> Any:
        """Return log(1 + x); UndecidedError where x may be -1 or less."""
        return self.evaluate("log1p", x)

    def tanh(self, x: Any, /) -> Any:
        """Return the hyperbolic tangent."""
        return self.evaluate("tanh", x)

    def sin(self, x: Any, /) -> Any:
        """Return the sine."""
        return self.evaluate("sin", x)

    def cos(self, x: Any, /) -> Any:
        """Return the cosine."""
        return self.evaluate("cos", x)

    def _power(self, x: Any, n: int) -> Any:
        if n < 0:
            return self.divide(1.0, self._power(x, -n))
        if n == 0:
            return self.add(self.multiply(x, 0.0), 1.0)
        if n == 1:
            return self.add(x, 0.0)
        squared = self.square(self._power(x, n // 2))
        return self.multiply(squared, x) if n % 2 else squared

    def _of_numbers(self, name: str, *values: Any) -> Any:
        if any(self.is_real(v) for v in values):
            return self.evaluate(name, *values)
        return getattr(np, name)(*values)


def _as_int(exponent: Any) -> int | None:
    if isinstance(exponent, (int, np.integer)) and not isinstance(exponent, bool):
        return int(exponent)
    if isinstance(exponent, float) and exponent.is_integer():
        return int(exponent)
    return None
