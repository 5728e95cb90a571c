"""Frame and atomic parameters as they come from outside: shapes, numbers, and whether a model has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refdp.errors import unexpected
from refdp.models.base import Conditions, Model
from refdp.system import System

__all__ = ["checked_conditions"]


def checked_conditions(
    model: Model, system: System, fparam: ArrayLike | None, aparam: ArrayLike | None
) -> Conditions:
    """Return parameters in the shapes of a model: `(nf, numb_fparam)` and `(nf, natoms, numb_aparam)`.

    Parameters
    ----------
    model
        Says how many there are.
    system
        Says how many frames and atoms.
    fparam
        One row for each frame, one row for all, or None where the model has a default or no such parameters.
    aparam
        One row for each atom, of each frame or of all.

    Raises
    ------
    InputError
        Parameters are missing, superfluous, of another shape or not finite.
    """
    nf, natoms = system.nf, system.natoms
    frames = _checked("fparam", fparam, (nf, model.numb_fparam), model.default_fparam is not None)
    atoms = _checked("aparam", aparam, (nf, natoms, model.numb_aparam), optional=False)
    return Conditions(frames, atoms)


def _checked(name: str, value: ArrayLike | None, shape: tuple[int, ...], optional: bool) -> Any:
    width = shape[-1]
    if value is None:
        if width and not optional:
            raise unexpected(
                name, None, f"numbers of the shape {shape}: the model has {width} such parameters"
            )
        return None
    if not width:
        hint = "; which atoms are real is told by `System(..., mask=...)`" if name == "aparam" else ""
        raise unexpected(name, value, f"None, as the model has no such parameters{hint}")
    x = _numbers(name, value)
    # One number an atom, or a frame, may come without an axis of its own.
    x = x[..., None] if width == 1 and x.shape in (shape[:-1], shape[1:-1]) else x
    if x.shape not in (shape, shape[1:]):
        raise unexpected(name, x.shape, f"the shape {shape}, or {shape[1:]} for all frames")
    return np.array(np.broadcast_to(x, shape))


def _numbers(name: str, value: ArrayLike) -> NDArray[np.float64]:
    try:
        given = np.asarray(value)
        x = given.astype(np.float64, casting="same_kind" if given.dtype.kind == "c" else "unsafe")
    except (TypeError, ValueError, RuntimeError) as error:
        raise unexpected(name, value, f"real numbers ({error})") from None
    if not np.isfinite(x).all():
        raise unexpected(name, float(x[~np.isfinite(x)][0]), "finite numbers")
    return x
