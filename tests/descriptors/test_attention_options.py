"""The options of se_atten and se_atten_v2: their defaults, and how each mistake is answered."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

import refdp
from refdp.descriptors.attention_options import SeAttenOptions, SeAttenV2Options
from refdp.errors import ConfigError, InputError
from tests.attention_cases import SMALL

NAMES = ["se_atten", "se_atten_v2"]
WATER = refdp.System([[0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]], [0, 1, 1], type_map=["O", "H"])
NAMELESS = {key: value for key, value in SMALL.items() if key != "type_map"}
NAN, INF = float("nan"), float("inf")
WRONG = [
    ({"axis_neuron": 0}, "1 to the last of `neuron`, 8, got 0"),
    ({"axis_neuron": 9}, "1 to the last of `neuron`, 8, got 9"),
    ({"lmax": 0}, "1 to 4, got 0"),
    ({"lmax": 5}, "1 to 4, got 5"),
    ({"lmax": None}, "`int`, got `null`: None"),
    ({"tebd_dim": 0}, "a positive integer, 1048576 or less, got 0"),
    ({"attn": 0}, "a positive integer, 1048576 or less, got 0"),
    ({"attn": 2.5}, "`int`, got `float`: 2.5"),
    ({"attn_layer": -1}, "a number of layers, 0 to 1000, got -1"),
    ({"attn_dotr": 1}, "`bool`, got `int`: 1"),
    ({"scaling_factor": 0.0}, "a positive, finite number, got 0.0"),
    ({"scaling_factor": -1.0}, "a positive, finite number, got -1.0"),
    ({"scaling_factor": NAN}, "a positive, finite number, got nan"),
    ({"scaling_factor": INF}, "a positive, finite number, got inf"),
    ({"temperature": NAN}, "a finite number, or null, got nan"),
    ({"temperature": -INF}, "a finite number, or null, got -inf"),
    ({"temperature": "hot"}, r"`float \| null`, got `str`: 'hot'"),
    ({"ln_eps": 0.0}, "a positive, finite number, or null, got 0.0"),
    ({"ln_eps": NAN}, "a positive, finite number, or null, got nan"),
    ({"ln_eps": INF}, "a positive, finite number, or null, got inf"),
    ({"sel": 0}, "1 to 1048576 slots, got 0"),
    ({"sel": -3}, "1 to 1048576 slots, got -3"),
    ({"sel": []}, r"one integer of zero or more per type, together 1 to 1048576, got \[\]"),
    ({"sel": [0]}, r"one integer of zero or more per type, together 1 to 1048576, got \[0\]"),
    ({"sel": [3, -1]}, r"one integer of zero or more per type, together 1 to 1048576, got \[3, -1\]"),
    ({"sel": "aut"}, "a list of integers, `auto`, or `auto:f` with a number f of 1 or more, got 'aut'"),
    ({"sel": True}, r"`int \| str \| array`, got `bool`: True"),
    ({"sel": 3.5}, r"`int \| str \| array`, got `float`: 3.5"),
    ({"spin": {}}, "`null`, got `object`: {}"),
    ({"exclude_types": [[0, 2]]}, r"types from 0 to 1, of which there are 2, got \[0, 2\]"),
    ({"type_map": ["O", "O"]}, r"names that are all different and not empty, got \['O', 'O'\]"),
    ({"type_one_side": "yes"}, "`bool`, got `str`: 'yes'"),
]
WRONG_HERE = [
    ({"tebd_input_mode": "x"}, "one of 'concat', 'strip', got 'x'"),
    ({"smooth_form": "x"}, "one of 'switch', 'tensorflow', got 'x'"),
    ({"smooth_form": "tensorflow"}, "'switch' where `smooth_type_embedding` is false: .*, got 'tensorflow'"),
    ({"smooth_type_embedding": None}, "`bool`, got `null`: None"),
    ({"stripped_type_embedding": 1}, r"`bool \| null`, got `int`: 1"),
]


def made(name="se_atten", **options):
    return refdp.from_config({"type": name} | SMALL | options)


class TestDefaults:
    @pytest.mark.parametrize("name", ["se_atten", "dpa1", "se_atten_v2"])
    def test_are_those_of_the_input_file(self, name):
        o = refdp.from_config({"type": name, "sel": 4, "type_map": ["O"]}).options
        assert (o.rcut, o.rcut_smth, o.neuron, o.axis_neuron, o.lmax) == (6.0, 0.5, (10, 20, 40), 4, 1)
        assert (o.tebd_dim, o.type_one_side, o.concat_output_tebd) == (8, False, True)
        assert (o.attn, o.attn_layer, o.attn_dotr, o.attn_mask) == (128, 2, True, False)
        assert (o.scaling_factor, o.temperature, o.normalize) == (1.0, None, True)
        assert (o.trainable_ln, o.ln_eps, o.epsilon) == (True, None, 1e-5)
        assert (o.use_econf_tebd, o.use_tebd_bias, o.env_protection, o.exclude_types) == (
            False,
            False,
            0.0,
            (),
        )
        # The only defaults in which the two differ.
        first = name != "se_atten_v2"
        assert (o.strip, o.smooth, o.smooth_form, o.set_davg_zero) == (not first, not first, "switch", first)

    def test_names(self):
        kinds = [type(made(name)).__name__ for name in ("se_atten", "dpa1", "se_atten_v2")]
        assert kinds == ["SeAtten", "SeAtten", "SeAttenV2"]


@pytest.mark.parametrize("name", NAMES)
class TestMistakes:
    @pytest.mark.parametrize(("wrong", "said"), WRONG, ids=str)
    def test_are_named(self, name, wrong, said):
        (key,) = wrong
        with pytest.raises(ConfigError, match=f"^`{key}`: expected {said}$"):
            made(name, **wrong)

    def test_no_types_at_all(self, name):
        with pytest.raises(ConfigError, match="`type_map`: expected a name for each type, or data to find"):
            made(name, type_map=None)

    def test_a_misspelt_key(self, name):
        with pytest.raises(ConfigError, match="`atn_layer`: unknown key, did you mean `attn_layer`"):
            made(name, atn_layer=2)

    def test_electron_configurations_want_elements(self, name):
        with pytest.raises(ConfigError, match=r"`type_map`: expected chemical symbols, .*, got 'Xx'"):
            made(name, use_econf_tebd=True, type_map=["O", "Xx"])
        with pytest.raises(
            ConfigError, match=r"`type_map`: expected the symbols of the elements, .* got None"
        ):
            made(name, use_econf_tebd=True, type_map=None)

    def test_options_made_by_hand_are_checked_too(self, name):
        kind = {"se_atten": SeAttenOptions, "se_atten_v2": SeAttenV2Options}[name]
        for wrong in ({"axis_neuron": 41}, {"lmax": 9}, {"scaling_factor": NAN}, {"ln_eps": -1.0}):
            (key,) = wrong
            with pytest.raises(InputError, match=f"`{key}`"):
                kind(**wrong)


class TestSeAttenOptions:
    @pytest.mark.parametrize(("wrong", "said"), WRONG_HERE, ids=str)
    def test_mistakes_are_named(self, wrong, said):
        (key,) = wrong
        with pytest.raises(ConfigError, match=f"^`{key}`: expected {said}$"):
            made(**wrong)

    @pytest.mark.parametrize("mode", ["concat", "strip"])
    @pytest.mark.parametrize(("old", "strip"), [(None, None), (True, True), (False, False)])
    def test_the_old_word_overrides(self, mode, old, strip):
        d = made(tebd_input_mode=mode, stripped_type_embedding=old)
        wanted = mode == "strip" if strip is None else strip
        assert (d.options.strip, d.embeddings_strip is not None) == (wanted, wanted)

    @pytest.mark.parametrize("alias", ["smooth_type_embdding", "smooth_type_embedding"])
    def test_the_misspelling_of_many_input_files(self, alias):
        assert made(**{alias: True}).options.smooth is True

    def test_not_both_spellings(self):
        with pytest.raises(ConfigError, match="`smooth_type_embdding`: expected not to be given beside"):
            made(smooth_type_embdding=True, smooth_type_embedding=True)

    def test_alias_of_axis_neuron(self):
        section = {key: value for key, value in SMALL.items() if key != "axis_neuron"}
        assert refdp.from_config({"type": "se_atten", "n_axis_neuron": 2} | section).options.axis_neuron == 2

    def test_an_integer_is_a_temperature(self):
        assert made(temperature=2).options.temperature == 2.0


class TestSeAttenV2Options:
    @pytest.mark.parametrize(
        ("forced", "value", "always"),
        [
            ("tebd_input_mode", "strip", "'strip'"),
            ("tebd_input_mode", "concat", "'strip'"),
            ("smooth_type_embedding", True, "true"),
            ("smooth_type_embdding", False, "true"),
            ("stripped_type_embedding", True, "true"),
            ("stripped_type_embedding", False, "true"),
        ],
    )
    def test_what_is_forced_cannot_be_set(self, forced, value, always):
        said = f"embed.*`: expected not to be set: it is {always} for this type, always, got"
        said = said if forced != "tebd_input_mode" else said.replace("embed.*", "tebd_input_mode")
        with pytest.raises(ConfigError, match=said):
            made("se_atten_v2", **{forced: value})

    def test_equals_se_atten_with_both_set(self):
        two = made("se_atten_v2")
        one = made(tebd_input_mode="strip", smooth_type_embedding=True)
        coord, atype = WATER.coords, WATER.types
        nlist = np.array([[[1, 2, *[-1] * 5], [0, 2, *[-1] * 5], [0, 1, *[-1] * 5]]])
        for mine, other in zip(two.call(coord, atype, nlist), one.call(coord, atype, nlist), strict=True):
            np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("name", NAMES)
class TestSel:
    def test_an_integer_a_list_and_its_sum(self, name):
        assert [made(name, sel=sel).nnei for sel in (7, [7], [3, 4], [1, 0, 6])] == [7, 7, 7, 7]
        assert made(name, sel=7).sel == (7,)

    @pytest.mark.parametrize("factor", ["", ":1", ":1.1", ":2.3", ":5"])
    def test_auto_counts_all_types_together(self, name, factor):
        rng = np.random.default_rng(0)
        dense = refdp.System(rng.uniform(0, 4.0, (3, 20, 3)), rng.integers(0, 2, 20), type_map=["O", "H"])
        apart = np.linalg.norm(dense.coords[:, :, None] - dense.coords[:, None], axis=-1)
        most = int((apart < 4.0).sum(axis=-1).max()) - 1
        f = float(factor[1:] or 1.1)
        section = {"type": name} | SMALL | {"sel": f"auto{factor}"}
        d = refdp.from_config(section, systems=[WATER, dense])
        assert d.sel == (4 * ((int(most * f) + 3) // 4),)
        assert d.davg.shape == (2, d.nnei, 4)

    def test_auto_without_data(self, name):
        with pytest.raises(ConfigError, match="`sel`: expected a list of integers, or data to count"):
            made(name, sel="auto")


@pytest.mark.parametrize("name", NAMES)
class TestTypesFromData:
    def test_names(self, name):
        d = refdp.from_config({"type": name} | NAMELESS, systems=WATER)
        assert (d.type_map, d.ntypes) == (("O", "H"), 2)

    def test_numbers_where_there_are_no_names(self, name):
        plain = refdp.System(np.eye(3), [0, 2, 2])
        d = refdp.from_config({"type": name} | NAMELESS, systems=[plain, plain])
        assert (d.type_map, d.ntypes, d.options.ntypes) == (None, 3, 3)

    def test_the_section_comes_first(self, name):
        assert (
            refdp.from_config({"type": name} | SMALL | {"type_map": ["C", "H", "O"]}, systems=WATER).ntypes
            == 3
        )
        assert refdp.from_config({"type": name} | NAMELESS | {"ntypes": 5}, systems=WATER).ntypes == 5

    def test_data_that_number_types_differently(self, name):
        other = refdp.System(np.eye(3), [0, 0, 1], type_map=["H", "O"])
        with pytest.raises(
            ConfigError, match="`type_map`: expected names for all types: those of the systems"
        ):
            refdp.from_config({"type": name} | NAMELESS, systems=[WATER, other])


def test_structs_are_frozen():
    with pytest.raises(AttributeError):
        SeAttenOptions().attn = 3
    assert msgspec.structs.replace(SeAttenV2Options(), attn=3).strip is True
