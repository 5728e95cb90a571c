from __future__ import annotations

from parity.cases.levels.masked import SE_A_MASK


class TestSeAMask:
    def test_has_neither_cutoff_nor_statistics(self):
        row = {name: levels[-1] for name, levels in SE_A_MASK.factors.items()}
        assert SE_A_MASK.config(row, 0) == {
            "sel": [4, 4, 4],
            "activation_function": "none",
            "resnet_dt": True,
            "exclude_types": [[0, 1]],
            "precision": "float32",
            "neuron": [2, 4],
            "axis_neuron": 3,
            "type_one_side": True,
        }
