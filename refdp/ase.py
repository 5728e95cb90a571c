"""ASE's calculator: a model drives relaxations, dynamics, and whatever else ASE does with atoms.

Importing this module imports ASE, whose class of calculators is extended here; `import refdp` does not.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from refdp.elements import SYMBOLS
from refdp.errors import unexpected
from refdp.evaluation import Evaluation, evaluate
from refdp.io.ase_atoms import from_atoms, stress_of_virial
from refdp.io.models import load
from refdp.models.base import Model
from refdp.system import System

try:
    from ase.calculators.calculator import Calculator as Base
    from ase.calculators.calculator import all_changes, equal
except ModuleNotFoundError as error:
    MISSING = "refdp.ase needs the package ase: `pip install 'refdp[ase]'`"
    raise ModuleNotFoundError(MISSING, name=error.name) from None

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["Calculator"]

ENERGIES = ("energy", "free_energy", "energies")
DERIVATIVES = ("forces", "stress", "stresses")
PARAMETERS = ("fparam", "aparam")


class Calculator(Base):
    r"""Energy, forces and stress :math:`\sigma = -(W + W^T)/(2V)` of ASE's atoms, in eV and angstrom.

    Equation {eq}`eq-stress` of the book. Results of one configuration are kept until something changes, the
    parameters of the model included; forces are calculated where forces or a stress are asked for. A model of
    another quantity has its name for a property, `dipole`, `polar` or `dos`, and no forces.

    Parameters
    ----------
    model
        From `refdp.load` or `refdp.model_from_config`; or the name of a file, for `refdp.load`.
    type_map
        The chemical symbol of each type, for a model whose types have no names or others than these. Atoms of
        the symbol X are virtual.
    fparam
        `(numb_fparam,)` where the model has frame parameters. An entry `fparam` of `atoms.info` goes first.
    aparam
        `(natoms, numb_aparam)` where it has atomic parameters. An array `aparam` of the atoms goes first.
    threads
        How many; one for each core by default.
    block
        Atoms to a block; by default as many as stay in the cache.

    Raises
    ------
    InputError
        The types of the model have no names, or are given others than different symbols. Later: atoms are
        periodic along some directions only, have a species that the model does not know, or lack a parameter
        that it wants.
    """

    name = "refdp"
    default_parameters: dict[str, Any] = dict.fromkeys(PARAMETERS)
    discard_results_on_any_change = True

    def __init__(
        self,
        model: Model | str | os.PathLike[str],
        *,
        type_map: Sequence[str] | None = None,
        fparam: Any = None,
        aparam: Any = None,
        threads: int | None = None,
        block: int | None = None,
    ) -> None:
        self.model: Model = load(model) if isinstance(model, str | os.PathLike) else model
        self.type_map = _symbols(self.model, type_map)
        self.threads, self.block = threads, block
        self.implemented_properties = _properties(self.model)
        self.ignored_changes = {"initial_charges", "initial_magmoms"}
        super().__init__(fparam=fparam, aparam=aparam)  # type: ignore[no-untyped-call]

    def set(self, **parameters: Any) -> dict[str, Any]:
        """Change `fparam` or `aparam`, whereupon results are forgotten; return what has changed.

        Raises
        ------
        InputError
            There is no such parameter.
        """
        if unknown := [name for name in parameters if name not in PARAMETERS]:
            raise unexpected("parameters", unknown, " or ".join(PARAMETERS))
        # A copy: a change of the caller's array would go unnoticed.
        return super().set(**deepcopy(parameters))  # type: ignore[no-untyped-call]

    def check_state(self, atoms: Atoms, tol: float = 1e-15) -> list[str]:
        """Return what has changed since the last calculation, the parameters that atoms carry included."""
        changes: list[str] = super().check_state(atoms, tol)  # type: ignore[no-untyped-call]
        if self.atoms is None:
            return changes
        old, new = self._parameters(self.atoms), self._parameters(atoms)
        return changes + [name for name in PARAMETERS if not equal(old[name], new[name])]

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Calculate properties: the energy always, forces and stress where one of them is wanted."""
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        kept: Any = self.atoms
        if kept is None:
            raise unexpected("atoms", None, "atoms to calculate")
        # ASE has copied everything else.
        kept.info = deepcopy(kept.info)
        found = evaluate(
            self.model,
            _system(kept, self.type_map),
            **self._parameters(kept),
            derivatives=any(name in DERIVATIVES for name in properties),
            threads=self.threads,
            block=self.block,
            progress=False,
        )
        self.results.update(_results(found, kept))

    def _parameters(self, atoms: Atoms) -> dict[str, Any]:
        places: Mapping[str, Mapping[str, Any]] = {"fparam": atoms.info, "aparam": atoms.arrays}
        return {name: place.get(name, self.parameters[name]) for name, place in places.items()}


def _symbols(model: Model, type_map: Sequence[str] | None) -> tuple[str, ...]:
    if not isinstance(model, Model):
        raise unexpected(
            "model", model, "a model, from `load` or `model_from_config`, or the name of its file"
        )
    names = model.type_map if type_map is None else tuple(type_map)
    strange = type_map is not None and not _are_symbols(type_map)
    if names is None or len(names) != model.ntypes or strange:
        expected = f"the chemical symbol of each of the model's {model.ntypes} types, no two alike"
        raise unexpected("type_map", type_map, expected)
    return names


def _are_symbols(names: Sequence[str]) -> bool:
    return all(name in SYMBOLS for name in names) and len(set(names)) == len(names)


def _system(atoms: Atoms, type_map: Sequence[str]) -> System:
    bare = atoms.copy()
    bare.info.clear()
    system = from_atoms(bare, type_map)[0].system
    # Without names: those of the model may be others than the symbols.
    return System(system.coords, system.types, system.cell)


def _properties(model: Model) -> list[str]:
    name = model.quantity.name
    return [*ENERGIES, *DERIVATIVES] if name == "energy" else [name]


def _results(found: Evaluation, atoms: Atoms) -> dict[str, Any]:
    if found.quantity.name != "energy":
        return {found.quantity.name: found.total[0]}
    energy = float(found.energy[0])
    results: dict[str, Any] = {"energy": energy, "free_energy": energy, "energies": found.atom_energy[0]}
    if found.forces is not None:
        results["forces"] = found.forces[0]
    if found.virial is not None and found.atom_virial is not None and atoms.pbc.all():
        volume = atoms.get_volume()
        results["stress"] = stress_of_virial(found.virial[0], volume)
        results["stresses"] = stress_of_virial(found.atom_virial[0], volume)
    return results
