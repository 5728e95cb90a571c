"""What an input section may say, and how each mistake is answered: key, value, what is allowed."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.config import from_config
from refdp.errors import ConfigError

SECTION = {
    "type": "se_e2_a",
    "sel": [3, 2],
    "rcut": 4.0,
    "rcut_smth": 1.0,
    "neuron": [2, 4],
    "axis_neuron": 2,
}
WATER = refdp.System([[0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]], [0, 1, 1], type_map=["O", "H"])


class TestDefaults:
    def test_se_e2_a_are_those_of_the_input_file(self):
        o = from_config({"type": "se_e2_a", "sel": [4]}).options
        assert (o.rcut, o.rcut_smth, o.neuron, o.axis_neuron) == (6.0, 0.5, (10, 20, 40), 4)
        assert (o.type_one_side, o.resnet_dt, o.activation_function, o.precision) == (
            False,
            False,
            "tanh",
            "default",
        )
        assert (o.exclude_types, o.env_protection, o.set_davg_zero, o.trainable) == ((), 0.0, False, True)
        assert (o.seed, o.spin, o.type_map) == (None, None, None)

    def test_se_e2_r_is_one_sided(self):
        assert from_config({"type": "se_e2_r", "sel": [4]}).options.type_one_side is True

    def test_integers_are_numbers(self):
        assert from_config(SECTION | {"rcut": 6, "rcut_smth": 0, "env_protection": 1}).rcut == 6.0


class TestFromConfig:
    @pytest.mark.parametrize(
        ("name", "cls"), [("se_e2_a", "SeE2A"), ("se_a", "SeE2A"), ("se_e2_r", "SeE2R"), ("se_r", "SeE2R")]
    )
    def test_names(self, name, cls):
        assert type(from_config({"type": name, "sel": [3]})).__name__ == cls

    def test_alias_of_axis_neuron(self):
        section = {key: value for key, value in SECTION.items() if key != "axis_neuron"}
        assert from_config(section | {"n_axis_neuron": 3}).options.axis_neuron == 3

    def test_comments_are_skipped(self):
        assert from_config(SECTION | {"_comment": "x", "_comment2": {"rcut": 1}, "_rcut": 9}).rcut == 4.0

    def test_a_whole_input_file(self):
        whole = {
            "_c": 1,
            "model": {"type_map": ["O", "H"], "descriptor": SECTION, "fitting_net": {}},
            "training": {},
        }
        d = from_config(whole)
        assert (d.type_map, d.sel) == (("O", "H"), (3, 2))

    def test_a_model_section(self):
        assert from_config({"type_map": ["O", "H"], "descriptor": SECTION}).type_map == ("O", "H")

    def test_arguments_override_the_section(self):
        d = from_config(SECTION | {"seed": 5, "type_map": ["A", "B"]}, type_map=["O", "H"], seed=6)
        assert (d.options.seed, d.type_map) == (6, ("O", "H"))

    @pytest.mark.parametrize("seed", [7, [7, 1], (7, 1), 0])
    def test_the_seed_decides_the_weights(self, seed):
        one, same = from_config(SECTION, seed=seed), from_config(SECTION | {"seed": seed})
        np.testing.assert_array_equal(
            one.embeddings.networks[1].layers[1].w, same.embeddings.networks[1].layers[1].w
        )
        other = from_config(SECTION, seed=8)
        assert not np.array_equal(
            one.embeddings.networks[1].layers[1].w, other.embeddings.networks[1].layers[1].w
        )

    def test_changes_nothing_that_it_is_given(self):
        section = SECTION | {"n_axis_neuron": 2, "_comment": ""}
        del section["axis_neuron"]
        before = {key: list(value) if isinstance(value, list) else value for key, value in section.items()}
        from_config(section, type_map=["O", "H"], seed=1)
        assert section == before

    @pytest.mark.parametrize("number", [np.float64(4.0), np.int64(4)])
    def test_numbers_of_numpy_are_numbers(self, number):
        assert from_config(SECTION | {"rcut": number}).rcut == 4.0

    def test_arrays_of_numpy_are_lists(self):
        d = from_config(SECTION | {"sel": np.array([3, 2]), "seed": np.int64(3)})
        assert (d.sel, d.options.seed) == ((3, 2), 3)


AUTO = {**SECTION, "sel": "auto"}


class TestAutomaticSel:
    def test_without_data_it_says_how_to_give_them(self):
        with pytest.raises(ConfigError, match=r"`sel`: expected .*systems=.*, got 'auto'"):
            from_config(AUTO)

    @pytest.mark.parametrize(("sel", "slots"), [("auto", (4, 4)), ("auto:3.1", (4, 8)), ("auto:1", (4, 4))])
    def test_counts_neighbors_and_rounds_up_to_fours(self, sel, slots):
        # Largest counts: one oxygen (seen by a hydrogen), two hydrogens (seen by the oxygen); 2 * 3.1 = 6.2.
        assert from_config(AUTO | {"sel": sel}, systems=[WATER]).sel == slots

    def test_species_are_matched_by_name(self):
        # Three hydrogens more, near the others: at most five of them seen at once.
        five = refdp.System(np.eye(6, 3), [0, 1, 1, 1, 1, 1], type_map=["O", "H"])
        assert from_config(AUTO, type_map=["H", "O"], systems=[five]).sel == (8, 4)

    def test_the_largest_of_all_systems_counts(self):
        five = refdp.System(np.eye(6, 3), [0, 1, 1, 1, 1, 1], type_map=["O", "H"])
        assert from_config(AUTO, type_map=["O", "H"], systems=[WATER, five]).sel == (4, 8)

    def test_a_type_of_the_type_map_that_no_system_has_gets_an_entry(self):
        assert len(from_config(AUTO, type_map=["O", "H", "He"], systems=[WATER]).sel) == 3

    def test_data_without_neighbors_decide_nothing(self):
        alone = refdp.System([[0.0, 0, 0]], [0])
        with pytest.raises(ConfigError, match="`sel`"):
            from_config({**AUTO, "axis_neuron": 2}, systems=[alone])

    def test_pairs_are_checked_once_the_number_of_types_is_known(self):
        with pytest.raises(ConfigError, match="`exclude_types`: expected types from 0 to 1"):
            from_config(AUTO | {"exclude_types": [[0, 5]]}, systems=[WATER])
