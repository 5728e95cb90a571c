"""Options of descriptors whose types are vectors: `sel` as one number, and the number of types."""

from __future__ import annotations

import msgspec
import pytest

import refdp
from refdp.config import read_options
from refdp.descriptors.attention_options import SeAttenOptions, SeAttenV2Options
from refdp.descriptors.mixed_options import MixedOptions
from refdp.descriptors.se_e3_tebd import SeE3TebdOptions
from refdp.errors import ConfigError, InputError
from tests.helpers import cluster

CLASSES = [SeAttenOptions, SeAttenV2Options, SeE3TebdOptions]


class TestMixedOptions:
    def test_defaults_of_the_input_file(self):
        o = MixedOptions()
        assert (o.sel, o.ntypes, o.tebd_dim, o.concat_output_tebd) == ("auto", None, 8, True)
        assert (o.use_econf_tebd, o.use_tebd_bias, o.set_davg_zero) == (False, False, False)
        assert (o.rcut, o.rcut_smth, o.neuron) == (6.0, 0.5, (10, 20, 40))

    @pytest.mark.parametrize("cls", CLASSES)
    def test_fits_every_descriptor_of_the_family(self, cls):
        o = cls(sel=9, ntypes=2)
        assert isinstance(o, MixedOptions)
        assert isinstance(o.strip, bool)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"ntypes": 0}, "`ntypes`: expected at least one type, or null, got 0"),
            ({"type_map": ()}, "`type_map`: expected at least one name, or null, got"),
            ({"tebd_dim": 0}, "`tebd_dim`: expected a positive integer, 1048576 or less, got 0"),
            ({"use_econf_tebd": True}, "`type_map`: expected the symbols of the elements"),
            ({"ntypes": 2, "type_map": ("O",)}, "`type_map`: expected one name for each of the 2 types"),
            ({"ntypes": 2, "exclude_types": ((0, 2),)}, "`exclude_types`: expected types from 0 to 1"),
            ({"type_map": ("O",), "exclude_types": ((0, 1),)}, "`exclude_types`: expected types from 0 to 0"),
            ({"type_map": ("O", "O")}, "`type_map`: expected names that are all different"),
            ({"neuron": ()}, "`neuron`"),
            ({"rcut": 0.25}, "`rcut_smth`"),
        ],
    )
    def test_values_that_are_impossible(self, wrong, said):
        with pytest.raises(InputError, match=said):
            MixedOptions(**wrong)

    def test_econf_with_names(self):
        assert MixedOptions(use_econf_tebd=True, type_map=("O", "H")).type_count == 2


class TestSlots:
    @pytest.mark.parametrize(
        ("sel", "slots"), [(9, (9,)), ((9,), (9,)), ((4, 5), (4, 5)), ((0, 3), (0, 3)), ((5,) * 3, (5, 5, 5))]
    )
    def test_one_number_or_a_list(self, sel, slots):
        assert MixedOptions(sel=sel, ntypes=2).slots == slots

    def test_of_auto_are_refused_with_the_way_out(self):
        with pytest.raises(InputError, match=r"`sel`: expected numbers here; `from_config\("):
            _ = MixedOptions().slots

    @pytest.mark.parametrize("sel", [0, -1, (), (0, 0), (3, -1), "auto:0.5", "automatic"])
    def test_sel_that_makes_no_sense(self, sel):
        with pytest.raises(InputError, match="`sel`: expected"):
            MixedOptions(sel=sel)

    @pytest.mark.parametrize("sel", [True, 2.5, None, [[3]]])
    def test_sel_of_another_kind(self, sel):
        with pytest.raises(ConfigError, match="`sel"):
            read_options(MixedOptions, {"sel": sel})


class TestTypeCount:
    @pytest.mark.parametrize(
        ("options", "count"),
        [
            ({}, None),
            ({"sel": (4, 5)}, None),  # of a list the sum counts, not its length
            ({"ntypes": 3}, 3),
            ({"type_map": ("O", "H")}, 2),
            ({"type_map": ("O", "H"), "ntypes": 2, "sel": 7}, 2),
        ],
    )
    def test_comes_from_ntypes_or_names_never_from_sel(self, options, count):
        assert MixedOptions(**options).type_count == count

    @pytest.mark.parametrize("name", ["se_atten", "se_atten_v2", "se_e3_tebd"])
    def test_comes_from_data_where_nobody_says(self, name):
        small = {"type": name, "sel": 7, "neuron": [2, 4], "tebd_dim": 2}
        d = refdp.from_config(small, seed=1, systems=cluster(6, ntypes=3, seed=2))
        assert (d.ntypes, d.type_map) == (3, None)
        water = refdp.examples.water()
        named = refdp.from_config(small, seed=1, systems=water)
        assert (named.ntypes, named.type_map) == (2, water.type_map)


class TestTebdInputMode:
    @pytest.mark.parametrize("cls", [SeAttenOptions, SeE3TebdOptions])
    def test_two_words_and_no_other(self, cls):
        assert [read_options(cls, {"tebd_input_mode": x}).strip for x in ("concat", "strip")] == [False, True]
        for wrong in ("Strip", "", None, 1):
            with pytest.raises(ConfigError, match="`tebd_input_mode`: expected"):
                read_options(cls, {"tebd_input_mode": wrong})

    def test_has_a_meaning_wherever_it_is_used(self):
        for cls in (SeAttenOptions, SeE3TebdOptions):
            (field,) = (f for f in msgspec.inspect.type_info(cls).fields if f.name == "tebd_input_mode")
            assert field.type.extra_json_schema["description"].endswith(".")
