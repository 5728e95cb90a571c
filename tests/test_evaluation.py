"""Energies, forces and virials of whole systems: whatever is asked for, how, and of whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.certified_models import model_budget
from refdp.errors import InputError, UnsupportedError
from refdp.evaluation import Evaluation, each_component, evaluate
from refdp.models.base import Quantity
from refdp.models.config import model_from_config
from refdp.trace import record
from tests.force_cases import NAMES, free, model, periodic
from tests.helpers import assert_same_bits, assert_within
from tests.masks import molecule

CELL = np.array([[5.0, 0, 0], [1.0, 5.5, 0], [-0.5, 1.5, 6.0]])


def grid(natoms=20, nf=2, cell=CELL, seed=3):
    """Return atoms in a cell, none nearer than about an angstrom; the fourth is virtual."""
    rng = np.random.default_rng(seed)
    places = np.stack(np.meshgrid(*[np.arange(3)] * 3), axis=-1).reshape(-1, 3) / 3
    frames = [rng.permutation(places)[:natoms] + rng.uniform(-0.05, 0.05, (natoms, 3)) for _ in range(nf)]
    types = rng.integers(0, 2, natoms)
    types[3] = -1
    return refdp.System(np.array(frames) @ CELL, types, cell, type_map=["O", "H"])


def wide(name="se_e2_a", **options):
    """Return a model with slots for all neighbours in a `grid`."""
    return model(name, narrow=False, **options)


class TestEvaluate:
    def test_shapes_and_names(self):
        e = evaluate(wide(), grid())
        shapes = [getattr(e, name).shape for name in NAMES]
        assert shapes == [(2, 20), (2,), (2, 20, 3), (2, 3, 3), (2, 20, 3, 3)]
        assert {getattr(e, name).dtype for name in NAMES} == {np.dtype(float)}
        assert e.energy is e.total
        assert e.atom_energy is e.atomic
        assert_same_bits(e.energy, e.atomic.sum(axis=1))
        np.testing.assert_array_equal(e.atomic[:, 3], 0.0)

    def test_energies_alone_have_the_same_bits(self):
        made, system = wide(), grid()
        e, alone = evaluate(made, system), evaluate(made, system, derivatives=False)
        assert_same_bits(alone.atomic, e.atomic)
        assert alone.forces is alone.virial is alone.atom_virial is None

    @pytest.mark.parametrize("threads", [2, 3, 5, None])
    @pytest.mark.parametrize("name", ["se_e2_a", "se_atten smooth"])
    def test_threads_change_no_bit(self, threads, name):
        made, system = wide(name), grid()
        one = evaluate(made, system, threads=1, block=3)
        many = evaluate(made, system, threads=threads, block=3)
        for part in NAMES:
            assert_same_bits(getattr(many, part), getattr(one, part))

    @pytest.mark.parametrize("expand", [False, True])
    def test_blocks_and_expansions_stay_within_the_budget(self, expand):
        made, system = wide(), periodic()
        allowed, whole = model_budget(made, system), evaluate(made, system)
        for block in (1, 2):
            e = evaluate(made, system, block=block, expand=expand)
            for name in NAMES:
                assert_within(getattr(e, name), getattr(whole, name), 2.0 * getattr(allowed, name))

    def test_expansions_at_the_nearest_distance_that_they_know(self):
        # Where an expansion ends its argument is neither clipped nor held.
        made = wide()
        options = replace_options(made.descriptor.options, rcut_smth=1.0)
        made = replace(made, descriptor=replace(made.descriptor, options=options))
        for distance in (0.69, 0.7, 0.71):
            system = refdp.System([[0, 0, 0], [distance, 0, 0], [0, 1.9, 0]], [0, 1, 0])
            plain, expanded = (evaluate(made, system, expand=expand) for expand in (False, True))
            for name in NAMES:
                expected = getattr(plain, name)
                assert_within(getattr(expanded, name), expected, 1e-13 * np.abs(expected).max())

    def test_frames_do_not_see_each_other(self):
        made, system = wide(), grid()
        together = evaluate(made, system)
        for f in range(2):
            alone = evaluate(made, system.frame(f))
            for name in NAMES:
                assert_same_bits(getattr(together, name)[f : f + 1], getattr(alone, name))

    def test_species_are_matched_by_name(self):
        system = grid()
        types = np.where(system.types >= 0, 1 - system.types, -1)
        swapped = refdp.System(system.coords, types, system.cell, type_map=["H", "O"])
        assert_same_bits(evaluate(wide(), swapped).forces, evaluate(wide(), system).forces)

    @pytest.mark.parametrize(("threads", "block"), [(1, 2), (2, 2), (2, 10**6)])
    def test_a_listener_gets_every_step_once(self, threads, block):
        made, system = wide(), grid()
        with record() as trace:
            e = evaluate(made, system, block=block, threads=threads)
        assert trace.names == ["r", "w", "R", "E", "G", "A", "D", "z", "y", "E_i"]
        assert_within(trace.value("E_i"), e.atomic, 1e-14 * np.abs(e.atomic).max())
        assert_same_bits(e.forces, evaluate(made, system, block=block).forces)

    def test_a_listener_hears_of_masked_atoms_what_they_have(self):
        made, system = masked_model(), molecule(nf=1)
        with record() as trace:
            e = evaluate(made, system)
        assert_within(trace.value("E_i"), e.atomic, 1e-15 * np.abs(e.atomic).max())

    def test_touches_nothing(self):
        made, system = wide(), grid()
        before = made.descriptor.davg.copy(), system.coords.copy()
        evaluate(made, system)
        assert_same_bits(made.descriptor.davg, before[0])
        assert_same_bits(system.coords, before[1])

    def test_progress_is_shown_when_asked_for_and_changes_no_bit(self, capsys):
        shown, hidden = (evaluate(wide(), free(), progress=progress) for progress in (True, False))
        assert_same_bits(shown.forces, hidden.forces)
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize("option", ["threads", "block"])
    @pytest.mark.parametrize("value", [0, 1.5, True, "8"])
    def test_impossible_options(self, option, value):
        with pytest.raises(InputError, match=f"`{option}`: expected a whole number of 1 or more"):
            evaluate(wide(), free(), **{option: value})

    @pytest.mark.parametrize("listen", [False, True])
    def test_coincident_atoms_are_named(self, listen):
        from contextlib import nullcontext

        system = refdp.System([[0.0, 0, 0], [1.0, 0, 0], [0.0, 0, 0]], [0, 1, 1])
        with (
            record() if listen else nullcontext(),
            pytest.raises(InputError, match=r"`coords`: .* atoms 0 and 2 of frame 0 at one"),
        ):
            evaluate(wide(), system)

    def test_without_autograd_there_are_energies(self, monkeypatch):
        import sys

        expected = evaluate(wide(), free()).energy
        monkeypatch.setitem(sys.modules, "autograd.core", None)
        with pytest.raises(UnsupportedError, match=r"refdp\[models\]"):
            evaluate(wide(), free())
        assert_same_bits(evaluate(wide(), free(), derivatives=False).energy, expected)


def replace_options(options, **changed):
    import msgspec

    return msgspec.structs.replace(options, **changed)


def masked_model():
    section = {
        "descriptor": {"type": "se_a_mask", "sel": [5, 4, 3], "neuron": [2, 4], "axis_neuron": 2},
        "fitting_net": {"neuron": [4], "numb_aparam": 1, "use_aparam_as_mask": True},
        "type_map": ["H", "C", "O"],
    }
    return model_from_config(section, seed=3)


class TestEvaluation:
    @pytest.mark.parametrize("kind", ["dipole", "polar", "dos", "property"])
    def test_other_quantities(self, kind):
        more = {
            "dos": {"numb_dos": 3},
            "property": {"task_dim": 2, "property_name": "gap", "intensive": True},
        }
        made = model("se_e2_a", narrow=True, fitting={"type": kind} | more.get(kind, {}))
        system = free()
        e = evaluate(made, system)
        assert e.quantity == made.quantity
        assert e.atomic.shape == (1, 4, *e.quantity.shape)
        whole = e.atomic.sum(axis=1) / (3.0 if kind == "property" else 1.0)
        assert_within(e.total, whole, 1e-15)
        assert np.abs(e.atomic[0, [0, 2, 3]]).min() > 0.0
        assert (e.forces is None) == (kind != "dipole")
        with pytest.raises(AttributeError, match=f"predicts `{e.quantity.name}`: see `total` and `atomic`"):
            _ = e.energy
        with pytest.raises(AttributeError, match="see `total`"):
            _ = e.atom_energy

    def test_the_mean_over_nobody_is_zero(self):
        fitting = {"type": "property", "task_dim": 2, "property_name": "gap", "intensive": True}
        made = model("se_e2_a", fitting=fitting)
        e = evaluate(made, refdp.System(np.zeros((2, 3)), [-1, -1]))
        np.testing.assert_array_equal(e.total, np.zeros((1, 2)))

    def test_is_immutable(self):
        e = Evaluation(Quantity("energy"), np.zeros((1, 2)), np.zeros(1))
        with pytest.raises(AttributeError):
            e.total = np.ones(1)


class TestEachComponent:
    def test_one_for_a_number(self):
        (one,) = each_component((1, 2))
        np.testing.assert_array_equal(one, np.ones((1, 2)))

    def test_one_for_each_of_a_vector(self):
        ones = list(each_component((1, 2, 3)))
        assert len(ones) == 3
        np.testing.assert_array_equal(sum(ones), np.ones((1, 2, 3)))
        np.testing.assert_array_equal(ones[1], np.broadcast_to([0.0, 1.0, 0.0], (1, 2, 3)))
