"""What a model file holds, in short."""

from __future__ import annotations

import json

import numpy as np
import pytest

from refdp.cli.model_summary import FEW, NetSummary, Shape, count_numbers, summarize


def layer(shape, activation="tanh", **more):
    w = np.ones(shape, np.float32)
    return {
        "activation_function": activation,
        "@variables": {"w": w, "b": np.ones(shape[-1:]), "idt": None},
    } | more


NET = {"@class": "FittingNetwork", "layers": [layer((1, 25)), layer((25, 50)), layer((50, 1), "none")]}


class TestSummarize:
    def test_a_net(self):
        found = summarize(NET)
        assert isinstance(found, NetSummary)
        assert found == {
            "net": [1, 25, 50, 1],
            "activation_function": "tanh, then linear",
            "dtype": "float32",
            "numbers": 25 + 25 + 1250 + 50 + 50 + 1,
        }

    def test_a_layer_and_a_norm(self):
        assert summarize(layer((4, 2), None))["net"] == [4, 2]
        norm = {"@class": "LayerNorm", "@variables": {"w": np.ones(8), "b": np.ones(8)}}
        assert summarize(norm) == {
            "net": [8],
            "activation_function": "LayerNorm",
            "dtype": "float64",
            "numbers": 16,
        }

    def test_arrays(self):
        assert summarize(np.ones((3, 3))) == {"shape": [3, 3], "dtype": "float64"}
        few = summarize(np.arange(FEW))
        assert isinstance(few, Shape)
        assert few["values"] == list(range(FEW))
        assert summarize(np.float32(0.5)) == {"shape": [], "dtype": "float32", "values": 0.5}

    def test_everything_else_as_it_is(self):
        tree = {"a": [1, "b", None, {"c": 0.5}], "layers": [], "@variables": {"w": 1}}
        assert summarize(tree) == tree

    def test_what_json_cannot_say(self):
        assert summarize([float("nan"), float("-inf")]) == ["nan", "-inf"]
        assert json.dumps(summarize(np.array([np.inf])), allow_nan=False)

    @pytest.mark.parametrize(
        "odd",
        [
            {"layers": [1, 2]},
            {"layers": [layer((2, 2)), 3]},
            {"layers": {"a": 1}},
            {"@variables": {"w": np.array(1.0)}},
            {"@variables": {"w": np.ones((2, 2, 2))}, "activation_function": [1]},
            {"layers": [{"@variables": [1]}]},
        ],
    )
    def test_odd_ones(self, odd):
        json.dumps(summarize(odd))
        count_numbers(odd)


class TestCountNumbers:
    def test_of_layers_and_of_others(self):
        tree = {"nets": [NET, None], "@variables": {"davg": np.ones((2, 3)), "list": [np.float64(1.0)]}}
        assert count_numbers(tree) == (25 + 25 + 1250 + 50 + 50 + 1, 7)

    def test_scalars_that_are_no_arrays_are_not_counted(self):
        assert count_numbers({"@variables": {"min_nbor_dist": 0.9}, "rcut": 6.0}) == (0, 0)
