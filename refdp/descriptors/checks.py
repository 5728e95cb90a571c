"""The door of `call`: shapes always, values where looking at them costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import array_api_compat

from refdp._typing import Array
from refdp.errors import InputError, unexpected
from refdp.namespaces import array_namespace

if TYPE_CHECKING:
    from refdp.descriptors.base import Descriptor

__all__ = ["check_call"]


def check_call(
    descriptor: Descriptor, coord_ext: Array, atype_ext: Array, nlist: Array, mapping: Array | None
) -> None:
    """Raise InputError where the arguments of `call` do not fit each other or the descriptor."""
    for name, x in (("atype_ext", atype_ext), ("nlist", nlist), ("mapping", mapping)):
        if x is not None and not _is_integer(x):
            raise unexpected(name, x.dtype, "an array of integers")
    if len(atype_ext.shape) != 2:
        raise unexpected("atype_ext", tuple(atype_ext.shape), "shape (nf, nall)")
    nf, nall = atype_ext.shape
    _check_shape("coord_ext", coord_ext, {(nf, nall, 3), (nf, nall * 3)}, "(nf, nall, 3)")
    if mapping is not None:
        _check_shape("mapping", mapping, {(nf, nall)}, "(nf, nall)")
    if len(nlist.shape) != 3 or nlist.shape[0] != nf or nlist.shape[2] != descriptor.nnei:
        expected = f"shape (nf, nloc, nnei) = ({nf}, nloc, {descriptor.nnei}), nnei being the sum of `sel`"
        raise unexpected("nlist", tuple(nlist.shape), expected)
    if nlist.shape[1] > nall:
        raise unexpected("nlist", tuple(nlist.shape), f"at most as many centres as atoms, nall = {nall}")
    if array_api_compat.is_numpy_array(nlist) and array_api_compat.is_numpy_array(atype_ext):
        _check_range("nlist", nlist, nall)
        _check_range("atype_ext", atype_ext, descriptor.ntypes)


def _check_shape(name: str, x: Array, allowed: set[tuple[int, ...]], symbols: str) -> None:
    if tuple(x.shape) not in allowed:
        numbers = " or ".join(str(shape) for shape in sorted(allowed, reverse=True))
        raise unexpected(name, tuple(x.shape), f"shape {symbols} = {numbers}")


def _check_range(name: str, x: Array, bound: int) -> None:
    xp = array_namespace(x)
    wrong = x >= bound
    if bool(xp.any(wrong)):
        message = f"`{name}`: expected indices below {bound}, got {int(xp.max(x))}"
        raise InputError(message)


def _is_integer(x: Array) -> bool:
    xp = array_namespace(x)
    return bool(xp.isdtype(x.dtype, "integral"))
