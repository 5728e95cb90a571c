from __future__ import annotations

import pytest

from parity.cases.levels.levels import CUTOFF, allowed, common, nets, switched, widths
from parity.systems import SETTINGS

ROW = {name: levels[-1] for name, levels in CUTOFF.items()}
ROW |= {"system": "mixture", "activation_function": "gelu", "neuron": "first", "tebd_dim": "plain"}


class TestAllowed:
    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ({"neuron": "plain", "resnet_dt": "yes"}, False),
            ({"neuron": "plain"}, True),
            ({"neuron": "equal", "resnet_dt": "yes"}, True),
            ({"system": "pair", "exclude_types": "same"}, False),
            ({"system": "pair"}, True),
            ({"exclude_types": "same"}, True),
        ],
    )
    def test_combinations(self, row, expected):
        assert allowed(row) is expected


class TestCommon:
    def test_the_setting_of_the_system(self):
        found = common(ROW, 1)
        assert (found["rcut"], found["rcut_smth"]) == SETTINGS["mixture"].cutoffs["long"]
        assert found["env_protection"] == 0.1
        assert found["set_davg_zero"] is True
        assert found.items() >= nets(ROW, 1).items()


class TestNets:
    def test_spellings_take_turns(self):
        assert [nets(ROW, k)["activation_function"] for k in (0, 1, 2)] == ["gelu", "gelu_tf", "gelu"]
        assert nets(ROW, 0)["exclude_types"] == [[0, 1]]


class TestSwitched:
    def test_yes_and_no(self):
        assert switched({"a": "yes", "b": "no", "c": "yes"}, "a", "b") == {"a": True, "b": False}


class TestWidths:
    def test_the_first_layer_is_as_wide_as_what_it_sees(self):
        assert widths(ROW | {"tebd_input_mode": "concat"}, 2) == [9, 7]
        assert widths(ROW | {"tebd_input_mode": "concat"}, 1) == [5, 7]

    def test_or_twice_as_wide_where_that_is_one_number(self):
        assert widths(ROW, 2) == widths(ROW | {"tebd_input_mode": "strip"}, 2) == [2, 7]

    def test_others_as_they_are(self):
        assert widths(ROW | {"neuron": "double"}, 2) == [4, 8]
