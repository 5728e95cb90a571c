# noqa: INP001 (a script, no part of a package)
"""Generate the example systems under refdp/data: `python tools/make_examples.py` (needs ASE; some minutes).

Every number comes from a seed written here. Systems that exist already are replaced.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.build import bulk, molecule
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.mixing import SumCalculator
from ase.calculators.tip3p import TIP3P, angleHOH, rOH
from ase.md.langevin import Langevin
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from refdp.io.dataset import save_system
from refdp.system import System

DATA = Path(__file__).resolve().parent.parent / "refdp" / "data"
SEED = 20240229
Coordinates = NDArray[np.float64]


class FlexibleWater(Calculator):
    """Harmonic bonds and angles inside water molecules stored as O, H, H; TIP3P itself is rigid.

    The constants are those used with TIP3P in flexible form, 450 kcal/mol/angstrom^2 and 55 kcal/mol/rad^2
    (doi:10.1063/1.445869 for the rigid model). The H-H distance holds the angle, to first order the same.
    """

    implemented_properties = ("energy", "forces")

    def calculate(
        self,
        atoms: Atoms = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = all_changes,
    ) -> None:
        """Fill `results`."""
        super().calculate(atoms, properties, system_changes)
        half = np.radians(angleHOH) / 2
        bond = 450.0 * units.kcal / units.mol
        # d(H-H) = rOH cos(half) d(angle)
        angle = 55.0 * units.kcal / units.mol / (rOH * np.cos(half)) ** 2
        x = self.atoms.positions.reshape(-1, 3, 3)
        forces, energy = np.zeros_like(x), 0.0
        for i, j, k, r0 in ((0, 1, bond, rOH), (0, 2, bond, rOH), (1, 2, angle, 2 * rOH * np.sin(half))):
            d = x[:, j] - x[:, i]
            r = np.linalg.norm(d, axis=-1, keepdims=True)
            energy += float((k * (r - r0) ** 2).sum())
            pull = 2 * k * (r - r0) * d / r
            forces[:, i] += pull
            forces[:, j] -= pull
        self.results = {"energy": energy, "forces": forces.reshape(-1, 3)}


def water_box(across: int, rng: np.random.Generator) -> Atoms:
    """Place `across`^3 molecules on a grid, turned at random, at 1 g/cm^3."""
    mass = across**3 * (15.999 + 2 * 1.008)
    edge = (mass * units._amu * 1e3 / 1.0 * 1e24) ** (1 / 3)  # noqa: SLF001 (ASE's name for a public constant)
    half = np.radians(angleHOH) / 2
    shape = rOH * np.asarray([[0, 0, 0], [np.sin(half), 0, np.cos(half)], [-np.sin(half), 0, np.cos(half)]])
    grid = (np.stack(np.meshgrid(*[np.arange(across)] * 3), axis=-1).reshape(-1, 3) + 0.5) * edge / across
    turned = [Rotation.random(rng=rng).apply(shape) + place for place in grid]
    return Atoms("OHH" * across**3, np.concatenate(turned), cell=[edge] * 3, pbc=True)


def water() -> System:
    """Run TIP3P Langevin dynamics at 300 K and take two frames 0.5 ps apart, after 2 ps."""
    atoms = water_box(4, np.random.default_rng(SEED))
    atoms.calc = SumCalculator([TIP3P(rc=5.0, width=1.0), FlexibleWater()])
    frames = []
    # A hard start from the grid wants short steps and much friction; then the usual.
    for step, friction, count in ((0.25, 0.1, 1000), (0.5, 0.02, 3500), (0.5, 0.02, 1000)):
        thermostat = np.random.RandomState(SEED + count)
        dynamics = Langevin(
            atoms,
            step * units.fs,
            temperature_K=300.0,
            friction=friction / units.fs,
            fixcm=False,
            rng=thermostat,
        )
        dynamics.run(count)
        frames.append(atoms.positions.copy())
    coords = np.stack(frames[1:])
    _check_water(coords, atoms)
    return System(coords, [0, 1, 1] * 64, np.asarray(atoms.cell), type_map=["O", "H"])


def _check_water(coords: Coordinates, atoms: Atoms) -> None:
    for x in coords:
        atoms.positions = x
        bonds = np.linalg.norm(x.reshape(-1, 3, 3)[:, 1:] - x.reshape(-1, 3, 3)[:, :1], axis=-1)
        oxygen = atoms.get_all_distances(mic=True)[::3, ::3]
        closest = oxygen[oxygen > 0].min()
        print(f"water: O-H {bonds.min():.3f} to {bonds.max():.3f}, O-O at least {closest:.3f} angstrom")  # noqa: T201
        if bonds.min() < 0.8 or bonds.max() > 1.15 or closest < 2.3:
            message = "this is no liquid water"
            raise SystemExit(message)


def ethanol() -> System:
    """Ethanol as ASE builds it, and displaced by 0.05 angstrom a coordinate."""
    atoms = molecule("CH3CH2OH")
    rattled = atoms.positions + np.random.default_rng(SEED).normal(scale=0.05, size=(len(atoms), 3))
    types = [["O", "H", "C"].index(symbol) for symbol in atoms.symbols]
    return System(np.stack([atoms.positions, rattled]), types, type_map=["O", "H", "C"])


def crystal() -> System:
    """Two strained, displaced primitive cells of rock salt: 4.0 angstrom vectors, all angles different."""
    rng = np.random.default_rng(SEED)
    atoms = bulk("NaCl", "rocksalt", a=5.64)
    cell = np.asarray(atoms.cell) @ (np.eye(3) + rng.normal(scale=0.02, size=(2, 3, 3)))
    coords = atoms.get_scaled_positions() @ cell + rng.normal(scale=0.1, size=(2, 2, 3))
    return System(coords, [0, 1], cell, type_map=["Na", "Cl"])


def isolated() -> System:
    """Water and, 9 angstrom away, a helium atom; two frames."""
    rng = np.random.default_rng(SEED)
    still = np.concatenate([molecule("H2O").positions, [[5.0, 5.0, 5.6]]])
    coords = still + rng.normal(scale=0.05, size=(2, 4, 3))
    return System(coords, [0, 1, 1, 2], type_map=["O", "H", "He"])


def pair() -> System:
    """Hydrogen chloride in general position, 1.3 and 3.1 angstrom long."""
    direction = np.asarray([[0.48, -0.60, 0.64]])
    chlorine = np.asarray([[0.1, 0.2, 0.3]])
    coords = np.stack([np.concatenate([chlorine, chlorine + r * direction]) for r in (1.3, 3.1)])
    return System(coords, [0, 1], type_map=["Cl", "H"])


def virtual() -> System:
    """Put a virtual atom after each of eight water molecules in a cell; two frames."""
    rng = np.random.default_rng(SEED)
    atoms = water_box(2, rng)
    still = atoms.positions.reshape(8, 3, 3)
    ghosts = rng.uniform(0.0, atoms.cell[0, 0], size=(8, 1, 3))
    coords = np.concatenate([still, ghosts], axis=1).reshape(32, 3) + rng.normal(scale=0.05, size=(2, 32, 3))
    return System(coords, [0, 1, 1, -1] * 8, np.asarray(atoms.cell), type_map=["O", "H"])


def crowded() -> System:
    """Pack argon and krypton closely: 48 atoms, 3.2 angstrom to the next."""
    rng = np.random.default_rng(SEED)
    atoms = bulk("Ar", "fcc", a=4.5, cubic=True) * (2, 2, 3)
    coords = atoms.positions + rng.normal(scale=0.15, size=(1, len(atoms), 3))
    types = rng.permutation([0, 1, 1] * 16)
    return System(coords, types, np.asarray(atoms.cell), type_map=["Ar", "Kr"])


def main() -> None:
    """Write all examples."""
    makers = {
        "crowded": crowded,
        "crystal": crystal,
        "isolated": isolated,
        "molecule": ethanol,
        "pair": pair,
        "virtual": virtual,
        "water": water,
    }
    for name, make in makers.items():
        system = make()
        shutil.rmtree(DATA / name, ignore_errors=True)
        save_system(DATA / name, system)
        print(name, system)  # noqa: T201


if __name__ == "__main__":
    main()
