"""What models predict, by the names of labels."""

from __future__ import annotations

import pytest

import refdp
from refdp.cli.outputs import is_energy, outputs, predictions, units
from refdp.models.base import Quantity
from tests.argon import small_model


class TestIsEnergy:
    def test_is_no_property_of_that_name(self):
        given = (Quantity("energy"), Quantity("energy", (1,)), Quantity("dipole", (3,)))
        assert [is_energy(quantity) for quantity in given] == [True, False, False]


class TestOutputs:
    @pytest.mark.parametrize(
        ("quantity", "names"),
        [
            (Quantity("energy"), ("energy", "atom_ener", "force", "virial")),
            (Quantity("polar", (3, 3)), ("polarizability", "atom_polarizability")),
            (Quantity("dipole", (3,)), ("dipole", "atom_dipole")),
            (Quantity("gap", (1,)), ("gap", "atom_gap")),
            (Quantity("energy", (1,)), ("energy", "atom_energy")),
            (Quantity("polar", (2,)), ("polar", "atom_polar")),
            (Quantity("atomic_gap", (1,)), ("atom_gap", "atom_atomic_gap")),
        ],
    )
    def test_names_are_those_of_deepmd(self, quantity, names):
        assert tuple(each.label for each in outputs(quantity)) == names

    @pytest.mark.parametrize("name", ["force_constant", "atom_count", "energy"])
    def test_what_is_of_atoms_is_no_matter_of_names(self, name):
        found = outputs(Quantity(name, (2,)))
        assert [(each.of_atoms, each.per_atom) for each in found] == [(False, False), (True, False)]

    def test_of_an_energy(self):
        found = outputs(Quantity("energy"))
        assert [each.label for each in found if each.of_atoms] == ["atom_ener", "force"]
        assert [each.label for each in found if each.per_atom] == ["energy", "virial"]


class TestPredictions:
    def test_without_derivatives(self):
        found = refdp.evaluate(small_model(), refdp.examples.virtual(), derivatives=False)
        assert list(predictions(found)) == ["energy", "atom_ener"]

    def test_of_a_dipole_no_derivatives(self):
        found = refdp.evaluate(small_model(type="dipole"), refdp.examples.virtual().frame(0))
        assert found.forces is not None
        assert list(predictions(found)) == ["dipole", "atom_dipole"]


class TestUnits:
    def test_only_energies_have_any(self):
        assert units(Quantity("energy"))["pressure"] == "GPa"
        assert units(Quantity("energy"))["energy"] == "eV per atom"
        assert units(Quantity("energy", (1,))) == units(Quantity("virial", (9,))) == {}
