"""How each mistake in an input section is answered: key, value, what is allowed."""

from __future__ import annotations

import pytest

import refdp
from refdp.config import from_config
from refdp.errors import ConfigError, UnsupportedError

SECTION = {
    "type": "se_e2_a",
    "sel": [3, 2],
    "rcut": 4.0,
    "rcut_smth": 1.0,
    "neuron": [2, 4],
    "axis_neuron": 2,
}

# key, value, what the message must say besides the key
WRONG = [
    ("rcut", "6", ["float", "'6'"]),
    ("rcut", True, ["float", "True"]),
    ("rcut", None, ["float", "None"]),
    ("rcut", -1, ["positive, finite", "-1.0"]),
    ("rcut", 0, ["positive, finite", "0.0"]),
    ("rcut", float("nan"), ["positive, finite", "nan"]),
    ("rcut", float("inf"), ["positive, finite", "inf"]),
    ("rcut", 10**400, ["float", "1000"]),
    ("rcut_smth", 4.0, ["from 0 to below `rcut` = 4.0", "4.0"]),
    ("rcut_smth", -0.1, ["from 0 to below `rcut` = 4.0", "-0.1"]),
    ("rcut_smth", float("nan"), ["from 0 to below `rcut` = 4.0", "nan"]),
    ("sel", 5, ["array", "5"]),
    ("sel", [], ["together 1 to", "[]"]),
    ("sel", [0, 0], ["together 1 to", "[0, 0]"]),
    ("sel", [3, -1], ["zero or more", "[3, -1]"]),
    ("sel", [3, 1.5], ["int", "1.5"]),
    ("sel", [3, True], ["int", "True"]),
    ("sel", [3, "2"], ["int", "'2'"]),
    ("sel", "auto:0.5", ["`auto:f`", "'auto:0.5'"]),
    ("sel", "auto:x", ["`auto:f`", "'auto:x'"]),
    ("sel", "automatic", ["`auto`", "'automatic'"]),
    ("neuron", [], ["positive integer", "[]"]),
    ("neuron", [2, 0], ["positive integer", "[2, 0]"]),
    ("neuron", 4, ["array", "4"]),
    ("neuron", [2, 4.5], ["int", "4.5"]),
    ("axis_neuron", 0, ["1 to the last of `neuron`, 4", "0"]),
    ("axis_neuron", 5, ["1 to the last of `neuron`, 4", "5"]),
    ("axis_neuron", "2", ["int", "'2'"]),
    ("resnet_dt", 1, ["bool", "1"]),
    ("resnet_dt", "true", ["bool", "'true'"]),
    ("type_one_side", None, ["bool", "None"]),
    ("trainable", 0, ["bool", "0"]),
    ("set_davg_zero", "no", ["bool", "'no'"]),
    ("exclude_types", [[0, 2]], ["from 0 to 1", "[0, 2]"]),
    ("exclude_types", [[0, -1]], ["from 0 to 1", "[0, -1]"]),
    ("exclude_types", [[0]], ["length 2", "[0]"]),
    ("exclude_types", [0, 1], ["array", "0"]),
    ("exclude_types", [[0, "H"]], ["int", "'H'"]),
    ("env_protection", -0.1, ["zero or more", "-0.1"]),
    ("env_protection", float("inf"), ["finite", "inf"]),
    ("activation_function", "tanhh", ["silut:T", "'tanhh'"]),
    ("activation_function", 3, ["str", "3"]),
    ("precision", "float128", ["float64", "'float128'"]),
    ("precision", 64, ["str", "64"]),
    ("seed", -1, ["zero or more", "-1"]),
    ("seed", [1, -2], ["zero or more", "2"]),
    ("seed", 1.5, ["int", "1.5"]),
    ("seed", "1", ["int", "'1'"]),
    ("spin", {"use_spin": [True]}, ["null", "use_spin"]),
    ("type_map", "OH", ["array", "'OH'"]),
    ("type_map", ["O"], ["2 types", "['O']"]),
    ("type_map", ["O", 1], ["str", "1"]),
    ("type_map", ["O", "O"], ["different", "['O', 'O']"]),
    ("type", "se_e2_b", ["se_e2_a", "'se_e2_b'"]),
    ("type", "SE_E2_A", ["se_e2_a", "'SE_E2_A'"]),
    ("type", None, ["se_e2_a", "None"]),
    ("type", ["se_e2_a"], ["se_e2_a", "['se_e2_a']"]),
]


class TestMistakes:
    @pytest.mark.parametrize(
        ("key", "value", "said"), WRONG, ids=lambda x: str(x)[:20] if not isinstance(x, list) else ""
    )
    def test_the_message_names_key_value_and_what_is_allowed(self, key, value, said):
        with pytest.raises(ConfigError) as caught:
            from_config(SECTION | {key: value})
        message = str(caught.value)
        assert message.startswith(f"`{key}"), message
        assert "expected" in message, message
        assert [text for text in said if text not in message] == [], message

    @pytest.mark.parametrize(
        ("key", "meant"),
        [
            ("rcutt", "rcut"),
            ("axis_neurons", "axis_neuron"),
            ("type_oneside", "type_one_side"),
            ("sell", "sel"),
        ],
    )
    def test_an_unknown_key_is_answered_with_the_nearest(self, key, meant):
        with pytest.raises(
            ConfigError, match=f"`{key}`: unknown key, did you mean `{meant}`\\? known keys are act.*, type"
        ):
            from_config(SECTION | {key: 1})

    def test_an_unknown_key_unlike_any_is_answered_with_those_known(self):
        with pytest.raises(
            ConfigError, match="`xyzzy`: unknown key; known keys are activation_function, axis_neuron, "
        ):
            from_config(SECTION | {"xyzzy": 1})

    @pytest.mark.parametrize("key", [5, None, (1, 2), 2.5])
    def test_a_key_that_is_no_text(self, key):
        with pytest.raises(ConfigError, match="unknown key"):
            from_config(SECTION | {key: 1})

    def test_an_option_of_another_descriptor_is_unknown(self):
        with pytest.raises(ConfigError, match="`axis_neuron`: unknown key"):
            from_config(SECTION | {"type": "se_e2_r"})

    @pytest.mark.parametrize("config", [None, 3, "se_e2_a", [SECTION]])
    def test_what_is_no_section(self, config):
        with pytest.raises(ConfigError, match="`config`: expected a mapping of option names to values, got "):
            from_config(config)

    @pytest.mark.parametrize("config", [{}, {"model": {}}, {"model": {"type_map": ["O"]}}])
    def test_a_section_without_type(self, config):
        with pytest.raises(ConfigError, match=r"`(type|descriptor|model.*)`: expected"):
            from_config(config)

    def test_a_key_and_its_alias_together(self):
        with pytest.raises(ConfigError, match="n_axis_neuron"):
            from_config(SECTION | {"n_axis_neuron": 3})

    @pytest.mark.parametrize("seed", [-1, "a", 1.5, [2, -3]])
    def test_the_seed_argument_is_checked_as_the_key_is(self, seed):
        with pytest.raises(ConfigError, match="`seed"):
            from_config(SECTION, seed=seed)

    @pytest.mark.parametrize("names", ["OH", 3, {"O": 0, "H": 1}, {"O", "H"}])
    def test_names_of_types_in_no_order(self, names):
        wanted = r"`type_map`: expected a list of names, one for each type, got "
        with pytest.raises(ConfigError, match=wanted):
            from_config(SECTION, type_map=names)
        with pytest.raises(ConfigError, match=wanted):
            from_config({"model": {"type_map": names, "descriptor": SECTION}})

    @pytest.mark.parametrize("systems", [[3], 3, ["example:water"]])
    def test_data_that_are_no_systems(self, systems):
        with pytest.raises(ConfigError, match=r"`systems`: expected a `System`, or a list of them, got "):
            from_config(SECTION | {"sel": "auto"}, systems=systems)

    def test_two_sides_of_se_e2_r_are_refused(self):
        with pytest.raises(UnsupportedError, match="`type_one_side`: expected true"):
            from_config({"type": "se_e2_r", "sel": [3], "type_one_side": False})

    def test_every_option_has_a_wrong_value_here(self):
        options = set(refdp.SeE2A.options_type.__struct_fields__)
        assert {key for key, _, _ in WRONG} == options | {"type"}
