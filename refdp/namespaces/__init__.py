"""Where arrays come from: their namespace, the dtype that a precision stands for, and how they move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from refdp._typing import Array, Namespace
from refdp.errors import UnsupportedError, unexpected

__all__ = [
    "PRECISIONS",
    "array_namespace",
    "detached",
    "device_of",
    "dtype_of",
    "map_arrays",
    "precision_name",
    "to_numpy",
    "transfer",
]

T = TypeVar("T")

PRECISIONS = {
    "default": "float64",
    "float64": "float64",
    "double": "float64",
    "float32": "float32",
    "single": "float32",
    "float16": "float16",
    "half": "float16",
    "bfloat16": "bfloat16",
}


def array_namespace(*arrays: Any) -> Namespace:
    """Return the Array API namespace that `arrays` share.

    NumPy, torch and JAX arrays get their namespace from array-api-compat; arrays that carry
    `__array_namespace__` (array-api-strict, balls, series, tapes) name their own.

    Raises
    ------
    TypeError
        The arrays belong to several libraries, or to none.
    """
    return array_api_compat.array_namespace(*arrays)


def detached(x: Array) -> Array:
    """Return what an array on the tape stands for, as a constant to derivatives; any other as it is."""
    return getattr(x, "detached", x)


def device_of(x: Array) -> Any:
    """Return where an array lives; None, the default, for tracers of `jax.jit`, which live nowhere yet."""
    return getattr(x, "device", None)


def precision_name(precision: str) -> str:
    """Return the dtype name that a `precision` option stands for, `default` being float64.

    Raises
    ------
    InputError
        The name is unknown.
    """
    if precision not in PRECISIONS:
        raise unexpected("precision", precision, f"one of {', '.join(PRECISIONS)}")
    return PRECISIONS[precision]


def dtype_of(xp: Namespace, precision: str) -> Any:
    """Return the dtype of namespace `xp` for a `precision` option; None where `xp` has no dtypes (balls).

    Raises
    ------
    InputError
        The name is unknown.
    UnsupportedError
        The library has no such dtype.
    """
    name = precision_name(precision)
    if getattr(xp, "exact", False):
        return None
    if name == "float64" and array_api_compat.is_jax_namespace(xp) and not _jax_has_float64(xp):
        message = "`precision`: float64 in JAX needs `jax.config.update('jax_enable_x64', True)` beforehand"
        raise UnsupportedError(message)
    if hasattr(xp, name):
        return getattr(xp, name)
    if name == "bfloat16" and array_api_compat.is_numpy_namespace(xp):
        return _numpy_bfloat16()
    message = f"`precision`: {getattr(xp, '__name__', xp)} has no dtype {name}"
    raise UnsupportedError(message)


def _jax_has_float64(xp: Namespace) -> bool:
    # Without x64 every Python float becomes float32, in silence.
    return bool(xp.asarray(0.0).dtype == xp.float64)


def _numpy_bfloat16() -> Any:
    try:
        import ml_dtypes
    except ImportError:
        message = "`precision`: bfloat16 on NumPy needs the package ml_dtypes"
        raise UnsupportedError(message) from None
    return ml_dtypes.bfloat16


def to_numpy(x: Any) -> NDArray[Any]:
    """Return an array of any library as a NumPy array of the same dtype."""
    if not hasattr(x, "detach"):
        return np.asarray(x)
    x = x.detach().cpu()
    # torch has no bfloat16 to give to NumPy, which knows it as a guest only.
    return x.float().numpy().astype(_numpy_bfloat16()) if "bfloat16" in str(x.dtype) else np.asarray(x)


def transfer(x: Any, namespace: Namespace, dtype: Any = None, device: Any = None) -> Array:
    """Return an array of any library in another, never sharing memory between two libraries."""
    if array_api_compat.is_numpy_namespace(namespace):
        x = to_numpy(x)
    elif array_api_compat.is_numpy_array(x):
        # Other libraries know nothing of NumPy's guest dtypes, such as bfloat16.
        x = np.array(x, dtype=np.float32 if x.dtype.name == "bfloat16" else None)
    moved: Array = namespace.asarray(x, dtype=dtype, device=device)
    return moved


def map_arrays(tree: T, move: Callable[[Array], Array]) -> T:
    """Return a copy of a tree of dataclasses and tuples with `move` applied to every array in it."""
    if is_dataclass(tree) and not isinstance(tree, type):
        moved = {f.name: map_arrays(getattr(tree, f.name), move) for f in fields(tree) if f.init}
        return replace(tree, **moved)
    if isinstance(tree, tuple):
        return tuple(map_arrays(item, move) for item in tree)  # type: ignore[return-value]
    if hasattr(tree, "shape") and hasattr(tree, "dtype"):
        return move(tree)  # type: ignore[return-value, arg-type]
    return tree
