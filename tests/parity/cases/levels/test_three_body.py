from __future__ import annotations

import pytest

from parity.cases.levels.three_body import SE_E3, SE_E3_TEBD


class TestSeE3:
    def test_only_random_means_can_be_left_out(self):
        assert not SE_E3.allowed({"set_davg_zero": "yes", "statistics": "data"})
        assert SE_E3.allowed({"set_davg_zero": "yes", "statistics": "random"})
        assert SE_E3.allowed({"set_davg_zero": "no", "statistics": "data"})


class TestSeE3Tebd:
    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ({"set_davg_zero": "no", "statistics": "data"}, False),
            ({"set_davg_zero": "no", "statistics": "random"}, True),
            ({"smooth": "no", "tebd_input_mode": "concat"}, False),
            ({"smooth": "no", "tebd_input_mode": "strip"}, True),
        ],
    )
    def test_what_could_not_be_seen_is_not_asked(self, row, expected):
        assert SE_E3_TEBD.allowed(row) is expected

    def test_nets_see_two_types(self):
        row = {name: levels[-1] for name, levels in SE_E3_TEBD.factors.items()}
        config = SE_E3_TEBD.config(row | {"neuron": "first", "tebd_input_mode": "concat"}, 0)
        assert (config["tebd_dim"], config["neuron"]) == (4, [9, 7])
