"""Members of a model: what each of them sees, and whether they fit together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.models.linear import LinearModel
from refdp.models.options import ModelOptions
from tests.helpers import assert_same_bits, assert_within
from tests.model_cases import (
    NAMES,
    STRIPPED,
    arguments,
    atomic,
    atoms,
    linear,
    model,
    pair_table,
    standard,
    surroundings,
    write_table,
)

NET = {"neuron": [5], "seed": 2}


def net(*, names=NAMES, **options):
    """Return a model of mixed types with other options of its descriptor."""
    section = standard("stripped", fitting_net=NET, type_map=names)
    return model(section | {"descriptor": STRIPPED | options})


def total(*members, weights="sum", **options):
    """Return the sum of the members, or another combination."""
    out = np.zeros((1, 2, 1))
    return LinearModel(ModelOptions(type_map=tuple(NAMES), **options), out, out + 1.0, members, weights)


class TestCut:
    def test_the_first_slots_within_the_cutoff(self):
        far, near = net(sel=25, rcut=3.7), net(sel=6, rcut=2.6)
        whole = total(far, near)
        assert (whole.rcut, whole.sel, whole.mixed_types) == (3.7, (25,), True)
        first, second = whole.cut(surroundings(whole, atoms(5)))
        assert first.valid.shape[-1] == 25
        assert second.valid.shape[-1] == 6
        assert np.linalg.norm(second.displacement, axis=-1).max() <= 2.6

    def test_a_member_sees_what_it_sees_alone(self):
        system = atoms(5)
        for small in (net(sel=6, rcut=2.6), net(sel=4, rcut=3.7), net(sel=30, rcut=2.0)):
            whole = total(net(sel=25, rcut=3.7), small, weights=(0.0, 1.0))
            assert_within(atomic(whole, system), atomic(small, system), 1e-14)

    def test_slots_of_excluded_pairs_are_not_filled_again(self):
        """As alone: who was too far to get a slot stays away."""
        system, small = atoms(5), net(sel=3)
        whole = total(net(sel=25), small, weights=(0.0, 1.0), pair_exclude_types=((0, 1),))
        alone = replace(small, options=ModelOptions(type_map=tuple(NAMES), pair_exclude_types=((0, 1),)))
        assert_within(atomic(whole, system), atomic(alone, system), 1e-14)

    def test_in_the_precision_of_the_member(self):
        whole = total(net(), net(precision="float32"))
        parts = whole.cut(surroundings(whole, atoms(5)))
        assert [part.displacement.dtype for part in parts] == [np.float64, np.float32]
        assert atomic(whole, atoms(5)).dtype == np.float64


class TestTypes:
    def test_a_member_may_know_others_in_another_order(self):
        # A virtual first atom counts as type 0 of the whole, not of the member: here it is real.
        other, system = net(names=["H", "C", "O"]), atoms(5).frame(1)
        own = refdp.System(system.coords, np.where(system.atype < 0, -1, 2 - 2 * system.atype))
        assert_within(atomic(total(other), system), atomic(other, own), 1e-14)

    def test_its_exclusions_are_by_its_own_numbers(self):
        other, system = net(names=["H", "O"]), atoms(5).frame(1)
        options = ModelOptions(type_map=("H", "O"), atom_exclude_types=(0,), pair_exclude_types=((1, 1),))
        whole = total(replace(other, options=options))
        found = atomic(whole, system)
        assert (found[system.atype == 1] == 0.0).all()
        turned = refdp.System(system.coords, np.where(system.atype < 0, -1, 1 - system.atype))
        assert_within(found, atomic(replace(other, options=options), turned), 1e-14)


class TestForCenter:
    def test_equal_at_centres_of_that_type(self, tmp_path):
        section = linear(write_table(tmp_path))
        section["models"][1] = section["models"][1] | {"type_map": ["H", "O"]}
        made, system = model(section), atoms(5)
        env = surroundings(made, system)
        for t in range(2):
            rows = system.atype == t
            assert_within(made.for_center(t).atomic(env)[rows], made.atomic(env)[rows], 1e-14)
        assert made.for_center(-1) is made

    def test_by_the_numbers_of_the_member(self):
        """Of a hybrid that mixes types, though a child of it has nets for centres of each."""
        member = model(standard("hybrid, mixed", fitting_net=NET, type_map=["H", "O"]))
        whole, system = total(member), atoms(5)
        env = surroundings(whole, system)
        for t in range(2):
            rows = system.atype == t
            assert_within(whole.for_center(t).atomic(env)[rows], whole.atomic(env)[rows], 1e-14)


class TestConditions:
    def test_parameters_reach_all_members(self):
        member = model(standard("stripped"))
        whole = total(member, member)
        assert (whole.numb_fparam, whole.numb_aparam, whole.default_fparam) == (2, 1, None)
        inputs = {"fparam": np.ones((2, 2)), "aparam": np.full((2, 9, 1), 0.5)}
        assert_within(atomic(whole, atoms(), **inputs), 2.0 * atomic(member, atoms(), **inputs), 1e-14)

    def test_the_first_default_counts(self):
        fitting = NET | {"numb_fparam": 1, "default_fparam": [0.25]}
        assert total(net(), model(standard("stripped", fitting_net=fitting))).default_fparam == (0.25,)


class TestEverywhere:
    def test_the_same_on_every_library(self, library, tmp_path):
        made = model(linear(write_table(tmp_path), pair_exclude_types=[[1, 1]]))
        given = arguments(made, atoms(5))
        found = library.compiled(made.call)(*(library.array(x) for x in given))
        assert_within(library.numpy(found), made.call(*given), 1e-14)

    def test_what_it_is(self):
        whole = total(net(), net(env_protection=0.1))
        assert (whole.precision, whole.ntypes, whole.env_protection) == ("float64", 2, 0.0)
        assert whole.footprint == net().footprint

    def test_the_check_of_a_member(self, tmp_path):
        made = model(linear(write_table(tmp_path)))
        near = refdp.System([[[0.0, 0.0, 0.0], [0.04, 0.0, 0.0]]], [0, 1], type_map=NAMES)
        with pytest.raises(InputError, match="where the table begins"):
            refdp.evaluate(made, near)

    def test_forces_are_finite_and_sum_to_zero(self, tmp_path):
        out = refdp.evaluate(model(linear(write_table(tmp_path))), atoms(5))
        assert np.isfinite(out.forces).all()
        assert_within(out.forces.sum(axis=1), np.zeros((2, 3)), 1e-12)
        assert_same_bits(out.forces[atoms(5).atype < 0], np.zeros((3, 3)))


class TestMistakes:
    def test_no_members(self):
        with pytest.raises(InputError, match="at least one model"):
            total()

    def test_no_model(self):
        with pytest.raises(InputError, match=r"`models\[1\].type`: expected a model, got 'int'"):
            total(net(), 3)

    def test_no_energy(self):
        with pytest.raises(InputError, match=r"`models\[0\].type`: expected a model of energies, got 'dos'"):
            total(model(standard("stripped", "dos")))

    def test_types_not_mixed(self):
        with pytest.raises(InputError, match=r"`models\[1\].type`: expected a model of mixed types"):
            total(net(), model(standard("two-sided")))

    def test_a_species_missing(self):
        with pytest.raises(InputError, match=r"`models\[0\].type_map`: .*\['H'\] too, got \['O', 'C'\]"):
            total(net(names=["O", "C"]))

    def test_too_few_types_without_names(self, tmp_path):
        short = model(pair_table(write_table(tmp_path), type_map=[]), seed=None)
        out = np.zeros((1, 3, 1))
        with pytest.raises(InputError, match=r"`models\[0\].ntypes`: expected 3 or more"):
            LinearModel(ModelOptions(type_map=("A", "B", "C")), out, out, (short,))
