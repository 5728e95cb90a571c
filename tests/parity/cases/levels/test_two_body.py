from __future__ import annotations

from parity.cases.levels.two_body import ANGULAR, AXIS, RADIAL

ROW = {name: levels[0] for name, levels in ANGULAR.factors.items()}


class TestRadial:
    def test_has_neither_axis_nor_sides(self):
        assert ANGULAR.factors.keys() - RADIAL.factors.keys() == {"axis_neuron", "type_one_side"}
        assert not {"axis_neuron", "type_one_side"} & RADIAL.config(ROW, 0).keys()


class TestAngular:
    def test_the_default_axis_is_not_written(self):
        assert "axis_neuron" not in ANGULAR.config(ROW, 0)
        assert [ANGULAR.config(ROW | {"axis_neuron": name}, 0).get("axis_neuron") for name in AXIS] == [
            None,
            2,
            3,
        ]
