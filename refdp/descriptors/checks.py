"""The door of `call`: shapes always, values where looking at them costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import array_api_compat

from refdp._typing import Array
from refdp.errors import InputError, unexpected
from refdp.namespaces import array_namespace

if TYPE_CHECKING:
    from refdp.neighbors.sight import Sight

__all__ = ["check_call"]


def check_call(
    viewer: Sight, coord_ext: Array, atype_ext: Array, nlist: Array, mapping: Array | None
) -> None:
    """Raise InputError where the arguments of `call` do not fit each other or the viewer."""
    _check_kinds(coord_ext, {"atype_ext": atype_ext, "nlist": nlist, "mapping": mapping})
    if len(atype_ext.shape) != 2:
        raise unexpected("atype_ext", tuple(atype_ext.shape), "shape (nf, nall)")
    nf, nall = atype_ext.shape
    _check_shape("coord_ext", coord_ext, ((nf, nall, 3), (nf, nall * 3)), "(nf, nall, 3)")
    if mapping is not None:
        _check_shape("mapping", mapping, ((nf, nall),), "(nf, nall)")
    if len(nlist.shape) != 3 or nlist.shape[0] != nf or nlist.shape[2] != viewer.nnei:
        expected = f"shape (nf, nloc, nnei) = ({nf}, nloc, {viewer.nnei}), nnei being the sum of `sel`"
        raise unexpected("nlist", tuple(nlist.shape), expected)
    if nlist.shape[1] > nall:
        raise unexpected("nlist", tuple(nlist.shape), f"at most as many centres as atoms, nall = {nall}")
    _check_range("nlist", nlist, nall)
    _check_range("atype_ext", atype_ext, viewer.ntypes, what="types")
    if mapping is not None:
        _check_range("mapping", mapping, nall, lowest=0)


def _check_kinds(coord_ext: Array, indices: dict[str, Array | None]) -> None:
    for name, x in {"coord_ext": coord_ext, **indices}.items():
        if x is not None and not array_api_compat.is_array_api_obj(x):
            raise unexpected(name, type(x).__name__, "an array of NumPy, torch, JAX or another such library")
    if not _is_kind(coord_ext, "real floating"):
        raise unexpected("coord_ext", coord_ext.dtype, "an array of real floating point numbers")
    for name, x in indices.items():
        if x is not None and not _is_kind(x, "integral"):
            raise unexpected(name, x.dtype, "an array of integers")


def _check_shape(name: str, x: Array, allowed: tuple[tuple[int, ...], ...], symbols: str) -> None:
    if tuple(x.shape) not in allowed:
        numbers = " or ".join(str(shape) for shape in allowed)
        raise unexpected(name, tuple(x.shape), f"shape {symbols} = {numbers}")


def _check_range(name: str, x: Array, bound: int, lowest: int | None = None, what: str = "indices") -> None:
    if not array_api_compat.is_numpy_array(x):
        return
    xp = array_namespace(x)
    if bool(xp.any(x >= bound)):
        message = f"`{name}`: expected {what} below {bound}, got {int(xp.max(x))}"
        raise InputError(message)
    if lowest is not None and bool(xp.any(x < lowest)):
        message = f"`{name}`: expected indices of {lowest} or more, got {int(xp.min(x))}"
        raise InputError(message)


def _is_kind(x: Array, kind: str) -> bool:
    xp = array_namespace(x)
    guest = kind == "real floating" and "bfloat16" in str(x.dtype)
    return guest or bool(xp.isdtype(x.dtype, kind))
