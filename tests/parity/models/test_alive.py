from __future__ import annotations

import copy

import msgspec
import numpy as np

from parity.models.alive import signs_of_life, variants
from parity.models.build import build
from parity.models.truth import budget_of
from parity.mutants.blind import MUTE_MODEL
from tests.parity.models.few import inputs_of


def _names(name):
    return [variant for variant, _, _ in variants(inputs_of(name))]


class TestVariants:
    def test_everything_that_is_set_is_unset_once(self):
        names = _names("parameters")
        assert len(set(names)) == len(names)
        for place in ("davg", "dstd"):
            assert f"descriptor.@variables.{place}" in names
        for place in ("bias_atom_e", "fparam_avg", "fparam_inv_std", "aparam_avg", "aparam_inv_std"):
            assert f"fitting.@variables.{place}" in names
        assert {"atoms", "cell", "fparam", "aparam", "@variables.out_bias"} < set(names)

    def test_what_changes_no_number_is_left_alone(self):
        assert "@variables.out_std" not in _names("one-side")
        assert "@variables.out_std" in _names("property")
        assert "@variables.out_bias" not in _names("dipole")
        assert not any("aparam" in name for name in _names("aparam-mask"))

    def test_options_of_models(self):
        assert "pair_exclude_types" in _names("pairs")
        assert "atom_exclude_types" in _names("atoms")
        assert "descriptor.exclude_types" in _names("own-pairs")
        assert {"sw_rmin", "sw_rmax", "smin_alpha"} < set(_names("zbl"))
        assert "weights" in _names("linear")
        assert "weights" not in _names("linear-mean")
        assert "virtual" in _names("virtual")

    def test_the_case_itself_is_not_changed(self):
        inputs = inputs_of("pairs")
        before = copy.deepcopy(inputs.data)
        list(variants(inputs))
        assert np.array_equal(before["@variables"]["out_bias"], inputs.data["@variables"]["out_bias"])
        assert inputs.data["pair_exclude_types"] == [[0, 1], [2, 2]]


class TestSignsOfLife:
    def test_a_case_that_could_fail(self):
        inputs = inputs_of("default-parameters")
        signs = signs_of_life(inputs, budget_of(inputs))
        assert signs.dead == {}
        assert "forces" in signs.alive["atoms"]
        assert "energy" in signs.alive["fitting.default_fparam"]

    def test_a_mute_model_feels_nothing(self):
        inputs = build(MUTE_MODEL)
        signs = signs_of_life(inputs, budget_of(inputs))
        assert "atoms" in signs.dead
        assert "@variables.out_bias" in signs.alive

    def test_an_exclusion_of_pairs_that_never_meet_is_dead(self):
        inputs = inputs_of("free")
        data = copy.deepcopy(inputs.data) | {"pair_exclude_types": [[0, 0]]}
        data["descriptor"] = data["descriptor"] | {"rcut": 1.3, "rcut_smth": 0.5}
        other = msgspec.structs.replace(inputs, data=data)
        assert "pair_exclude_types" in signs_of_life(other, budget_of(other)).dead
