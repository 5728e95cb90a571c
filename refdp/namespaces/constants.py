"""The names of a namespace that are no functions: dtypes and numbers."""

from __future__ import annotations

import math

import numpy as np

from refdp.namespaces.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64

__all__ = ["Constants"]


class Constants:
    """Dtypes and constants of the Array API; real dtypes are formats, the others are NumPy's."""

    float64 = FLOAT64
    float32 = FLOAT32
    float16 = FLOAT16
    bfloat16 = BFLOAT16
    int64 = np.int64
    int32 = np.int32
    bool = np.bool_
    pi = math.pi
    e = math.e
    inf = math.inf
    nan = math.nan
    newaxis = None
