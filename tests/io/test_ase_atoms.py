"""Tests of refdp.io.ase_atoms."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import refdp
from refdp.errors import InputError, UnsupportedError
from refdp.io.ase_atoms import from_atoms, stress_of_virial, to_atoms, virial_of_stress
from refdp.io.dataset import Frames
from tests.helpers import assert_within

ase = pytest.importorskip("ase")
from ase.calculators.singlepoint import SinglePointCalculator  # noqa: E402 (where ASE is installed)

CELL = np.asarray([[5.0, 0, 0], [1, 6, 0], [0, 1, 7]])
STRESS = np.asarray([0.01, 0.02, 0.03, 0.04, 0.05, 0.06])


def water(shift=0.0, pbc=True, **results):
    atoms = ase.Atoms("OH2", [[0, 0, shift], [0, 0, 1], [0, 1, 0]], cell=CELL, pbc=pbc)
    if results:
        atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


class TestFromAtoms:
    def test_atoms(self):
        (frames,) = from_atoms([water(), water(0.1)])
        assert frames.system.coords[:, 0].tolist() == [[0, 0, 0], [0, 0, 0.1]]
        assert frames.system.types.tolist() == [[0, 1, 1]] * 2
        assert frames.system.type_map == ("O", "H")
        assert np.array_equal(frames.system.cell, [CELL, CELL])
        assert dict(frames.labels) == {}

    def test_one(self):
        assert len(from_atoms(water())[0]) == 1

    def test_labels(self):
        results = {
            "energy": -3.0,
            "forces": np.arange(9.0).reshape(3, 3),
            "energies": np.asarray([-1.0, -2, 0]),
        }
        (frames,) = from_atoms(water(stress=STRESS, **results))
        assert {name: values.tolist() for name, values in frames.labels.items() if name != "virial"} == {
            "energy": [-3.0],
            "force": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]],
            "atom_ener": [[-1.0, -2.0, 0.0]],
        }
        # 5 * 6 * 7 cubic angstrom; xx yy zz yz xz xy.
        tensor = [[0.01, 0.06, 0.05], [0.06, 0.02, 0.04], [0.05, 0.04, 0.03]]
        assert_within(frames.labels["virial"][0], -210.0 * np.asarray(tensor), 1e-14)

    def test_a_tensor_for_a_stress(self):
        (frames,) = from_atoms(water(stress=np.arange(9.0).reshape(3, 3)))
        assert_within(frames.labels["virial"][0, 0], [0.0, -210.0, -420.0], 1e-12)
        with pytest.raises(InputError, match=r"`stress`: expected six numbers.* got \(4,\)"):
            from_atoms(water(stress=np.zeros(4)))

    def test_a_stress_without_a_cell(self):
        atoms = ase.Atoms("H", [[0, 0, 0]])
        atoms.calc = SinglePointCalculator(atoms, stress=STRESS)
        with pytest.raises(InputError, match=r"`stress`: expected a cell, .* got frame 1 without one"):
            from_atoms([water(), atoms])

    def test_a_virial_of_the_file(self):
        atoms = water()
        atoms.info["virial"] = np.arange(9.0).reshape(3, 3)
        assert from_atoms(atoms)[0].labels["virial"][0, 1, 2] == 5.0

    def test_the_virial_is_the_derivative_by_strain(self):
        from ase.calculators.lj import LennardJones

        atoms = ase.Atoms("Ar4", 1.6 * np.asarray([[0, 0, 0], [1, 1, 0.1], [1, 0, 1], [0, 1.1, 1]]))
        atoms.set_cell(3.3 * np.asarray([[1, 0, 0], [0.1, 1, 0], [0, 0.2, 1]]))
        atoms.pbc = True
        atoms.calc = LennardJones(sigma=2.0, rc=5.0)
        atoms.get_stress()
        virial = from_atoms(atoms)[0].labels["virial"][0]

        def energy(strain):
            strained = atoms.copy()
            strained.set_cell(atoms.cell @ (np.eye(3) + strain), scale_atoms=True)
            strained.calc = LennardJones(sigma=2.0, rc=5.0)
            return strained.get_potential_energy()

        for a, b in ((0, 0), (0, 1), (2, 1)):
            strain = np.zeros((3, 3))
            strain[a, b] = strain[b, a] = 1e-6 if a == b else 5e-7
            slope = (energy(strain) - energy(-strain)) / 2e-6
            assert_within(virial[a, b], -slope, 1e-6 * np.abs(virial).max())

    def test_one_entry_for_each_number_of_atoms_and_labels(self):
        single = ase.Atoms("He", [[0, 0, 0]])
        found = from_atoms([water(), single, water(0.2), water(energy=1.0), single])
        assert [frames.index.tolist() for frames in found] == [[0, 2], [1, 4], [3]]
        assert {frames.system.type_map for frames in found} == {("O", "H", "He")}
        assert [frames.system.periodic for frames in found] == [True, False, True]
        assert found[2].labels["energy"].tolist() == [1.0]

    def test_names_that_are_given(self):
        assert from_atoms(water(), ["H", "C", "O"])[0].system.types.tolist() == [[2, 0, 0]]
        with pytest.raises(InputError, match=r"`type_map`: expected species among H, got \['O'\]"):
            from_atoms(water(), ["H"])

    def test_virtual_atoms(self):
        (frames,) = from_atoms(ase.Atoms("OXH", np.eye(3)))
        assert frames.system.types.tolist() == [[0, -1, 1]]
        assert frames.system.type_map == ("O", "H")

    @pytest.mark.parametrize(
        ("pbc", "along"),
        [((True, True, False), "a, b"), ((False, False, True), "c"), ((True, False, True), "a, c")],
    )
    def test_periodic_in_some_directions(self, pbc, along):
        words = (
            rf"`pbc`: expected .* all three .* got frame 1, periodic along {along} only; .* set pbc to True"
        )
        with pytest.raises(InputError, match=words):
            from_atoms([water(), water(pbc=pbc)])

    def test_periodic_without_a_cell(self):
        with pytest.raises(InputError, match="`cell`: expected vectors that span a volume"):
            from_atoms(ase.Atoms("H", [[0, 0, 0]], pbc=True))

    def test_ase_is_optional(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "ase", None)
        with pytest.raises(UnsupportedError, match=r"`pip install 'refdp\[ase\]'`"):
            from_atoms([])


class TestVirialOfStress:
    def test_six_numbers(self):
        expected = [[-2.0, -12.0, -10.0], [-12.0, -4.0, -8.0], [-10.0, -8.0, -6.0]]
        assert virial_of_stress([1, 2, 3, 4, 5, 6], 2.0).tolist() == expected

    @pytest.mark.parametrize("shape", [(9,), (3, 3)])
    def test_a_tensor(self, shape):
        found = virial_of_stress(np.arange(9.0).reshape(shape), 0.5)
        assert found.tolist() == [[-0.0, -0.5, -1.0], [-1.5, -2.0, -2.5], [-3.0, -3.5, -4.0]]


class TestStressOfVirial:
    def test_the_symmetric_part(self):
        W = np.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
        assert stress_of_virial(W, 2.0).tolist() == [-0.5, -2.5, -4.5, -3.5, -2.5, -1.5]
        assert stress_of_virial(np.stack([[W, 2 * W]]), 2.0).shape == (1, 2, 6)

    def test_is_the_way_back(self):
        assert_within(stress_of_virial(virial_of_stress(STRESS, 210.0), 210.0), STRESS, 1e-17)


class TestToAtoms:
    def test_there_and_back(self):
        results = {"energy": -3.0, "forces": np.arange(9.0).reshape(3, 3), "stress": STRESS}
        (frames,) = from_atoms([water(**results), water(0.1, **results)])
        back = to_atoms(frames)
        assert [atoms.get_chemical_formula() for atoms in back] == ["H2O", "H2O"]
        assert back[1].positions[0, 2] == 0.1
        assert np.array_equal(back[0].cell, CELL)
        assert back[0].pbc.all()
        assert back[0].get_potential_energy() == -3.0
        assert np.array_equal(back[0].get_forces(), results["forces"])
        assert_within(back[0].get_stress(), STRESS, 1e-16)

    def test_a_cluster(self):
        (atoms,) = to_atoms(refdp.System(np.eye(3), [0, -1, 0], mask=[1, 1, 0], type_map=["O"]))
        assert atoms.get_chemical_symbols() == ["O", "X", "X"]
        assert not atoms.pbc.any()
        assert atoms.calc is None

    def test_a_virial_without_a_volume(self):
        frames = Frames(refdp.System(np.eye(3), [0, 0, 0], type_map=["O"]), {"virial": np.ones((1, 9))})
        assert to_atoms(frames)[0].calc is None

    @pytest.mark.parametrize("names", [None, ["water"]])
    def test_types_without_symbols(self, names):
        with pytest.raises(InputError, match=r"`type_map`: expected .*chemical symbol"):
            to_atoms(refdp.System([[0.0, 0, 0]], [0], type_map=names))
