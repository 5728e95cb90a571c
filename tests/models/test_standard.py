"""The standard model: descriptor, fitting net, and what the outside must know of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.models.base import Conditions
from refdp.models.standard import StandardModel
from refdp.nn.collection import NetworkCollection
from tests.helpers import assert_same_bits, assert_within
from tests.masks import GOLDEN, golden
from tests.model_cases import DESCRIPTORS, atomic, atoms, model, standard, surroundings
from tests.models.test_fitting_against_tensorflow import read

WITH_ENERGY = [path for path in GOLDEN if "fit.0.0.w" in np.load(path)]


def masked(path):
    """Return a model of DeePMD-kit's TensorFlow part, its system and all arrays of the file."""
    descriptor, system, arrays = golden(path)
    fitting, _ = read(path)
    options = refdp.models.options.ModelOptions()
    out = np.zeros((1, descriptor.ntypes, 1))
    return StandardModel(options, out, out + 1.0, descriptor, fitting), system, arrays


@pytest.mark.skipif(not WITH_ENERGY, reason="the numbers are not part of the repository")
@pytest.mark.parametrize("path", WITH_ENERGY, ids=lambda path: path.stem)
class TestMasked:
    def test_energies_of_atoms_and_frames(self, path):
        made, system, arrays = masked(path)
        out = refdp.evaluate(made, system)
        scale = np.abs(arrays["atom_energy"]).max()
        assert_within(out.atomic, arrays["atom_energy"], 1e-14 * scale)
        assert_within(out.total, arrays["energy"], 1e-13 * scale)

    def test_masked_atoms_carry_the_energy_of_a_descriptor_of_zeros(self, path):
        made, system, arrays = masked(path)
        absent = arrays["aparam"] == 0
        if not absent.any():
            pytest.skip("all atoms are real")
        found = refdp.evaluate(made, system).atomic
        types = np.zeros_like(absent, int)
        zero = made.fitting.atomic(np.zeros_like(arrays["descriptor"]), None, types, Conditions())
        assert (found[absent] != 0.0).all()
        kinds = np.broadcast_to(arrays["atype"], absent.shape)
        assert_within(found[absent & (kinds == 0)], zero[absent & (kinds == 0)], 1e-14)


class TestParts:
    def test_what_the_descriptor_decides(self):
        made = model(standard("stripped"))
        d = made.descriptor
        assert (made.rcut, made.sel, made.nnei, made.mixed_types) == (3.5, (20,), 20, True)
        assert (made.ntypes, made.env_protection, made.footprint) == (2, 0.0, d.footprint)
        assert made.precision == d.precision

    def test_what_the_fitting_net_decides(self):
        made = model(standard("two-sided"))
        assert (made.numb_fparam, made.numb_aparam, made.default_fparam) == (2, 1, None)
        assert made.quantity.name == "energy"
        assert model(standard("two-sided", "property, one bias")).quantity.intensive

    def test_they_must_fit_together(self):
        made, wider = model(standard("two-sided")), model(standard("hybrid"))
        with pytest.raises(InputError, match=r"`fitting.dim_descrpt`: expected 8, .* got 12"):
            replace(made, fitting=wider.fitting)
        three = replace(
            made.fitting,
            nets=NetworkCollection(1, 3, made.fitting.nets.networks[:1] * 3),
            bias_atom_e=np.zeros((3, 1)),
            options=refdp.models.fitting_options.EnergyOptions(
                neuron=(5, 5), numb_fparam=2, numb_aparam=1, resnet_dt=True
            ),
        )
        with pytest.raises(InputError, match=r"`fitting.ntypes`: expected 2"):
            replace(made, fitting=three)


class TestForCenter:
    @pytest.mark.parametrize("descriptor", ["two-sided", "stripped", "hybrid", "se_e3"])
    def test_equal_at_centres_of_that_type(self, descriptor):
        made, system = model(standard(descriptor, fitting_net={"neuron": [5]})), atoms()
        env = surroundings(made, system)
        for t in range(2):
            found = made.for_center(t).atomic(env)
            rows = system.atype == t
            assert_within(found[rows], made.atomic(env)[rows], 1e-14)


class TestInvariances:
    @pytest.mark.parametrize("descriptor", [*DESCRIPTORS])
    def test_more_virtual_atoms_change_nothing(self, descriptor):
        """Whatever stands first, be it virtual, and wherever virtual atoms are, be it one on another."""
        made, system = model(standard(descriptor, fitting_net={"neuron": [5]})), atoms(nf=1)
        padded = refdp.System(
            np.concatenate([np.zeros((1, 2, 3)), system.coords], axis=1),
            np.concatenate([[[-1, -1]], system.atype], axis=1),
            type_map=system.type_map,
        )
        found = atomic(made, padded)
        assert_same_bits(found[:, :2], np.zeros((1, 2)))
        assert_within(found[:, 2:], atomic(made, system), 1e-14)

    def test_far_apart_energies_add_up(self):
        made, system = model(standard("stripped", fitting_net={"neuron": [5]})), atoms(nf=1)
        both = refdp.System(
            np.concatenate([system.coords, system.coords + 50.0], axis=1), np.tile(system.atype, (1, 2))
        )
        one = np.sum(atomic(made, replace(system, type_map=None)))
        assert np.sum(atomic(made, both)) == pytest.approx(2.0 * one, rel=1e-13)

    def test_a_dipole_turns_with_the_atoms(self):
        section = standard("two-sided", "dipole")
        made, system = refdp.model_from_config(section), atoms(nf=1)
        rng = np.random.default_rng(0)
        q = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        turned = replace(system, coords=system.coords @ q.T)
        assert_within(atomic(made, turned), atomic(made, system) @ q.T, 1e-13)
