"""Arrays in words, as YAML has them: `{"@class": "np.ndarray", "dtype": ..., "value": nested lists}`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refdp.errors import ModelFileError, unexpected
from refdp.io.model_tree import IS_VARIABLE
from refdp.namespaces import dtype_of

__all__ = ["DTYPES", "array_from_dict", "array_header", "array_shape"]

DTYPES = frozenset({"bool", "float16", "bfloat16", "float32", "float64"}) | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
"""The names of formats that come back as they were."""

MOST_AXES = 32
"""Of an array in HDF5, and of one over which NumPy iterates."""

KEYS = frozenset({"@class", IS_VARIABLE, "@version", "dtype", "shape", "value"})


def array_header(x: NDArray[Any]) -> dict[str, Any]:
    """Return what stands beside the numbers of an array, `value`.

    The shape is written where the nested lists cannot tell it, behind an axis of length zero; DeePMD-kit does
    not read this key, and makes `(0,)` of `(0, 3)`.
    """
    header = {"@class": "np.ndarray", IS_VARIABLE: True, "@version": 1, "dtype": x.dtype.name}
    lost = 0 in x.shape[:-1]
    return header | ({"shape": list(x.shape)} if lost else {})


def array_from_dict(data: Mapping[str, Any], where: str) -> NDArray[Any]:
    """Return the array that a dictionary describes.

    Raises
    ------
    ModelFileError
        A key is missing or unknown, the format unknown, the nested lists are ragged or hold something else
        than numbers, or the numbers do not fit into the format.
    """
    if unknown := set(data) - KEYS:
        raise unexpected(where, sorted(unknown), f"an array with the keys {sorted(KEYS)}", ModelFileError)
    if data.get("@class") != "np.ndarray" or "value" not in data:
        raise unexpected(where, list(data), 'an array: "@class" is np.ndarray, "value" there', ModelFileError)
    name = data.get("dtype")
    if not isinstance(name, str) or name not in DTYPES:
        raise unexpected(f"{where}.dtype", name, f"one of {', '.join(sorted(DTYPES))}", ModelFileError)
    read = _floats if "float" in name else _exactly
    x = read(data["value"], name, where)
    return x.reshape(array_shape(data["shape"], x, where)) if "shape" in data else x


def array_shape(shape: Any, x: NDArray[Any], where: str) -> tuple[int, ...]:
    """Return a shape with as many numbers as an array, for which the array's own may stand."""
    whole = isinstance(shape, list) and len(shape) <= MOST_AXES
    whole = whole and all(type(n) is int and 0 <= n < 2**31 for n in shape)
    if not whole or math.prod(shape) != x.size:
        raise unexpected(f"{where}.shape", shape, f"one for {x.size} numbers", ModelFileError)
    return tuple(shape)


def _floats(value: Any, name: str, where: str) -> NDArray[Any]:
    """Return numbers rounded to a format; none of them may become infinite by that."""
    x = _nested(value, None, where)
    if x.dtype.kind not in "fiub":
        raise unexpected(where, x.dtype.name, "nested lists of numbers", ModelFileError)
    with np.errstate(all="ignore"):
        rounded = x.astype(dtype_of(np, name))
    if not np.array_equal(np.isfinite(rounded), np.isfinite(x)):
        raise unexpected(f"{where}.value", "larger ones", f"numbers that {name} can hold", ModelFileError)
    return rounded


def _nested(value: Any, dtype: Any, where: str) -> NDArray[Any]:
    try:
        x = np.array(value, dtype)
    except ValueError:
        raise unexpected(where, "ragged ones", "nested lists of equal lengths", ModelFileError) from None
    if x.ndim > MOST_AXES:
        raise unexpected(where, x.ndim, f"at most {MOST_AXES} axes", ModelFileError)
    return x


def _exactly(value: Any, name: str, where: str) -> NDArray[Any]:
    """Return integers or booleans, none of which may change."""
    # What NumPy would choose for integers of 64 bits is float64.
    x = _nested(value, object, where)
    kind, least, most = (bool, 0, 1) if name == "bool" else (int, np.iinfo(name).min, np.iinfo(name).max)
    if not all(type(n) is kind and least <= n <= most for n in x.flat):
        expected = f"nested lists, of equal lengths, of what {name} can hold"
        raise unexpected(f"{where}.value", value, expected, ModelFileError)
    return x.astype(name)
