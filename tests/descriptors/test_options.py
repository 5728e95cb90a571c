"""The options as a frozen struct: defaults in one place, each with a meaning, `sel` as numbers."""

from __future__ import annotations

import msgspec
import pytest

from refdp.descriptors import DESCRIPTORS
from refdp.descriptors.options import TwoBodyOptions, auto_factor
from refdp.errors import InputError


class TestTwoBodyOptions:
    def test_is_frozen(self):
        with pytest.raises(AttributeError):
            TwoBodyOptions().rcut = 3.0

    @pytest.mark.parametrize("cls", DESCRIPTORS)
    def test_every_option_has_a_meaning_and_a_default(self, cls):
        for field in msgspec.inspect.type_info(cls.options_type).fields:
            assert field.type.extra_json_schema["description"].endswith("."), field.name
            assert not field.required, field.name

    def test_positions_mean_nothing(self):
        with pytest.raises(TypeError):
            TwoBodyOptions(6.0)

    @pytest.mark.parametrize("sel", [(0, 4), (3,), (0, 0, 1)])
    def test_a_type_may_have_no_slots(self, sel):
        assert TwoBodyOptions(sel=sel).slots == sel

    @pytest.mark.parametrize("sel", ["auto", "auto:1.5"])
    def test_slots_of_auto_are_refused_with_the_way_out(self, sel):
        with pytest.raises(
            InputError, match=r"`sel`: expected numbers here; `from_config\(..., systems=\[...\]\)` finds"
        ):
            _ = TwoBodyOptions(sel=sel).slots

    @pytest.mark.parametrize(
        "wrong",
        [
            {"rcut": 0.5},
            {"rcut": float("nan")},
            {"rcut_smth": 6.0},
            {"env_protection": float("nan")},
            {"neuron": ()},
            {"seed": (1, -1)},
            {"sel": (2,), "exclude_types": ((0, 1),)},
            {"precision": "quad"},
            {"activation_function": "erf"},
        ],
    )
    def test_built_by_hand_it_checks_too(self, wrong):
        with pytest.raises(
            InputError, match=f"`{'rcut_smth' if wrong == {'rcut': 0.5} else next(reversed(wrong))}`"
        ):
            TwoBodyOptions(**wrong)

    def test_a_cutoff_as_large_as_a_double_is_no_cutoff_of_infinity(self):
        assert TwoBodyOptions(rcut=1e308).rcut == 1e308


class TestAutoFactor:
    @pytest.mark.parametrize(
        ("text", "factor"), [("auto", 1.1), ("auto:1", 1.0), ("auto:1.75", 1.75), ("auto:2e1", 20.0)]
    )
    def test_read(self, text, factor):
        assert auto_factor(text) == factor

    @pytest.mark.parametrize(
        "text", ["", "auto:", "auto:0.99", "auto:nan", "auto:inf", "Auto", "auto 1.2", "automatic"]
    )
    def test_refused(self, text):
        assert auto_factor(text) is None
