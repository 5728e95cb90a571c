"""Proven energies, forces and virials, and budgets: they enclose, allow, and catch a planted error."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.certified_models import model_budget, model_truth
from refdp.errors import InputError
from refdp.evaluation import evaluate
from refdp.models.config import model_from_config
from tests.force_cases import NAMES, TRICLINIC, free, model, periodic, quotients
from tests.helpers import assert_within
from tests.masks import molecule

pytest.importorskip("flint")


def certified(made, system, **given):
    """Return evaluation, truth and budget, after checking that the first is within the others."""
    e, truth = evaluate(made, system, **given), model_truth(made, system, **given)
    allowed = model_budget(made, system, **given)
    used = 0.0
    for name in NAMES:
        value, exact, budget = (getattr(x, name) for x in (e, truth, allowed))
        if value is None:
            assert exact is budget is None
            continue
        assert value.shape == exact.midpoint.shape == budget.shape
        assert exact.radius.max(initial=0.0) < 1e-24
        off = exact.deviation(value)
        assert np.all(off <= budget), name
        used = max(used, np.max(off[budget > 0.0] / budget[budget > 0.0], initial=0.0))
    assert used > 1e-4
    return e, truth, allowed


class TestModelTruth:
    @pytest.mark.parametrize("name", ["se_e2_a", "se_atten smooth", "se_e3", "hybrid"])
    def test_encloses_the_difference_quotients(self, name):
        made, system = model(name, narrow=True), free()
        _, truth, _ = certified(made, system)
        forces, virial = quotients(made, system)
        assert_within(truth.forces.midpoint[0], forces, 4e-16 * np.abs(forces).max())
        assert_within(truth.virial.midpoint[0], virial, 4e-16 * np.abs(virial).max())

    def test_of_frames_in_a_small_cell(self):
        one = periodic()
        coords = np.concatenate([one.coords, one.coords + [0.0, 0.125, -0.25] * np.array([[0.0], [1.0]])])
        system = refdp.System(coords, one.types[0], one.cell[0], type_map=one.type_map)
        _, truth, _ = certified(model("se_e2_a"), system)
        alone = model_truth(model("se_e2_a"), one)
        np.testing.assert_array_equal(truth.forces.midpoint[0], alone.forces.midpoint[0])
        assert np.abs(truth.forces.midpoint[1] - alone.forces.midpoint[0]).max() > 1e-6

    def test_more_bits_stay_inside_fewer(self):
        few, many = (model_truth(model(narrow=True), free(), bits=bits) for bits in (113, 200))
        assert many.forces.radius.max() < 1e-50
        inside = [
            a.contains(b)
            for a, b in zip(few.forces.balls.balls.flat, many.forces.balls.balls.flat, strict=True)
        ]
        assert len(inside) == few.forces.midpoint.size
        assert all(inside)

    def test_virtual_atoms_are_exactly_zero(self):
        truth = model_truth(model(narrow=True), free())
        for part in (truth.atomic, truth.forces, truth.atom_virial):
            assert not part.midpoint[0, 1].any()
            assert not part.radius[0, 1].any()

    @pytest.mark.parametrize("kind", ["dipole", "polar", "property"])
    def test_other_quantities(self, kind):
        gap = {"property_name": "gap", "task_dim": 2, "intensive": True} if kind == "property" else {}
        e, truth, _ = certified(model(narrow=True, fitting={"type": kind} | gap), free())
        assert e.quantity == truth.quantity
        if kind == "property":
            assert_within(e.total, e.atomic.sum(axis=1) / 3.0, 1e-15)

    def test_masked_atoms_have_their_energy(self):
        section = {
            "descriptor": {"type": "se_a_mask", "sel": [5, 4, 3], "neuron": [2, 4], "axis_neuron": 2},
            "fitting_net": {"neuron": [4], "numb_aparam": 1, "use_aparam_as_mask": True},
            "type_map": ["H", "C", "O"],
        }
        _, truth, _ = certified(model_from_config(section, seed=3), molecule(nf=1))
        assert np.all(truth.atomic.midpoint != 0.0)

    def test_parameters(self):
        made = model(narrow=True, fitting={"numb_fparam": 1, "numb_aparam": 2})
        certified(made, free(), fparam=0.5, aparam=np.linspace(-1.0, 1.0, 8).reshape(4, 2))

    @pytest.mark.parametrize(("nf", "natoms"), [(1, 0), (1, 1)])
    def test_of_next_to_nothing(self, nf, natoms):
        system = refdp.System(np.zeros((nf, natoms, 3)), np.zeros((nf, natoms), int))
        truth = model_truth(model(narrow=True), system)
        assert truth.forces.midpoint.shape == (nf, natoms, 3)
        assert not truth.virial.midpoint.any()

    def test_of_no_frames(self):
        system = refdp.System(np.zeros((0, 2, 3)), [0, 1])
        truth = model_truth(model(narrow=True), system)
        assert truth.energy.midpoint.shape == (0,)
        assert truth.forces.midpoint.shape == (0, 2, 3)
        assert model_budget(model(narrow=True), system).virial.shape == (0, 3, 3)

    @pytest.mark.parametrize("where", ["rcut", "rcut_smth"])
    def test_a_neighbour_exactly_where_the_switch_begins_or_ends(self, where):
        made = model(narrow=True)
        r = getattr(made.descriptor, where)
        e, _, allowed = certified(made, refdp.System([[0, 0, 0], [r, 0, 0], [0, 0.75 * r, 0]], [0, 1, 1]))
        assert allowed.forces.max() < 1e-4 * np.abs(e.forces).max()

    def test_what_is_refused(self):
        with pytest.raises(InputError, match="`bits`: expected"):
            model_truth(model(), free(), bits=1)
        with pytest.raises(InputError, match="at one"):
            model_truth(model(), refdp.System(np.zeros((2, 3)), [0, 1]))


class TestModelBudget:
    def test_a_planted_error_is_outside(self):
        e, truth, allowed = certified(model(narrow=True), free())
        for name in NAMES:
            value = getattr(e, name).copy()
            index = np.unravel_index(np.argmax(np.abs(value)), value.shape)
            value[index] *= 1.0 + 1e-9
            assert np.count_nonzero(getattr(truth, name).deviation(value) > getattr(allowed, name)) == 1

    def test_is_tight(self):
        _, truth, allowed = certified(model(narrow=True), free())
        assert allowed.forces.max() < 1e-12 * np.abs(truth.forces.midpoint).max()
        assert allowed.virial.max() < 1e-12 * np.abs(truth.virial.midpoint).max()

    def test_grows_as_bits_go(self):
        fine, coarse = (model_budget(model(narrow=True), free(), bits=bits).forces for bits in (53, 24))
        some = fine > 0.0
        assert 0.9 < np.median(coarse[some] / fine[some]) / 2.0**29 < 1.2

    def test_wrapping_into_the_cell_is_allowed_for(self):
        # So far away that digits are lost, and at places that float64 holds exactly.
        made, hops = model("se_e2_a"), 2.0**20 * np.array([[3.0, -2.0, 5.0], [-4.0, 1.0, 2.0]])
        system = refdp.System([[0.125, 0.25, 0.375], [1.25, 1.125, 1.5]], [0, 1], TRICLINIC)
        far = refdp.System(system.coords + hops @ TRICLINIC, system.types, TRICLINIC)
        off = np.abs(evaluate(made, far).forces - evaluate(made, system).forces)
        assert off.max() > 1e-12
        assert np.all(off <= model_budget(made, far).forces + model_budget(made, system).forces)

    def test_of_a_model_in_float32(self):
        from array_api_compat import numpy as xp

        made = model(narrow=True).to(xp, "float32")
        e, truth, allowed = evaluate(made, free()), model_truth(made, free()), model_budget(made, free())
        for name in ("atomic", "forces", "atom_virial"):
            off = getattr(truth, name).deviation(getattr(e, name))
            assert np.all(off <= getattr(allowed, name))
            assert off.max() > 1e-9
