"""The dictionary of se_a_mask, which only refdp has: exact to the bit, and safe against anything else."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import refdp
from refdp.errors import SerializationError, UnsupportedError
from tests.helpers import assert_same_bits, differences
from tests.masks import descriptor, molecule

# No field has its default; neither that of the classes nor that of the input file.
UNUSUAL = {
    "sel": [5, 4, 6],
    "neuron": [3, 6, 6],
    "axis_neuron": 5,
    "type_one_side": True,
    "resnet_dt": True,
    "activation_function": "silut:2.5",
    "exclude_types": [[0, 1], [1, 1]],
    "precision": "float32",
    "trainable": False,
    "type_map": ["O", "H", "C"],
}
KEYS = ["@class", "type", "@version", "sel", "neuron", "axis_neuron", "resnet_dt", "trainable"]
KEYS += ["type_one_side", "exclude_types", "activation_function", "precision", "spin", "embeddings"]
KEYS += ["type_map"]


def plain():
    return descriptor(neuron=[2, 4], axis_neuron=2).serialize()


class TestRoundTrip:
    @pytest.mark.parametrize("options", [{}, UNUSUAL, UNUSUAL | {"type_one_side": False}])
    def test_to_the_bit(self, options):
        d = descriptor(**options)
        data = d.serialize()
        back = refdp.deserialize(copy.deepcopy(data))
        assert type(back) is refdp.SeAMask
        assert differences(back.serialize(), data) == []
        # The seed is spent, and `default` is written as what it stands for.
        kept = [key for key in d.options.__struct_fields__ if key not in {"seed", "precision"}]
        assert [getattr(back.options, key) for key in kept] == [getattr(d.options, key) for key in kept]
        assert_same_bits(refdp.describe(back, molecule()), refdp.describe(d, molecule()))

    def test_every_option_is_unusual_here(self):
        usual, here = (
            refdp.from_config({"type": "se_a_mask", "sel": [1]}).options,
            descriptor(**UNUSUAL).options,
        )
        same = {key for key in usual.__struct_fields__ if getattr(usual, key) == getattr(here, key)}
        # No other value of it exists.
        assert same == {"spin"}

    def test_layout(self):
        data = plain()
        assert list(data) == KEYS
        assert (data["@class"], data["type"], data["@version"]) == ("Descriptor", "se_a_mask", 2)
        assert data["embeddings"]["@class"] == "NetworkCollection"
        assert (data["embeddings"]["ndim"], len(data["embeddings"]["networks"])) == (2, 9)
        assert json.loads(json.dumps(data, default=lambda x: x.tolist()))["type"] == "se_a_mask"

    def test_is_that_of_se_e2_a_without_cutoff_and_statistics(self):
        two_body = descriptor(type="se_e2_a", neuron=[2, 4], axis_neuron=2).serialize()
        gone = {"rcut", "rcut_smth", "env_protection", "set_davg_zero", "env_mat", "@variables"}
        rest = {key: value for key, value in two_body.items() if key not in gone}
        assert differences(rest | {"type": "se_a_mask"}, plain()) == []

    def test_from_another_library(self, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        d = descriptor(**UNUSUAL)
        assert differences(d.to(library.namespace).serialize(), d.serialize()) == []

    def test_shares_no_memory(self):
        data = plain()
        d = refdp.deserialize(data)
        intact = copy.deepcopy(d.serialize())
        for source in (data, d.serialize()):
            source["embeddings"]["networks"][0]["layers"][0]["@variables"]["w"][...] = np.nan
        assert differences(d.serialize(), intact) == []


class TestDeserialize:
    @pytest.mark.parametrize("version", [1, 2, None])
    def test_versions(self, version):
        data = plain() | {"@version": version}
        if version is None:
            del data["@version"]
        assert refdp.deserialize(data).serialize()["@version"] == 2

    @pytest.mark.parametrize("version", [0, 3, "2", True])
    def test_unknown_versions(self, version):
        with pytest.raises(SerializationError, match=r"`data.@version`: expected 1 to 2, got "):
            refdp.deserialize(plain() | {"@version": version})

    def test_missing_keys_have_the_defaults_of_the_class(self):
        data = descriptor(neuron=[24, 48, 96], axis_neuron=8).serialize()
        needed = {"type", "sel", "embeddings"}
        o = refdp.deserialize({key: value for key, value in data.items() if key in needed}).options
        assert (o.neuron, o.axis_neuron, o.type_one_side, o.resnet_dt) == ((24, 48, 96), 8, False, False)
        assert (o.activation_function, o.precision, o.exclude_types) == ("tanh", "default", ())

    @pytest.mark.parametrize("key", ["sel", "embeddings"])
    def test_missing_keys_that_are_needed(self, key):
        data = plain()
        del data[key]
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("key", ["rcut", "env_protection", "env_mat", "@variables"])
    def test_what_belongs_to_a_cutoff_is_unknown(self, key):
        with pytest.raises(SerializationError, match=f"`{key}`: unknown key"):
            refdp.deserialize(plain() | {key: 1.0})

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"sel": "auto"}, "`sel`: expected a list of integers"),
            ({"sel": [3, 3]}, "`embeddings.ntypes`: expected 2"),
            ({"type_one_side": True}, "`embeddings.ndim`: expected 1"),
            ({"neuron": [2, 5]}, r"`embeddings.networks\[0\]`: expected input width 1 and layers \[2, 5\]"),
            ({"axis_neuron": 5}, "`axis_neuron`: expected 1 to the last of `neuron`, 4"),
            ({"type_map": ["O"]}, "`.*type_map`: expected one name for each"),
        ],
    )
    def test_what_does_not_fit(self, change, said):
        with pytest.raises(SerializationError, match=said):
            refdp.deserialize(plain() | change)

    def test_compressed_is_not_supported(self):
        with pytest.raises(UnsupportedError, match="`compress`"):
            refdp.deserialize(plain() | {"compress": {"@variables": {}}})
