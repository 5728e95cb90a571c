from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.alive import signs_of_life
from parity.case import Case, build
from parity.cases import cases_of
from parity.mutants.blind import ONE_ATOM, ZERO_WEIGHTS

pytest.importorskip("flint")

CONFIG = {"rcut": 2.1, "rcut_smth": 0.5, "sel": [4, 4, 4], "neuron": [3, 7]}
CASE = Case(name="x", family="se_e2_r", system="molecule", config=CONFIG, statistics="random")


def _signs(case=CASE, config=None, **changes):
    changed = msgspec.structs.replace(case, config=case.config | (config or {}), **changes)
    return signs_of_life(build(changed))


class TestSignsOfLife:
    def test_a_good_case(self):
        found = _signs(under_test=("rcut", "neuron"))
        assert found.dead == {}
        assert found.alive == {
            "atoms": "18 of 18 centres with neighbours feel atoms move",
            "switch": "58 pairs inside the switch window",
            "slots": "158 of 216 slots are empty",
            "statistics": "36 of 36 statistics are not 0 and 1",
            "rcut": found.alive["rcut"],
            "neuron": "[3, 7] instead of the default: 7 numbers an atom instead of 40",
        }

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("activation_function", "silu"),
            ("exclude_types", [[1, 1]]),
            ("env_protection", 0.1),
            ("set_davg_zero", True),
            ("precision", "float32"),
            ("rcut_smth", 1.0),
        ],
    )
    def test_an_option_that_does_something(self, name, value):
        found = _signs(config={name: value}, under_test=(name,))
        assert found.dead == {}
        assert "numbers change" in found.alive[name]

    @pytest.mark.parametrize(
        ("config", "name"),
        [
            # A net without skip connections has no time step.
            ({"resnet_dt": True}, "resnet_dt"),
            # The molecule has one oxygen atom.
            ({"exclude_types": [[0, 0]]}, "exclude_types"),
            # Every pair within 1.3 angstrom is nearer than that anyway.
            ({"rcut": 1.3, "rcut_smth": 1.29}, "rcut"),
        ],
    )
    def test_an_option_that_does_nothing(self, config, name):
        found = _signs(config=config, under_test=(name,))
        assert name in found.dead or (name == "rcut" and "switch" in found.dead)

    def test_one_atom(self):
        found = signs_of_life(build(ONE_ATOM))
        assert found.dead["atoms"] == "0 of 0 centres with neighbours feel atoms move"
        assert found.dead["switch"] == "0 pairs inside the switch window"

    def test_zero_weights(self):
        found = signs_of_life(build(ZERO_WEIGHTS))
        assert found.dead == {"atoms": "0 of 4 centres with neighbours feel atoms move"}

    def test_all_pairs_that_are_seen_lie_before_the_switch(self):
        assert _signs(config={"rcut_smth": 2.09}).dead == {"switch": "0 pairs inside the switch window"}

    def test_excluded_pairs_do_not_count_for_the_switch(self):
        case = msgspec.structs.replace(CASE, system="isolated")
        config = {"rcut": 1.6, "rcut_smth": 1.2}
        assert _signs(case, config).alive["switch"] == "4 pairs inside the switch window"
        assert "switch" in _signs(case, config | {"exclude_types": [[1, 1]]}).dead

    def test_full_slots_must_say_so(self):
        inputs = build(CASE)
        some = np.broadcast_to(inputs.nlist.max(axis=-1, keepdims=True), inputs.nlist.shape)
        np.copyto(inputs.nlist, some, where=inputs.nlist < 0)
        assert signs_of_life(inputs).dead["slots"] == "0 of 216 slots are empty"

    def test_dropped_neighbours_are_counted(self):
        case = msgspec.structs.replace(CASE, system="lattice")
        # Six neighbours, four of them in the layer and so of the atom's own type, one of which is dropped.
        config = {"rcut": 2.5, "sel": [3, 3]}
        found = _signs(case, config, overflowing=True)
        assert found.alive["slots"] == "64 of 384 slots are empty; 64 neighbours are dropped"

    def test_a_case_that_says_it_overflows_must(self):
        assert _signs(overflowing=True).dead == {
            "slots": "158 of 216 slots are empty; 0 neighbours are dropped"
        }

    def test_neutral_statistics(self):
        inputs = build(CASE)
        inputs.data["@variables"]["davg"][...] = 0.0
        inputs.data["@variables"]["dstd"][...] = 1.0
        assert signs_of_life(inputs).dead["statistics"] == "0 of 36 statistics are not 0 and 1"

    @pytest.mark.parametrize("name", ["se_e2_a-01-molecule", "se_e2_a-03-isolated", "se_e2_a-04-pair"])
    def test_cases_of_the_grid_are_alive(self, name):
        case = next(case for case in cases_of("se_e2_a") if case.name == name)
        found = signs_of_life(build(case))
        assert found.dead == {}
        assert {"atoms", "switch", "slots", "statistics", *case.under_test} == set(found.alive)


class TestOtherFamilies:
    @pytest.mark.parametrize(
        "name",
        ["se_atten-10-mixture", "se_atten-own-01-cluster", "se_e3_tebd-01-cluster", "hybrid-18-mixture"],
    )
    def test_cases_of_the_grid_are_alive(self, name):
        found = signs_of_life(build(_named(name)))
        assert found.dead == {}
        assert found.alive["types"].endswith("of 11 centres with neighbours feel other types") or (
            found.alive["types"] == "12 of 12 centres with neighbours feel other types"
        )

    def test_without_a_cutoff_there_is_neither_switch_nor_statistics(self):
        case = _named("se_a_mask-01-masked")
        found = signs_of_life(build(case))
        assert found.dead == {}
        assert set(found.alive) == {"atoms", "slots", *case.under_test}

    def test_every_child_of_a_hybrid_needs_pairs_in_its_window(self):
        case = _named("hybrid-00-mixture")
        children = [dict(child) for child in case.config["list"]]
        children[1] |= {"rcut_smth": children[1]["rcut"] - 1e-9}
        changed = msgspec.structs.replace(case, config={"list": children}, under_test=())
        assert signs_of_life(build(changed)).dead == {"switch": "0 pairs inside the switch window"}

    @pytest.mark.parametrize(
        ("config", "name"),
        [
            ({"temperature": 0.7, "scaling_factor": 2.0}, "scaling_factor"),
            ({"attn_layer": 0, "attn": 4}, "attn"),
            ({"attn_layer": 0, "smooth_type_embedding": True}, "smooth_type_embedding"),
        ],
    )
    def test_options_of_attention_that_do_nothing(self, config, name):
        common = {"rcut": 3.1, "rcut_smth": 0.5, "sel": 12, "neuron": [4], "attn_layer": 1}
        case = Case(name="x", family="se_atten", system="mixture", config=common | config, under_test=(name,))
        assert list(signs_of_life(build(case)).dead) == [name]

    def test_a_child_of_a_hybrid_that_an_option_does_nothing_to(self):
        child = {"rcut": 3.1, "rcut_smth": 0.5, "sel": [4, 4, 4], "neuron": [3, 7]}
        children = [child | {"type": "se_e2_r"}, child | {"type": "se_e3", "resnet_dt": True}]
        case = Case(
            name="x",
            family="hybrid",
            system="mixture",
            config={"list": children},
            under_test=("0.rcut", "1.resnet_dt"),
        )
        assert list(signs_of_life(build(case)).dead) == ["1.resnet_dt"]


def _named(name):
    family = name.partition("-")[0]
    return next(case for case in cases_of(family) if case.name == name)
