from __future__ import annotations

import pytest

from parity.cases.grid import rows_of
from parity.cases.levels.attention import OURS, SE_ATTEN, SE_ATTEN_V2

ROW = {name: levels[0] for name, levels in SE_ATTEN.factors.items()}
OPTIONS = {"attn", "attn_dotr", "normalize", "ln_eps"}


class TestSeAtten:
    @pytest.mark.parametrize(
        "row",
        [
            # Nothing attends, so nothing of it can be seen.
            {"attn_layer": "0", "attn_dotr": "no"},
            {"attn_layer": "0", "normalize": "no"},
            {"attn_layer": "0", "scale": "factor"},
            {"attn_layer": "0", "ln_eps": "larger"},
            {"attn_layer": "0", "smooth_type_embedding": "yes", "tebd_input_mode": "concat"},
            # What rounding can do is as much.
            {"precision": "float32", "attn_layer": "2"},
            {"precision": "float32", "scale": "temperature"},
            {"precision": "float32", "ln_eps": "larger"},
            {"neuron": "plain", "resnet_dt": "yes"},
        ],
    )
    def test_what_could_not_be_seen_is_not_asked(self, row):
        assert not SE_ATTEN.allowed(row)
        assert all(SE_ATTEN.allowed({name: level}) for name, level in row.items())

    def test_without_layers_no_option_of_attention_is_written(self):
        assert SE_ATTEN.config(ROW | {"attn_layer": "1"}, 0).keys() >= OPTIONS
        assert not OPTIONS & SE_ATTEN.config(ROW | {"attn_layer": "0"}, 0).keys()

    def test_scales(self):
        configs = [SE_ATTEN.config(ROW | {"scale": name}, 0) for name in SE_ATTEN.factors["scale"]]
        assert [(c.get("scaling_factor"), c.get("temperature")) for c in configs] == [
            (None, None),
            (0.5, None),
            (None, 0.7),
        ]


class TestSeAttenV2:
    def test_has_no_form(self):
        assert SE_ATTEN.factors.keys() - SE_ATTEN_V2.factors.keys() == {
            "tebd_input_mode",
            "smooth_type_embedding",
        }
        row = {name: levels[0] for name, levels in SE_ATTEN_V2.factors.items()}
        assert not {"tebd_input_mode", "smooth_type_embedding"} & SE_ATTEN_V2.config(row, 0).keys()


class TestOurs:
    def test_every_row_has_something_that_nobody_else_has(self):
        rows = rows_of(OURS)
        assert len(rows) <= 8
        for row in rows:
            config = OURS.config(row, 0)
            assert config["attn_mask"] or config["smooth_form"] == "tensorflow"
            assert config["attn_layer"] == 1
