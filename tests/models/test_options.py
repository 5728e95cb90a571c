"""What all kinds of models share."""

from __future__ import annotations

import pytest

from refdp.errors import InputError
from refdp.models.options import ModelOptions


class TestModelOptions:
    def test_nothing_is_excluded_unless_said(self):
        o = ModelOptions()
        assert (o.type_map, o.atom_exclude_types, o.pair_exclude_types) == ((), (), ())
        assert (o.rcond, o.preset_out_bias) == (None, None)

    @pytest.mark.parametrize(
        ("option", "message"),
        [
            ({"type_map": ("O", "O")}, "type_map"),
            ({"type_map": ("O", "")}, "type_map"),
            ({"atom_exclude_types": (-1,)}, "atom_exclude_types"),
            ({"pair_exclude_types": ((0, -1),)}, "pair_exclude_types"),
        ],
        ids=str,
    )
    def test_mistakes(self, option, message):
        with pytest.raises(InputError, match=f"`{message}`: expected"):
            ModelOptions(**option)


class TestCheckTypes:
    @pytest.mark.parametrize(
        ("option", "message"),
        [
            ({"type_map": ("O", "H", "C")}, r"one name for each of the 2 types, got \['O', 'H', 'C'\]"),
            ({"atom_exclude_types": (0, 2)}, "types from 0 to 1, of which there are 2"),
            ({"pair_exclude_types": ((0, 1), (2, 0))}, r"types from 0 to 1, .* got \[2, 0\]"),
        ],
        ids=str,
    )
    def test_of_types_that_do_not_exist(self, option, message):
        with pytest.raises(InputError, match=message):
            ModelOptions(**option).check_types(2)

    def test_names_may_be_missing(self):
        ModelOptions(atom_exclude_types=(1,), pair_exclude_types=((1, 1),)).check_types(2)
