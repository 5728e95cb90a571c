from __future__ import annotations

import numpy as np
import pytest

from parity.case import Case, build
from parity.leaves import leaves, parts_of, roomy, statistics_of, with_option, with_statistics_of
from refdp.io.serialized import deserialize

SMALL = {"rcut": 3.1, "rcut_smth": 0.5, "sel": [4, 3, 4], "neuron": [2, 4]}
ANGULAR = SMALL | {"type": "se_e2_a", "axis_neuron": 2}
RADIAL = SMALL | {"type": "se_e2_r", "sel": [2, 4, 1], "rcut": 2.6}
TYPES = SMALL | {"type": "se_e3_tebd", "sel": [7], "tebd_dim": 2}
SETS = {
    "separate": [ANGULAR, RADIAL],
    "both": [TYPES, ANGULAR, RADIAL],
    "nested": [{"type": "hybrid", "list": [RADIAL, TYPES]}, ANGULAR],
}


def _inputs(name="nested", **more):
    case = Case(name="x", family="hybrid", system="mixture", config={"list": SETS[name]}, **more)
    return build(case)


class TestLeaves:
    def test_of_what_is_no_hybrid_is_itself(self):
        inputs = build(Case(name="x", family="se_e3_tebd", system="mixture", config=_plain(TYPES)))
        [leaf] = leaves(deserialize(inputs.data), inputs)
        assert leaf.w.shape == (2, 6, 7)
        assert np.array_equal(leaf.env.valid, inputs.nlist >= 0)

    def test_of_a_nested_hybrid(self):
        inputs = _inputs()
        found = leaves(deserialize(inputs.data), inputs)
        assert [type(leaf.descriptor).__name__ for leaf in found] == ["SeE2R", "SeE3Tebd", "SeE2A"]
        assert [leaf.w.shape[-1] for leaf in found] == [7, 7, 11]


class TestPartsOf:
    @pytest.mark.parametrize("name", SETS)
    def test_give_the_columns_of_the_whole(self, name):
        inputs = _inputs(name, statistics="random")
        whole = deserialize(inputs.data).call(*inputs.call).descriptor
        parts = [deserialize(p.data).call(*p.call).descriptor for p in parts_of(inputs)]
        assert np.array_equal(np.concatenate(parts, axis=-1), whole)

    def test_of_what_is_no_hybrid_is_itself(self):
        inputs = build(Case(name="x", family="se_e2_r", system="mixture", config=_plain(RADIAL)))
        assert parts_of(inputs) == [inputs]


def _plain(config):
    return {key: value for key, value in config.items() if key != "type"}


class TestRoomy:
    def test_every_child_one_number_or_several(self):
        found = roomy({"list": [RADIAL, {"list": [TYPES, {"sel": 4}]}]}, 9)
        assert found["list"][0]["sel"] == [9, 9, 9]
        assert [child["sel"] for child in found["list"][1]["list"]] == [[9], 9]


class TestWithOption:
    def test_goes_and_says_what_it_was(self):
        assert with_option({"a": 1, "b": 2}, "a") == ({"b": 2}, 1)

    def test_takes_along_what_is_refused_without_it(self):
        config = {"smooth_type_embedding": True, "smooth_form": "tensorflow"}
        assert with_option(config, "smooth_type_embedding") == ({}, True)
        assert with_option(config, "smooth_form") == ({"smooth_type_embedding": True}, "tensorflow")

    def test_in_a_child_of_a_child(self):
        config = {"list": [{"list": [{"a": 1}, {"a": 2}]}, {"a": 3}]}
        assert with_option(config, "0.1.a") == ({"list": [{"list": [{"a": 1}, {}]}, {"a": 3}]}, 2)
        assert config["list"][0]["list"][1] == {"a": 2}


class TestStatistics:
    def test_of_all_children(self):
        inputs = _inputs()
        davg, dstd = statistics_of(inputs.data)
        assert davg.shape == dstd.shape == (3 * (7 + 4 * 7 + 4 * 11),)

    def test_are_handed_over_and_nothing_else_is(self):
        one, other = (_inputs(statistics="random", seed=seed).data for seed in (1, 2))
        weights = one["list"][1]["embeddings"]["networks"][0]["layers"][0]["@variables"]["w"].copy()
        with_statistics_of(one, other)
        assert all(map(np.array_equal, statistics_of(one), statistics_of(other)))
        after = one["list"][1]["embeddings"]["networks"][0]["layers"][0]["@variables"]["w"]
        assert np.array_equal(after, weights)
