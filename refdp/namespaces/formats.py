"""The floating point formats that a calculation may claim to use, as the dtypes of wrapped arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["BALL", "BFLOAT16", "FLOAT16", "FLOAT32", "FLOAT64", "Format", "format_of"]


@dataclass(frozen=True)
class Format:
    """A binary floating point format; it answers like the result of the standard's `finfo` as well.

    Attributes
    ----------
    name
        As the standard or `ml_dtypes` calls it.
    digits
        :math:`p`, significant bits, the hidden one included.
    smallest_normal, max
        The smallest positive normal number and the largest number.
    flushed
        What a result below the smallest normal number may lose: all of it where processors or compilers flush
        such numbers to zero; in float16, where these matter and are kept, the last subnormal bit.
    """

    name: str
    digits: int
    smallest_normal: float
    max: float
    flushed: float

    @property
    def unit_roundoff(self) -> float:
        """:math:`u = 2^{-p}`, the largest relative error of one rounding to nearest."""
        return 2.0**-self.digits

    @property
    def eps(self) -> float:
        """:math:`2^{1-p}`, the distance from 1 to the next number."""
        return 2.0 ** (1 - self.digits)

    @property
    def min(self) -> float:
        """The most negative number."""
        return -self.max

    @property
    def dtype(self) -> Format:
        """The format itself, as `finfo(...).dtype`."""
        return self

    def __str__(self) -> str:
        return self.name


FLOAT64 = Format("float64", 53, 2.0**-1022, float(np.finfo(np.float64).max), 2.0**-1022)
FLOAT32 = Format("float32", 24, 2.0**-126, float(np.finfo(np.float32).max), 2.0**-126)
FLOAT16 = Format("float16", 11, 2.0**-14, 65504.0, 2.0**-24)
BFLOAT16 = Format("bfloat16", 8, 2.0**-126, (2.0 - 2.0**-7) * 2.0**127, 2.0**-126)
# Balls have no format of their own: where a formula asks for one, it is that of the definition, float64.
BALL = Format("ball", FLOAT64.digits, FLOAT64.smallest_normal, FLOAT64.max, 0.0)

_BY_NAME = {f.name: f for f in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}


def format_of(dtype: Any) -> Format | None:
    """Return the format that `dtype` stands for: a `Format`, a NumPy (or ml_dtypes) dtype, a name or `float`.

    None where `dtype` is no real floating dtype: integers and booleans stay plain NumPy arrays.
    """
    if isinstance(dtype, Format):
        return dtype
    try:
        return _BY_NAME.get(np.dtype(dtype).name)
    except TypeError:
        return _BY_NAME.get(str(dtype))
