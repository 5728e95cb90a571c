"""The dictionaries of models."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import refdp
from refdp.errors import SerializationError
from refdp.io.model import model_from_dict, model_to_dict
from tests.helpers import assert_same_bits, differences
from tests.model_cases import DESCRIPTORS, linear, model, pair_table, standard, write_table, zbl

MAKERS = {"pairtab": pair_table, "zbl": zbl, "linear_ener": linear}
KINDS = ["standard", *MAKERS]


@pytest.fixture
def data(request, tmp_path):
    """Return the dictionary of a model of each kind in turn."""
    kind = getattr(request, "param", "standard")
    return model(
        standard("stripped") if kind == "standard" else MAKERS[kind](write_table(tmp_path))
    ).serialize()


class TestThereAndBack:
    @pytest.mark.parametrize("data", KINDS, indirect=True)
    def test_key_for_key(self, data):
        made = refdp.deserialize(copy.deepcopy(data))
        assert differences(made.serialize(), data) == []
        assert differences(model_to_dict(model_from_dict(data)), data) == []

    @pytest.mark.parametrize("descriptor", [*DESCRIPTORS])
    def test_every_descriptor(self, descriptor):
        data = model(standard(descriptor)).serialize()
        assert differences(refdp.deserialize(copy.deepcopy(data)).serialize(), data) == []

    @pytest.mark.parametrize("data", KINDS, indirect=True)
    def test_what_is_not_an_array_fits_into_a_file(self, data):
        """JSON of everything that does not stand under `@variables`."""

        def plain(x):
            if isinstance(x, dict):
                return {k: plain(v) for k, v in x.items() if k != "@variables"}
            return [plain(v) for v in x] if isinstance(x, list) else x

        json.dumps(plain(data))

    @pytest.mark.parametrize("data", KINDS, indirect=True)
    def test_nothing_is_shared(self, data):
        made = refdp.deserialize(data)
        data["@variables"]["out_bias"][:] = 7.0
        assert not np.any(made.out_bias == 7.0)
        made.serialize()["@variables"]["out_bias"][:] = 7.0
        assert not np.any(made.out_bias == 7.0)

    def test_options(self):
        section = standard(
            "two-sided",
            pair_exclude_types=[[0, 1]],
            atom_exclude_types=[1],
            preset_out_bias={"energy": [None, 2.0]},
        )
        data = refdp.model_from_config(section).serialize()
        assert list(data) == [
            *("type_map", "atom_exclude_types", "pair_exclude_types", "rcond", "preset_out_bias"),
            *("@variables", "@class", "type", "@version", "descriptor", "fitting"),
        ]
        assert data["pair_exclude_types"] == [[0, 1]]
        assert data["atom_exclude_types"] == data["fitting"]["exclude_types"] == [1]
        assert data["preset_out_bias"] == {"energy": [None, 2.0]}

    def test_arrays_in_a_preset_become_lists(self, data):
        """DeePMD-kit's PyTorch part leaves arrays there, which its own files cannot hold."""
        given = data | {"preset_out_bias": {"energy": [None, np.array([2.0])]}}
        assert refdp.deserialize(given).serialize()["preset_out_bias"] == {"energy": [None, [2.0]]}

    def test_a_linear_model_keeps_the_name_it_came_by(self, tmp_path):
        data = model(linear(write_table(tmp_path))).serialize()
        assert data["type"] == "linear_ener"
        assert refdp.deserialize(data | {"type": "linear"}).serialize()["type"] == "linear"

    def test_integer_weights(self, tmp_path):
        data = model(linear(write_table(tmp_path))).serialize() | {"weights": [1, 2]}
        assert refdp.deserialize(data).weights == (1.0, 2.0)


class TestMissing:
    @pytest.mark.parametrize("key", ["atom_exclude_types", "pair_exclude_types", "rcond", "preset_out_bias"])
    def test_options_have_defaults(self, key, data):
        data.pop(key)
        made = refdp.deserialize(data)
        assert made.serialize()[key] in ([], None)

    def test_no_biases(self, data):
        data["@variables"] = {}
        made = refdp.deserialize(data)
        assert_same_bits(made.out_bias, np.zeros((1, 2, 1)))
        assert_same_bits(made.out_std, np.ones((1, 2, 1)))

    def test_no_biases_of_several_components(self):
        data = model(standard("two-sided", "polar")).serialize()
        data["@variables"] = {"out_std": None}
        assert refdp.deserialize(data).out_bias.shape == (1, 2, 9)

    @pytest.mark.parametrize("key", ["type_map", "@variables", "descriptor", "fitting"])
    def test_these_must_be_there(self, key, data):
        data.pop(key)
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing"):
            refdp.deserialize(data)

    @pytest.mark.parametrize(
        ("data", "key"),
        [("pairtab", "tab"), ("pairtab", "rcut"), ("pairtab", "sel"), ("zbl", "sw_rmin"), ("zbl", "models")],
        indirect=["data"],
    )
    def test_these_too(self, data, key):
        data.pop(key)
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("data", ["zbl"], indirect=True)
    def test_the_switch_of_a_table(self, data):
        data.pop("smin_alpha")
        data.pop("weights")
        made = refdp.deserialize(data)
        assert (made.smin_alpha, made.weights) == (0.1, "mean")


class TestVersions:
    @pytest.mark.parametrize(
        ("data", "version", "fine"),
        [(kind, v, v == 2 or (kind == "linear_ener" and v == 3)) for kind in KINDS for v in (1, 2, 3, 4)],
        indirect=["data"],
    )
    def test_windows(self, data, version, fine):
        data["@version"] = version
        if fine:
            refdp.deserialize(data)
            return
        with pytest.raises(SerializationError, match=r"`data.@version`: expected 2"):
            refdp.deserialize(data)

    @pytest.mark.parametrize(
        ("data", "fine"), [(kind, kind == "linear_ener") for kind in KINDS], indirect=["data"]
    )
    def test_none_is_the_first_but_for_linear_models(self, data, fine):
        data.pop("@version")
        if fine:
            refdp.deserialize(data)
            return
        with pytest.raises(SerializationError, match=r"`data.@version`"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("version", [True, "2", None, [2]], ids=str)
    def test_no_numbers(self, data, version):
        with pytest.raises(SerializationError, match=r"`data.@version`"):
            refdp.deserialize(data | {"@version": version})


class TestMistakes:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"foo": 1}, r"`data`: expected no keys but .*, got \['foo'\]"),
            ({"type": "tensor"}, "`type`: expected one of standard, pairtab, zbl, linear, linear_ener"),
            ({"type": ["standard"]}, "`type`"),
            ({"type_map": ["O"]}, "`type_map`: expected one name for each of the 2 types"),
            ({"type_map": [1, 2]}, "`data`: Expected `str`"),
            ({"type_map": "OH"}, "`data.type_map`: expected list or tuple"),
            ({"pair_exclude_types": [[0, 5]]}, "`pair_exclude_types`: expected types from 0 to 1"),
            ({"pair_exclude_types": [0, 1]}, "`data`: Expected `array`"),
            ({"descriptor": 3}, "`data.descriptor`: expected"),
            ({"rcond": "x"}, "`data`: Expected `float"),
        ],
        ids=str,
    )
    def test_values(self, change, message, data):
        with pytest.raises(SerializationError, match=message):
            refdp.deserialize(data | change)

    def test_parts_of_another_kind(self, data):
        with pytest.raises(SerializationError, match=r"`descriptor.type`: expected a descriptor, got 'ener'"):
            refdp.deserialize(data | {"descriptor": data["fitting"]})
        with pytest.raises(SerializationError, match=r"`fitting.type`: expected a fitting net, got 'dpa1'"):
            refdp.deserialize(data | {"fitting": data["descriptor"]})

    def test_places_of_mistakes_in_parts(self, data):
        data["descriptor"] = data["descriptor"] | {"rcut": -1.0}
        with pytest.raises(SerializationError, match=r"`descriptor.*rcut`: expected a positive"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("shape", [(1, 2), (1, 3, 1), (2, 2, 1)], ids=str)
    def test_shapes_of_biases(self, shape, data):
        data["@variables"]["out_bias"] = np.zeros(shape)
        with pytest.raises(SerializationError, match=r"`out_bias`: expected shape \(1, ntypes, size\)"):
            refdp.deserialize(data)

    def test_a_bias_that_is_no_number(self, data):
        data["@variables"]["out_bias"] = np.full((1, 2, 1), np.nan)
        with pytest.raises(SerializationError, match=r"`data.@variables.out_bias`: expected finite numbers"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("data", ["pairtab"], indirect=True)
    def test_two_cutoffs_of_one_table(self, data):
        with pytest.raises(SerializationError, match=r"`data.rcut`: expected 3.0, as in `tab`, got 4.0"):
            refdp.deserialize(data | {"rcut": 4.0})

    @pytest.mark.parametrize("data", ["pairtab"], indirect=True)
    @pytest.mark.parametrize("sel", [-1, [3, -2], "18"], ids=str)
    def test_slots(self, data, sel):
        with pytest.raises(SerializationError, match="sel`: expected"):
            refdp.deserialize(data | {"sel": sel})

    @pytest.mark.parametrize("data", ["linear_ener"], indirect=True)
    @pytest.mark.parametrize("weights", [[1.0], ["a", "b"], 3, "both", {"a": 1}], ids=str)
    def test_weights(self, data, weights):
        with pytest.raises(SerializationError, match="weights`: expected"):
            refdp.deserialize(data | {"weights": weights})

    @pytest.mark.parametrize("data", ["linear_ener"], indirect=True)
    def test_members(self, data):
        for models, message in (([], "at least one model"), ([3], "expected Mapping"), ("ab", "expected")):
            with pytest.raises(SerializationError, match=message):
                refdp.deserialize(data | {"models": models})
        nested = data
        for _ in range(12):
            nested = data | {"models": [nested]}
        with pytest.raises(SerializationError, match=r"`models`: expected at most 8 levels"):
            refdp.deserialize(nested)
        with pytest.raises(SerializationError, match=r"`models`: expected at most 256 models, got 300"):
            refdp.deserialize(data | {"models": data["models"] * 150})

    def test_no_model(self):
        for given in (None, 3, [], {"@class": "Model"}):
            with pytest.raises(SerializationError):
                refdp.deserialize(given)
