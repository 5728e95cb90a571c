"""What is displayed of a training: root mean square and mean absolute errors, term by term."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refdp._typing import Array
from refdp.losses import errors
from refdp.losses.energy import EnergyLoss
from refdp.losses.options import EnergyLossOptions
from refdp.losses.penalties import atom_mean, frame_mean, norm
from refdp.losses.quantities import Atoms, count_atoms
from refdp.namespaces import array_namespace

__all__ = ["energy_metrics"]


def energy_metrics(
    loss: EnergyLoss, prediction: Any, label: Any, mask: Array | None = None
) -> dict[str, Array]:
    r"""Return the errors that DeePMD-kit displays, by its names, of the terms that count.

    Equation {eq}`eq-loss-metrics` of the book. `rmse_e`, `mae_e`, `rmse_v` and `mae_v` are per atom,
    `mae_e_all` per frame, `rmse_f` and `mae_f` of components and relative where the option says so. In the
    form `mae` with `f_use_norm`, `mae_f` is the mean of :math:`|e_{F,i}|`, as in the loss.

    Parameters
    ----------
    loss
        Says which terms count, and its options.
    prediction, label, mask
        As in `EnergyLoss.terms`.

    Raises
    ------
    InputError
        Shapes do not fit, or something is not predicted that has a label.
    """
    atoms = count_atoms(prediction, label, mask)
    found: dict[str, Array] = {}
    for key in loss.counting(label):
        found |= METRICS[key](prediction, label, atoms, loss.options)
    return found


def _energy(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> dict[str, Array]:
    error = errors.energy_error(prediction, label, atoms, options)
    xp = array_namespace(error)
    return _of_frames("e", error * atoms.share) | {"mae_e_all": frame_mean(xp.abs(error))}


def _virial(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> dict[str, Array]:
    del options
    share = atoms.share if atoms.mask is None else atoms.share[:, None]
    return _of_frames("v", errors.virial_error(prediction, label, atoms) * share)


def _forces(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> dict[str, Array]:
    error = errors.relative_force_error(prediction, label, atoms, options)
    found = _of_atoms("f", error, atoms)
    if options.f_use_norm and options.form == "mae":
        found["mae_f"] = atom_mean(norm(error), atoms)
    return found


def _weighted(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> dict[str, Array]:
    error = errors.relative_force_error(prediction, label, atoms, options)
    return _of_atoms("pf", error, atoms, errors.force_weight(label, atoms, options))


def _atom_energy(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> dict[str, Array]:
    del options
    return _of_atoms("ae", errors.atom_energy_error(prediction, label, atoms), atoms)


def _generalized(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> dict[str, Array]:
    error = errors.generalized_force_error(prediction, label, atoms, options)
    return {"rmse_gf": _of_frames("gf", error)["rmse_gf"]}


def _hessian(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> dict[str, Array]:
    del options
    error = errors.hessian_error(prediction, label, atoms)
    xp = array_namespace(error)
    share = atoms.share / 3.0
    pairs = share * share
    square = frame_mean(xp.sum(error * error, axis=-1) * pairs)
    return {"rmse_h": xp.sqrt(square), "mae_h": frame_mean(xp.sum(xp.abs(error), axis=-1) * pairs)}


def _of_frames(key: str, error: Array) -> dict[str, Array]:
    xp = array_namespace(error)
    return {f"rmse_{key}": xp.sqrt(frame_mean(error * error)), f"mae_{key}": frame_mean(xp.abs(error))}


def _of_atoms(key: str, error: Array, atoms: Atoms, weight: Any = 1.0) -> dict[str, Array]:
    xp = array_namespace(error)
    square, size = (atom_mean(x * weight, atoms) for x in (error * error, xp.abs(error)))
    return {f"rmse_{key}": xp.sqrt(square), f"mae_{key}": size}


METRICS: dict[str, Callable[[Any, Any, Atoms, EnergyLossOptions], dict[str, Array]]] = {
    "e": _energy,
    "f": _forces,
    "v": _virial,
    "ae": _atom_energy,
    "pf": _weighted,
    "gf": _generalized,
    "h": _hessian,
}
