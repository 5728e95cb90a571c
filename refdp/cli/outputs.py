"""What a model predicts, by DeePMD-kit's names of labels: of frames or of atoms, and in which unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from refdp.io.dataset.labels import canonical

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from refdp.evaluation import Evaluation
    from refdp.models.base import Quantity

__all__ = ["Output", "is_energy", "outputs", "predictions", "units"]


class Output(NamedTuple):
    """One thing that a model predicts.

    Attributes
    ----------
    label
        The name of its label.
    source
        The attribute of an `Evaluation` that it is.
    of_atoms
        Whether there is one for each atom.
    per_atom
        Whether its errors are told per atom of the frame.
    unit
        In which errors are told, if it has one.
    """

    label: str
    source: str
    of_atoms: bool = False
    per_atom: bool = False
    unit: str = ""


ENERGY = (
    Output("energy", "total", per_atom=True, unit="eV per atom"),
    Output("atom_ener", "atomic", of_atoms=True, unit="eV"),
    Output("force", "forces", of_atoms=True, unit="eV/angstrom"),
    Output("virial", "virial", per_atom=True, unit="eV per atom"),
)


def is_energy(quantity: Quantity) -> bool:
    """Tell whether forces and virials are made of a quantity; a property may be called `energy` as well."""
    return quantity.name == "energy" and quantity.shape == ()


def outputs(quantity: Quantity) -> tuple[Output, ...]:
    """Return what a model predicts: of frames, of atoms, and of an energy what is derived."""
    if is_energy(quantity):
        return ENERGY
    polar = quantity.name == "polar" and quantity.shape == (3, 3)
    name = "polarizability" if polar else quantity.name
    return Output(canonical(name), "total"), Output(f"atom_{name}", "atomic", of_atoms=True)


def predictions(found: Evaluation) -> dict[str, NDArray[np.float64]]:
    """Return what a model predicts by the names of labels; derivatives only of an energy."""
    named = ((each.label, getattr(found, each.source)) for each in outputs(found.quantity))
    return {label: x for label, x in named if x is not None}


def units(quantity: Quantity) -> dict[str, str]:
    """Return in which unit figures are told, by their names, where they have one."""
    found = {each.label: each.unit for each in outputs(quantity) if each.unit}
    return found | ({"pressure": "GPa"} if is_energy(quantity) else {})
