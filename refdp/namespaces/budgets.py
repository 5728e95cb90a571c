"""Error budgets: arrays that carry what rounding in a given format may do to each element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from refdp.errors import unexpected
from refdp.namespaces.budget_kernel import BudgetKernel
from refdp.namespaces.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, Format
from refdp.namespaces.wrapped import Leaves, WrappedArray
from refdp.namespaces.wrapped_namespace import WrappedNamespace

__all__ = ["BudgetArray", "BudgetNamespace", "midpoint", "radius", "to_budgets"]

_BY_BITS = {f.digits: f for f in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}


class BudgetArray(WrappedArray):
    """Values with their error budgets; make one with `to_budgets` or with a function of `BudgetNamespace`."""

    __slots__ = ()


@dataclass(frozen=True)
class BudgetNamespace(WrappedNamespace):
    """Budget arithmetic: each element knows how far an honest evaluation may stray from the truth.

    An Array API namespace, found through `array_namespace(x)`. Every array has a format as its dtype:
    `astype` to a narrower one rounds, as it does in the library that is being modelled; Python scalars and
    NumPy arrays are rounded to the format of their partner. The model of arithmetic and its proof are in
    `refdp.namespaces.budget_kernel`.

    Attributes
    ----------
    bits
        Significant bits of what is made without a dtype: 53 (float64), 24 (float32), 11 (float16), 8
        (bfloat16).

    Raises
    ------
    UndecidedError
        Evaluations in this format may disagree about a comparison, divide by zero, take the root of a
        negative number, or overflow.
    """

    bits: int = 53

    array_type: ClassVar[type[WrappedArray]] = BudgetArray
    exact: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the precision."""
        if self.bits not in _BY_BITS:
            raise unexpected("bits", self.bits, "53, 24, 11 or 8")

    @property
    def __name__(self) -> str:
        """What tells this mode from another."""
        return f"refdp.namespaces.budgets[{self.bits}]"

    @property
    def default_format(self) -> Format:
        """The format of `bits` bits."""
        return _BY_BITS[self.bits]

    def enter(self, values: NDArray[Any], dtype: Format) -> Leaves:
        """Return the values and what rounding them to the format may cost."""
        m = values.astype(np.float64)
        if values.dtype.kind in "iu" and np.any(np.abs(m) > 2.0**53):
            raise unexpected("obj", values, "integers of at most 53 bits")
        return self.decide("enter", dtype, m, np.zeros_like(m))

    def convert(self, x: WrappedArray, dtype: Format) -> WrappedArray:
        """Return x in another format; only a narrower one rounds."""
        if dtype.digits >= x.dtype.digits:
            return self.wrap(x.leaves, dtype)
        return self.wrap(self.decide("enter", dtype, *x.leaves), dtype)

    def apply(self, name: str, dtype: Format, *operands: Leaves) -> Leaves:
        """Return what the kernel of the format computes."""
        return self.decide(name, dtype, *operands)

    def decide(self, name: str, dtype: Format, *operands: Any) -> Any:
        """Return what the kernel of the format computes."""
        # What NumPy would warn of (an overflow, say) the kernel finds in the result, and refuses.
        with np.errstate(all="ignore"):
            return getattr(BudgetKernel(dtype), name)(*operands)

    def part_of(self, x: BudgetArray) -> BudgetArray:
        """Return budgets that hold every multiple of x from 0 to 1 times it."""
        value, bound = x.leaves
        half = 0.5 * value
        return BudgetArray(self, (half, np.abs(half) + bound), x.dtype)

    def midpoint(self, x: Any) -> NDArray[np.float64]:
        """Return the value of each element, one float64 evaluation."""
        return midpoint(x)


def to_budgets(x: Any, bits: int = 53) -> BudgetArray:
    """Return floats or integers as they enter a calculation in a format of `bits` bits.

    Parameters
    ----------
    x
        A NumPy array or Python numbers. What the format does not hold exactly is rounded on entry.
    bits
        53, 24, 11 or 8.

    Raises
    ------
    InputError
        A number is not finite, or there is no such format.
    """
    namespace = BudgetNamespace(bits)
    entered: BudgetArray = namespace.asarray(x, dtype=namespace.default_format)
    return entered


def midpoint(x: BudgetArray) -> NDArray[np.float64]:
    """Return the values: a float64 evaluation, itself within `radius` of the truth."""
    return x.leaves[0]


def radius(x: BudgetArray) -> NDArray[np.float64]:
    """Return the budget of each element: no honest evaluation is farther from the truth."""
    return x.leaves[1]
