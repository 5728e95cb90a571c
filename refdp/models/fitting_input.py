"""The door of a fitting net: parameters of frames and atoms, checked, and joined with the descriptor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import array_api_compat

from refdp._typing import Array
from refdp.equations.fitting import normalized
from refdp.errors import InputError, unexpected
from refdp.models.base import Conditions
from refdp.namespaces import array_namespace, device_of

if TYPE_CHECKING:
    from refdp.models.fitting import Fitting

__all__ = ["fitting_input", "without_descriptor"]


def fitting_input(fitting: Fitting, descriptor: Array, conditions: Conditions, dtype: Any) -> Array:
    r"""Return :math:`z_i = [D_i, \hat f, \hat a_i, c]`, `(nf, nloc, in_dim)`.

    Equation {eq}`eq-fitting-input` of the book.

    Parameters
    ----------
    fitting
        The fitting net.
    descriptor
        `(nf, nloc, dim_descrpt)`.
    conditions
        `fparam` and `aparam`; what the net does not want is not looked at.
    dtype
        Of the result; None where there are none.

    Raises
    ------
    InputError
        A parameter is missing, or a shape is another.
    """
    if len(descriptor.shape) != 3 or descriptor.shape[-1] != fitting.dim_descrpt:
        what = f"shape (nf, nloc, dim_descrpt) = (nf, nloc, {fitting.dim_descrpt})"
        raise unexpected("descriptor", tuple(descriptor.shape), what)
    xp, nf, nloc = array_namespace(descriptor), descriptor.shape[0], descriptor.shape[1]
    found = (
        _frames(fitting, conditions.fparam, nf),
        _atoms(fitting, conditions.aparam, (nf, nloc)),
        None if fitting.case_embd is None else (fitting.case_embd, None, None),
    )
    blocks = [descriptor if dtype is None else xp.astype(descriptor, dtype, copy=False)]
    for x, *statistics in (part for part in found if part is not None):
        own = xp.asarray(x, dtype=dtype, device=device_of(descriptor))
        own = own if statistics[0] is None else normalized(own, *statistics)
        # Without axes for atoms or frames, a parameter is the same for all of them.
        wide = xp.reshape(own, (own.shape[0], 1, own.shape[-1])) if own.ndim == 2 else own
        blocks.append(xp.broadcast_to(wide, (nf, nloc, own.shape[-1])))
    return xp.concat(blocks, axis=-1) if len(blocks) > 1 else blocks[0]


def without_descriptor(z: Array, dim_descrpt: int) -> Array:
    """Return the input with a descriptor of zeros: an atom in vacuum under the same conditions."""
    xp = array_namespace(z)
    empty = xp.zeros_like(z[..., :dim_descrpt])
    return empty if z.shape[-1] == dim_descrpt else xp.concat([empty, z[..., dim_descrpt:]], axis=-1)


def _frames(fitting: Fitting, fparam: Array | None, nf: int) -> tuple[Any, Any, Any] | None:
    """Return the parameters of frames, `(nf, numb_fparam)` or `(numb_fparam,)`, and their statistics."""
    n = fitting.numb_fparam
    if not n:
        return None
    statistics = (fitting.fparam_avg, fitting.fparam_inv_std)
    if fparam is None:
        if fitting.default_fparam is None:
            message = f"`fparam`: missing; the fitting net wants {n} number(s) of each frame, without default"
            raise InputError(message)
        return (list(fitting.default_fparam), *statistics)
    _check("fparam", fparam, (nf, n), "(nf, numb_fparam)")
    return (fparam, *statistics)


def _atoms(fitting: Fitting, aparam: Array | None, atoms: tuple[int, int]) -> tuple[Any, Any, Any] | None:
    """Return the parameters of atoms, `(nf, nloc, numb_aparam)`, and their statistics."""
    n = fitting.numb_aparam
    if not n:
        return None
    if aparam is None:
        message = f"`aparam`: missing; the fitting net wants {n} number(s) of each atom"
        raise InputError(message)
    _check("aparam", aparam, (*atoms, n), "(nf, nloc, numb_aparam)")
    return aparam, fitting.aparam_avg, fitting.aparam_inv_std


def _check(name: str, x: Any, shape: tuple[int, ...], symbols: str) -> None:
    if not array_api_compat.is_array_api_obj(x):
        raise unexpected(name, type(x).__name__, "an array of NumPy, torch, JAX or another such library")
    if tuple(x.shape) != shape:
        raise unexpected(name, tuple(x.shape), f"shape {symbols} = {shape}")
