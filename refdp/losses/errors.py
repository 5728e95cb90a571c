"""The errors, label minus prediction, that the terms of the energy loss and the metrics are made of."""

from __future__ import annotations

from math import prod
from typing import Any

from refdp._typing import Array
from refdp.errors import unexpected
from refdp.losses.options import EnergyLossOptions
from refdp.losses.penalties import norm
from refdp.losses.quantities import Atoms, masked, named, shaped
from refdp.namespaces import array_namespace

__all__ = [
    "atom_energy_error",
    "atomic_difference",
    "difference",
    "energy_error",
    "force_error",
    "force_weight",
    "generalized_force_error",
    "hessian_error",
    "relative_force_error",
    "virial_error",
]


def energy_error(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    r"""Return :math:`\hat E - E` in eV, `(nf,)`; with `enable_atom_ener_coeff`, :math:`E = \sum_i \nu_i E_i`.

    Equation {eq}`eq-loss-coefficients` of the book. Without :math:`\nu` in the label it is one.
    """
    shape = (atoms.nf,)
    coefficients = named(label, "atom_ener_coeff") if options.enable_atom_ener_coeff else None
    if coefficients is None:
        return difference("energy", prediction, label, shape)
    nu = shaped(coefficients, (atoms.nf, atoms.natoms), "label.atom_ener_coeff")
    shares = _predicted("atom_energy", prediction, (atoms.nf, atoms.natoms))
    energy = array_namespace(shares).sum(nu * shares, axis=-1)
    return shaped(label.energy, shape, "label.energy") - energy


def virial_error(prediction: Any, label: Any, atoms: Atoms) -> Array:
    """Return the error of the virial in eV, `(nf, 9)`."""
    return difference("virial", prediction, label, (atoms.nf, 9))


def atom_energy_error(prediction: Any, label: Any, atoms: Atoms) -> Array:
    """Return the error of atomic energies in eV, `(nf, natoms)`, zero where an atom does not count."""
    return atomic_difference("atom_energy", prediction, label, atoms, (atoms.nf, atoms.natoms))


def force_error(prediction: Any, label: Any, atoms: Atoms) -> Array:
    """Return the error of forces in eV/angstrom, `(nf, natoms, 3)`, zero where an atom does not count."""
    return atomic_difference("forces", prediction, label, atoms, (atoms.nf, atoms.natoms, 3))


def relative_force_error(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    r"""Return :math:`(\hat F_i - F_i) / (|\hat F_i| + F_0)` where `relative_f` is :math:`F_0`.

    Equation {eq}`eq-loss-relative` of the book; without the option it is `force_error`.
    """
    error = force_error(prediction, label, atoms)
    if options.relative_f is None:
        return error
    size = norm(masked(shaped(label.forces, error.shape, "label.forces"), atoms))
    return error / (size + options.relative_f)[..., None]


def force_weight(label: Any, atoms: Atoms, options: EnergyLossOptions) -> Any:
    """Return the weights `atom_pref` of force errors, `(nf, natoms, 1 or 3)`, or 1.0 by default."""
    weight = named(label, "atom_pref")
    if weight is None and options.use_default_pf:
        return 1.0
    components = 1 if prod(weight.shape) == atoms.nf * atoms.natoms else 3
    return shaped(weight, (atoms.nf, atoms.natoms, components), "label.atom_pref")


def generalized_force_error(prediction: Any, label: Any, atoms: Atoms, options: EnergyLossOptions) -> Array:
    r"""Return :math:`\sum_{ia} \partial r_{ia}/\partial q_c\,(\hat F_{ia} - F_{ia})`, `(nf, ncoord)`.

    Equation {eq}`eq-loss-generalized` of the book.
    """
    columns = 3 * atoms.natoms
    error = force_error(prediction, label, atoms)
    drdq = shaped(label.drdq, (atoms.nf, columns, options.numb_generalized_coord), "label.drdq")
    xp = array_namespace(error, drdq)
    return xp.matmul(xp.reshape(error, (atoms.nf, 1, columns)), drdq)[:, 0, :]


def hessian_error(prediction: Any, label: Any, atoms: Atoms) -> Array:
    """Return the error of the Hessian in eV/angstrom^2, `(nf, 9 * natoms**2)`; pairs need both atoms."""
    nf, natoms = atoms.nf, atoms.natoms
    error = atomic_difference("hessian", prediction, label, atoms, (nf, natoms, 3 * natoms * 3))
    xp = array_namespace(error)
    rows = xp.reshape(error, (nf, 3 * natoms, natoms, 3))
    swapped = xp.permute_dims(rows, (0, 2, 1, 3))
    return xp.reshape(masked(swapped, atoms), (nf, 9 * natoms * natoms))


def difference(name: str, prediction: Any, label: Any, shape: tuple[int, ...]) -> Array:
    """Return label minus prediction in a shape.

    Raises
    ------
    InputError
        The prediction is missing, or one of them has another shape.
    """
    return shaped(named(label, name), shape, f"label.{name}") - _predicted(name, prediction, shape)


def atomic_difference(name: str, prediction: Any, label: Any, atoms: Atoms, shape: tuple[int, ...]) -> Array:
    """Return label minus prediction, zero where an atom does not count, whatever is in either.

    Raises
    ------
    InputError
        The prediction is missing, or one of them has another shape.
    """
    wanted = masked(shaped(named(label, name), shape, f"label.{name}"), atoms)
    return wanted - masked(_predicted(name, prediction, shape), atoms)


def _predicted(name: str, prediction: Any, shape: tuple[int, ...]) -> Array:
    found = named(prediction, name)
    if found is None:
        raise unexpected(f"prediction.{name}", None, "an array: its label is there and its term counts")
    return shaped(found, shape, f"prediction.{name}")
