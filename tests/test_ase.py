"""ASE's calculator: properties against differences, what is kept and when, relaxation and dynamics."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.io.ase_files import to_atoms
from tests.argon import argon, small_model
from tests.helpers import assert_within, relative_error

pytest.importorskip("ase")
from ase import Atoms, units
from ase.build import bulk, molecule
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.filters import FrechetCellFilter
from ase.io import Trajectory, read
from ase.md.verlet import VelocityVerlet
from ase.optimize import BFGS

from refdp.ase import Calculator


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture(scope="module")
def argon_model(tmp_path_factory):
    return argon(tmp_path_factory.mktemp("argon"))


def atoms_with(calculator, name="virtual"):
    """The first frame of an example, with a calculator."""
    atoms = to_atoms(refdp.examples.load(name))[0]
    atoms.calc = calculator
    return atoms


@pytest.fixture
def water(model):
    """A few molecules in a triclinic cell, with virtual atoms between them."""
    return atoms_with(Calculator(model))


@pytest.fixture
def calls(monkeypatch):
    """A list that gets, for each evaluation, whether derivatives were wanted."""
    made, real = [], refdp.ase.evaluate

    def counted(*arguments, **options):
        made.append(options["derivatives"])
        return real(*arguments, **options)

    monkeypatch.setattr(refdp.ase, "evaluate", counted)
    return made


class TestCalculate:
    def test_is_the_library(self, water, model):
        found = refdp.evaluate(model, refdp.examples.virtual().frame(0))
        assert water.get_potential_energy() == found.energy[0]
        assert water.get_potential_energy(force_consistent=True) == found.energy[0]
        assert np.array_equal(water.get_potential_energies(), found.atom_energy[0])
        assert np.array_equal(water.get_forces(), found.forces[0])

    def test_forces_are_differences_of_energies(self, water):
        some = [0, 5, 11, 30]
        differences = calculate_numerical_forces(water, eps=1e-4, iatoms=some)
        assert np.abs(differences).max() > 1e-3
        assert_within(water.get_forces()[some], differences, 1e-9)

    def test_stress_is_the_derivative_by_strain(self, water):
        differences = calculate_numerical_stress(water, eps=1e-4)
        assert np.abs(differences).min() > 1e-7
        assert_within(water.get_stress(), differences, 1e-10)

    def test_stress_is_minus_virial_over_volume(self, water, model):
        W = refdp.evaluate(model, refdp.examples.virtual().frame(0)).virial[0]
        symmetric = -(W + W.T) / (2 * water.get_volume())
        assert relative_error(water.get_stress(voigt=False), symmetric) < 1e-14
        assert water.get_stress()[3] == water.get_stress(voigt=False)[1, 2]

    def test_stresses_of_atoms_add_up(self, water):
        assert water.get_stresses().shape == (len(water), 6)
        assert relative_error(water.get_stresses().sum(axis=0), water.get_stress()) < 1e-13

    def test_a_supercell_has_the_same_energy_per_atom(self, water):
        large = water.repeat((2, 1, 1))
        large.calc = water.calc
        assert abs(large.get_potential_energy() / 2 / water.get_potential_energy() - 1) < 1e-14
        assert_within(large.get_forces()[: len(water)], water.get_forces(), 1e-15)
        assert_within(large.get_stress(), water.get_stress(), 1e-16)

    def test_no_cell_no_stress(self, model):
        atoms = molecule("H2O", calculator=Calculator(model))
        assert np.abs(atoms.get_forces()).max() > 1e-3
        with pytest.raises(PropertyNotImplementedError, match="stress"):
            atoms.get_stress()

    def test_one_atom_has_the_energy_of_an_atom_far_from_all_others(self, model):
        atom = Atoms("O", calculator=Calculator(model))
        far = Atoms("O2", [[0, 0, 0], [0, 0, 9.0]], calculator=Calculator(model))
        assert far.get_potential_energy() == pytest.approx(2 * atom.get_potential_energy(), rel=1e-15)
        assert np.array_equal(far.get_forces(), np.zeros((2, 3)))

    def test_no_atoms_no_energy(self, model):
        atoms = Atoms(calculator=Calculator(model))
        assert atoms.get_potential_energy() == 0.0
        assert atoms.get_forces().shape == (0, 3)

    def test_no_atoms_at_all(self, model):
        with pytest.raises(InputError, match="`atoms`: expected atoms to calculate, got None"):
            Calculator(model).get_potential_energy()

    def test_virtual_atoms_feel_nothing(self, water):
        virtual = water.symbols == "X"
        assert virtual.sum() == 8
        assert not water.get_forces()[virtual].any()
        real = water[~virtual]
        real.calc = water.calc
        assert np.array_equal(real.get_forces(), water.get_forces()[~virtual])

    def test_periodic_along_some_directions_only(self, water):
        water.pbc = (True, False, True)
        with pytest.raises(InputError, match=r"`pbc`: .*periodic along a, c only; .*vacuum, set pbc to True"):
            water.get_potential_energy()

    def test_periodic_without_a_cell(self, model):
        atoms = Atoms("O", pbc=True, calculator=Calculator(model))
        with pytest.raises(InputError, match="`cell`: expected vectors that span a volume"):
            atoms.get_potential_energy()

    def test_a_species_that_the_model_lacks(self, model):
        atoms = Atoms("OAr", [[0, 0, 0], [0, 0, 2]], calculator=Calculator(model))
        with pytest.raises(InputError, match=r"`type_map`: expected species among O, H, got \['Ar'\]"):
            atoms.get_potential_energy()

    def test_what_the_atoms_know_otherwise_does_not_matter(self, water):
        energy = water.get_potential_energy()
        water.info["virial"] = np.full(9, np.nan)
        assert water.get_potential_energy() == energy
        water.positions += 1e-3
        assert water.get_potential_energy() == pytest.approx(energy, rel=1e-14)


class TestCache:
    def test_nothing_is_calculated_twice(self, water, calls):
        water.get_potential_energy()
        assert calls == [False]
        water.get_forces(), water.get_stress(), water.get_stresses(), water.get_potential_energy()
        assert calls == [False, True]

    def test_a_moved_atom_is_noticed(self, water, calls):
        before = water.get_forces()
        water.positions[0, 0] += 1e-12
        assert not np.array_equal(water.get_forces(), before)
        assert calls == [True, True]

    def test_charges_and_moments_do_not_matter(self, water, calls):
        water.get_forces()
        water.set_initial_charges(np.ones(len(water)))
        water.set_initial_magnetic_moments(np.ones(len(water)))
        water.get_forces()
        assert calls == [True]

    def test_an_error_leaves_no_results(self, water):
        energy = water.get_potential_energy()
        water.symbols[0] = "Ar"
        for _ in range(2):
            with pytest.raises(InputError, match="Ar"):
                water.get_potential_energy()
        water.symbols[0] = "O"
        assert water.get_potential_energy() == energy


@pytest.fixture(scope="module")
def wanting():
    """A model that wants parameters."""
    return small_model(numb_fparam=2, numb_aparam=1)


class TestParameters:
    def expected(self, model, fparam, aparam):
        return refdp.evaluate(model, refdp.examples.virtual().frame(0), fparam, aparam).energy[0]

    def test_from_the_constructor_and_set(self, wanting, calls):
        aparam = np.linspace(0.0, 1.0, 32)[:, None]
        atoms = atoms_with(Calculator(wanting, fparam=[0.5, 2.0], aparam=aparam))
        assert atoms.get_potential_energy() == self.expected(wanting, [0.5, 2.0], aparam)
        assert atoms.calc.set(fparam=[0.5, 2.0]) == {}
        atoms.get_potential_energy()
        assert len(calls) == 1
        assert atoms.calc.set(fparam=[0.5, 3.0]) == {"fparam": [0.5, 3.0]}
        assert atoms.get_potential_energy() == self.expected(wanting, [0.5, 3.0], aparam)

    def test_those_of_the_atoms_go_first(self, wanting):
        atoms = atoms_with(Calculator(wanting, fparam=[0.0, 0.0], aparam=np.zeros((32, 1))))
        atoms.info["fparam"] = np.array([0.5, 2.0])
        atoms.arrays["aparam"] = np.linspace(0.0, 1.0, 32)[:, None]
        assert atoms.get_potential_energy() == self.expected(
            wanting, atoms.info["fparam"], atoms.arrays["aparam"]
        )

    @pytest.mark.parametrize("name", ["fparam", "aparam"])
    def test_a_change_in_place_is_noticed(self, wanting, name):
        atoms = atoms_with(Calculator(wanting))
        atoms.info["fparam"] = np.array([0.5, 2.0])
        atoms.arrays["aparam"] = np.linspace(0.0, 1.0, 32)[:, None]
        before = atoms.get_potential_energy()
        (atoms.info if name == "fparam" else atoms.arrays)[name][0] += 0.5
        assert atoms.get_potential_energy() != before

    def test_a_change_of_the_callers_array_does_nothing(self, wanting):
        fparam = np.array([0.5, 2.0])
        atoms = atoms_with(Calculator(wanting, fparam=fparam, aparam=np.zeros((32, 1))))
        fparam[:] = 0.0
        assert atoms.get_potential_energy() == self.expected(wanting, [0.5, 2.0], np.zeros((32, 1)))

    def test_missing(self, wanting):
        with pytest.raises(InputError, match="`fparam`: expected numbers"):
            atoms_with(Calculator(wanting)).get_potential_energy()

    def test_unknown(self, model):
        with pytest.raises(InputError, match=r"`parameters`: expected fparam or aparam, got \['charge'\]"):
            Calculator(model).set(charge=1)


class TestCalculator:
    def test_a_file(self, model, water, tmp_path):
        refdp.save(tmp_path / "model.yaml", model)
        for name in (tmp_path / "model.yaml", str(tmp_path / "model.yaml")):
            assert atoms_with(Calculator(name)).get_potential_energy() == water.get_potential_energy()

    @pytest.mark.parametrize("names", [None, ("OXY", "HY")])
    def test_symbols_for_types_without_or_with_other_names(self, names, model, water):
        other = small_model(names)
        atoms = atoms_with(Calculator(other, type_map=["O", "H"]))
        assert np.array_equal(atoms.get_forces(), water.get_forces())

    @pytest.mark.parametrize("type_map", [None, ["O"], ["O", "H", "C"]])
    def test_not_a_symbol_for_each_type(self, type_map):
        with pytest.raises(InputError, match="expected the chemical symbol of each of the model's 2 types"):
            Calculator(small_model(None), type_map=type_map)

    @pytest.mark.parametrize("type_map", [["O", "O"], ["Q", "Z"], [1, 8], ["O", "X"]])
    def test_no_different_symbols(self, type_map, model):
        with pytest.raises(
            InputError, match=r"`type_map`: expected the chemical symbol of each .* no two alike"
        ):
            Calculator(model, type_map=type_map)

    def test_no_model(self):
        with pytest.raises(InputError, match="`model`: expected a model"):
            Calculator({"type": "se_e2_a"})

    @pytest.mark.parametrize(
        ("options", "name", "shape"),
        [
            ({"type": "dipole"}, "dipole", (3,)),
            ({"type": "polar"}, "polar", (3, 3)),
            ({"type": "dos", "numb_dos": 5}, "dos", (5,)),
            ({"type": "property", "property_name": "gap", "intensive": True}, "gap", (1,)),
        ],
    )
    def test_other_quantities(self, options, name, shape):
        model = small_model(**options)
        atoms = atoms_with(Calculator(model))
        found = refdp.evaluate(model, refdp.examples.virtual().frame(0))
        assert atoms.calc.get_property(name, atoms).shape == shape
        assert np.array_equal(atoms.calc.get_property(name, atoms), found.total[0])
        with pytest.raises(PropertyNotImplementedError):
            atoms.get_potential_energy()

    def test_a_dipole_is_where_ase_looks_for_it(self):
        model = small_model(type="dipole")
        expected = refdp.evaluate(model, refdp.examples.virtual().frame(0)).total[0]
        assert np.array_equal(atoms_with(Calculator(model)).get_dipole_moment(), expected)

    def test_threads_and_blocks_change_no_bit(self, model, water):
        atoms = atoms_with(Calculator(model, threads=2, block=64))
        assert np.array_equal(atoms.get_forces(), water.get_forces())

    def test_a_trajectory_keeps_the_results(self, water, tmp_path):
        energy, forces, stress = water.get_potential_energy(), water.get_forces(), water.get_stress()
        with Trajectory(tmp_path / "one.traj", "w") as trajectory:
            trajectory.write(water)
        water.write(tmp_path / "one.extxyz")
        again = read(tmp_path / "one.traj")
        assert again.calc.name == "refdp"
        assert again.get_potential_energy() == energy
        assert np.array_equal(again.get_forces(), forces)
        assert np.array_equal(again.get_stress(), stress)
        assert_within(read(tmp_path / "one.extxyz").get_forces(), forces, 1e-8)

    def test_without_ase_the_import_says_what_is_missing(self):
        program = "import sys\nsys.modules['ase'] = None\nimport refdp\nimport refdp.ase\n"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert run.stderr.splitlines()[-1] == (
            "ModuleNotFoundError: refdp.ase needs the package ase: `pip install 'refdp[ase]'`"
        )


TETRAHEDRON = 1.9 * np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(2)


class TestRelaxation:
    def test_a_cluster(self, argon_model):
        atoms = Atoms("Ar4", TETRAHEDRON, calculator=Calculator(argon_model, threads=1))
        before = atoms.get_potential_energy()
        atoms.rattle(0.1, seed=1)
        with BFGS(atoms, logfile=None) as optimizer:
            assert optimizer.run(fmax=1e-4, steps=60)
        assert np.linalg.norm(atoms.get_forces(), axis=1).max() < 1e-4
        distances = atoms.get_all_distances()[np.triu_indices(4, 1)]
        assert np.ptp(distances) < 0.03  # six equal edges again
        assert 3.7 < distances.mean() < 4.0
        assert atoms.get_potential_energy() < before

    def test_a_crystal_with_its_cell(self, argon_model):
        atoms = bulk("Ar", cubic=True, a=5.5)
        atoms.calc = Calculator(argon_model, threads=1)
        atoms.rattle(0.05, seed=0)
        with BFGS(FrechetCellFilter(atoms), logfile=None) as optimizer:
            assert optimizer.run(fmax=1e-3, steps=60)
        assert np.abs(atoms.get_forces()).max() < 1e-3
        assert np.abs(atoms.get_stress()).max() < 1e-4
        assert np.ptp(atoms.cell.lengths()) < 0.02


def run_at(model, timestep, duration=480.0):
    """Total energies per atom of four atoms of argon at some 40 K; times in femtoseconds."""
    atoms = Atoms("Ar4", TETRAHEDRON, calculator=Calculator(model, threads=1))
    momenta = np.random.default_rng(0).normal(size=(4, 3))
    atoms.set_momenta((momenta - momenta.mean(axis=0)) * np.sqrt(40 * units.kB * 39.95))
    energies = []
    dynamics = VelocityVerlet(atoms, timestep * units.fs)
    dynamics.attach(lambda: energies.append(atoms.get_total_energy() / len(atoms)))
    dynamics.run(round(duration / timestep))
    return atoms, np.array(energies)


class TestDynamics:
    def test_the_energy_is_kept_and_better_so_in_smaller_steps(self, argon_model):
        (atoms, coarse), (_, fine) = (run_at(argon_model, timestep) for timestep in (16.0, 8.0))
        errors = [np.abs(e - e[0]).max() for e in (coarse, fine)]
        assert errors[0] < 1e-5  # eV an atom, of 5e-3 in motion
        assert 3.8 < errors[0] / errors[1] < 4.2  # Verlet: the error is of second order
        assert np.abs(atoms.get_momenta().sum(axis=0)).max() < 1e-13
