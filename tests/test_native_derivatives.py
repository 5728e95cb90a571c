"""torch and JAX differentiate `Model.call` by themselves: the same forces, within the same budgets."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.blocks import find_neighbors
from refdp.certified_models import model_budget, model_truth
from refdp.evaluation import evaluate
from refdp.species import match_types
from tests.force_cases import DESCRIPTORS, free, model, periodic
from tests.helpers import assert_within
from tests.libraries import Library


def native(library, made, system):
    """Return energies and forces as the library finds them from extended atoms and a neighbour table."""
    (coord, *indices, mapping), nlist = find_neighbors(made, match_types(made, system))
    xp, there = library.namespace, [library.array(x) for x in (*indices, nlist)]
    moved = made.to(xp)

    def energy(x):
        return xp.sum(moved.call(x, *there))

    slope = library.gradient(energy, coord)
    forces = np.zeros((system.natoms, 3))
    np.add.at(forces, mapping[0], -slope[0])
    return library.numpy(library.compiled(lambda x: moved.call(x, *there))(library.array(coord))), forces[
        None
    ]


@pytest.mark.parametrize("name", ["se_e2_a", "se_atten smooth", "hybrid"])
class TestNative:
    def test_the_same_energies_and_forces(self, name, differentiable):
        made, system = model(name, narrow=True), free()
        e = evaluate(made, system)
        energies, forces = native(differentiable, made, system)
        assert_within(energies, e.atomic, 1e-13 * np.abs(e.atomic).max())
        assert_within(forces, e.forces, 1e-13 * np.abs(e.forces).max())


class TestBudget:
    @pytest.mark.parametrize("name", ["se_e2_a two-sided"])
    def test_is_for_all(self, name, differentiable):
        made, system = model(name), periodic()
        truth, allowed = model_truth(made, system), model_budget(made, system)
        energies, forces = native(differentiable, made, system)
        for found, part in ((energies, "atomic"), (forces, "forces")):
            assert np.all(getattr(truth, part).deviation(found) <= getattr(allowed, part))


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_gradients_at_empty_slots_are_finite_in_torch(name):
    pytest.importorskip("torch")
    system = free()
    _, forces = native(Library.TORCH, model(name, narrow=True), system)
    assert np.isfinite(forces).all()
    np.testing.assert_array_equal(forces[0, 1], 0.0)
