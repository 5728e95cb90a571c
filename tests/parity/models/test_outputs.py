from __future__ import annotations

import numpy as np
import pytest

from parity.models.outputs import Kind, kind_of, named

ENERGY = {"fitting": {"type": "ener", "var_name": "energy"}}


class TestKindOf:
    @pytest.mark.parametrize(
        ("fitting", "kind"),
        [
            ({"type": "ener", "var_name": "energy"}, Kind("energy", "atom_energy", "energy")),
            ({"type": "dipole", "var_name": "dipole"}, Kind("dipole", "dipole", "global_dipole")),
            ({"type": "polar", "var_name": "polar"}, Kind("polar", "polar", "global_polar")),
            ({"type": "property", "var_name": "gap"}, Kind("gap", "atom_gap", "gap")),
        ],
    )
    def test_keys_of_deepmd(self, fitting, kind):
        assert kind_of({"fitting": fitting}) == kind

    def test_combined_models_have_energies(self):
        assert kind_of({"type": "linear", "models": []}).outputs == ("atom_energy", "energy")


class TestNamed:
    def test_an_energy_with_derivatives(self):
        found = {
            "atom_energy": np.arange(4.0).reshape(2, 2, 1),
            "energy": np.asarray([[1.0], [5.0]]),
            "force": np.ones((2, 2, 3)),
            "virial": np.arange(18.0).reshape(2, 9),
            "atom_virial": np.arange(36.0).reshape(2, 2, 9),
            "mask": np.ones((2, 2)),
        }
        out = named(found, ENERGY)
        assert {name: x.shape for name, x in out.items()} == {
            "atom_energy": (2, 2),
            "energy": (2,),
            "forces": (2, 2, 3),
            "virial": (2, 3, 3),
            "atom_virial": (2, 2, 3, 3),
        }
        assert out["virial"][1, 0, 2] == 11.0

    def test_what_is_none_is_not_given(self):
        found = {"atom_energy": np.zeros((1, 2, 1)), "energy": np.zeros((1, 1)), "force": None}
        assert list(named(found, ENERGY)) == ["atom_energy", "energy"]

    def test_names_that_are_used_inside(self):
        found = {"energy": np.full((1, 2, 1), 3.0), "energy_redu": np.full((1, 1), 6.0)}
        out = named(found, ENERGY)
        assert (out["atom_energy"].tolist(), out["energy"].tolist()) == ([[3.0, 3.0]], [6.0])

    def test_a_vector_and_its_derivatives(self):
        found = {
            "dipole": np.zeros((1, 2, 3)),
            "global_dipole": np.zeros((1, 3)),
            "force": np.zeros((1, 2, 3, 3)),
            "virial": np.zeros((1, 3, 9)),
        }
        out = named(found, {"fitting": {"type": "dipole", "var_name": "dipole"}})
        assert {name: x.shape for name, x in out.items()} == {
            "atom_dipole": (1, 2, 3),
            "dipole": (1, 3),
            "forces": (1, 2, 3, 3),
            "virial": (1, 3, 3, 3),
        }
