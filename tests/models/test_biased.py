"""Exclusion, biases and mask around what a model computes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.models.base import Conditions
from refdp.namespaces import array_namespace
from refdp.trace import record
from tests.helpers import assert_same_bits, assert_within
from tests.model_cases import NAMES, arguments, atomic, atoms, model, standard, surroundings

SIMPLE = {"neuron": [5], "seed": 2}


def energy(**options):
    return model(standard("two-sided", fitting_net=SIMPLE, **options))


class TestAtomic:
    def test_the_bias_of_the_type_is_added(self):
        made, system = energy(), atoms()
        plain = replace(made, out_bias=np.zeros((1, 2, 1)))
        types = system.atype
        expected = np.where(types >= 0, made.out_bias[0, :, 0][types], 0.0)
        assert_within(atomic(made, system) - atomic(plain, system), expected, 1e-14)

    def test_the_width_is_not_looked_at(self):
        made, system = energy(), atoms()
        assert_same_bits(atomic(replace(made, out_std=made.out_std * 3.0), system), atomic(made, system))

    def test_virtual_and_excluded_atoms_have_no_share(self):
        system = atoms()
        full, some = (atomic(energy(atom_exclude_types=e), system) for e in ([], [1]))
        assert_same_bits(some, np.where(system.atype == 0, full, 0.0))
        assert (full[system.atype >= 0] != 0.0).all()

    def test_an_excluded_pair_is_as_if_the_other_atom_were_not_there(self):
        made, system = energy(pair_exclude_types=[[0, 1]]), atoms()
        without = replace(made, options=energy().options)
        alone = np.where(system.atype == 0, 0, -1)
        expected = atomic(without, refdp.System(system.coords, alone))
        rows = system.atype == 0
        assert_within(atomic(made, system)[rows], expected[rows], 1e-14)
        assert np.abs(atomic(without, system)[rows] - expected[rows]).max() > 1e-4

    def test_exclusion_by_the_descriptor_is_something_else(self):
        """There the row is zero, here that of an empty slot: another one where the mean is not zero."""
        section = standard("two-sided", fitting_net=SIMPLE)
        inner = section | {"descriptor": section["descriptor"] | {"exclude_types": [[0, 1]]}}
        outer = section | {"pair_exclude_types": [[0, 1]]}
        first, second = (atomic(model(x), atoms()) for x in (inner, outer))
        assert np.max(np.abs(first - second)) > 1e-3

    def test_types_may_be_others_than_those_of_the_centres(self):
        made, system = energy(), atoms()
        env = surroundings(made, system)
        types = np.where(system.atype < 0, 1, system.atype)
        found = made.atomic(env, Conditions(types=types))
        assert_same_bits(found[system.atype >= 0], made.atomic(env)[system.atype >= 0])
        assert (found[system.atype < 0] != 0.0).all()

    def test_a_virtual_first_atom_lends_type_zero_to_empty_slots(self):
        made, system = model(standard("stripped", fitting_net=SIMPLE)), atoms()
        assert system.atype[0, 0] == -1
        assert_same_bits(made.atomic(surroundings(made, system)), atomic(made, system))
        env = surroundings(made, system)
        other = made.atomic(replace(env, first_type=np.ones_like(env.first_type)))
        assert np.max(np.abs(other - made.atomic(env))) > 1e-5

    def test_step(self):
        made, env = energy(), surroundings(energy(), atoms())
        with record() as trace:
            found = made.atomic(env)
        assert trace.names == ["r", "w", "R", "E", "G", "A", "D", "z", "y", "E_i"]
        assert trace.value("E_i") is found

    def test_step_of_another_quantity(self):
        made = model(standard("two-sided", "dipole"))
        with record() as trace:
            found = made.atomic(surroundings(made, atoms()))
        assert trace.names[-1] == "Y_i"
        assert trace.value("Y_i") is found


class TestMistakes:
    def test_shapes(self):
        with pytest.raises(InputError, match=r"`out_bias`: expected shape .* = \(1, 2, 1\), got \(2, 1\)"):
            replace(energy(), out_bias=np.zeros((2, 1)))
        with pytest.raises(InputError, match="`out_std`"):
            replace(energy(), out_std=np.zeros((1, 3, 1)))


class TestTo:
    @pytest.mark.parametrize("dtype", [None, "float32"])
    def test_every_array_moves(self, library, dtype):
        made = energy().to(library.namespace, dtype, library.device)
        for x in (made.out_bias, made.out_std, made.fitting.bias_atom_e, made.descriptor.davg):
            assert library.numpy(x).dtype == (dtype or "float64")

    @pytest.mark.parametrize("kind", ["ener", "dipole"])
    def test_the_result_is_in_the_widest_precision(self, kind):
        section = standard("two-sided", fitting_net=SIMPLE | {"type": kind, "precision": "float32"})
        section["descriptor"] = section["descriptor"] | {"precision": "float32"}
        assert atomic(model(section), atoms()).dtype == np.float64


class TestCall:
    def test_the_same_on_every_library(self, library):
        made, given = energy(pair_exclude_types=[[1, 1]]), arguments(energy(), atoms())
        found = made.call(*(library.array(x) for x in given))
        assert_within(library.numpy(found), made.call(*given), 1e-14)

    def test_names(self):
        assert energy().type_map == tuple(NAMES)
        assert array_namespace(energy().out_bias).__name__.endswith("numpy")
