"""The dictionary of se_e3: exact to the bit, with every net as it is."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import refdp
from refdp.errors import SerializationError, UnsupportedError
from tests.helpers import (
    assert_same_bits,
    call_arguments,
    cluster,
    descriptor,
    differences,
    with_random_statistics,
)
from tests.io.test_serialized import UNUSUAL, arrays, tree


def unusual():
    return with_random_statistics(descriptor("se_e3", **UNUSUAL), 5, by_slot=True, isotropic=False)


def plain(**options):
    return descriptor("se_e3", **{"neuron": [2, 4], **options})


class TestRoundTrip:
    def test_object_dictionary_object(self):
        d = unusual()
        back = tree(refdp.deserialize(d.serialize()))
        # The seed is spent: DeePMD-kit does not write it either.
        back["options"]["seed"] = d.options.seed
        assert differences(back, tree(d)) == []

    def test_dictionary_object_dictionary(self):
        data = unusual().serialize()
        assert differences(refdp.deserialize(copy.deepcopy(data)).serialize(), data) == []

    def test_every_option_is_unusual_here(self):
        usual, here = (x.options for x in (refdp.from_config({"type": "se_e3", "sel": [1]}), unusual()))
        same = {key for key in usual.__struct_fields__ if getattr(usual, key) == getattr(here, key)}
        assert same == set()

    def test_values_after_the_trip(self):
        d = unusual()
        arguments = call_arguments(d, cluster(4, seed=1))
        assert_same_bits(
            refdp.deserialize(d.serialize()).call(*arguments).descriptor, d.call(*arguments).descriptor
        )

    def test_from_another_library(self, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        d = unusual()
        assert differences(d.to(library.namespace).serialize(), d.serialize()) == []

    def test_what_is_not_an_array_is_json(self):
        text = json.dumps(unusual().serialize(), default=lambda x: {"array": x.tolist()})
        assert json.loads(text)["type"] == "se_e3"


class TestWrite:
    def test_keys_in_the_order_of_deepmd_kit(self):
        assert list(unusual().serialize()) == [
            "@class", "type", "@version", "rcut", "rcut_smth", "sel", "neuron", "resnet_dt", "set_davg_zero",
            "activation_function", "precision", "embeddings", "env_mat", "exclude_types", "env_protection",
            "@variables", "type_map", "trainable",
        ]  # fmt: skip

    def test_changes_nothing(self):
        d = unusual()
        before = copy.deepcopy(tree(d))
        d.serialize()
        assert differences(tree(d), before) == []

    def test_no_net_is_cleared(self):
        """Neither those of excluded pairs, which other centres need, nor those of a > b, which none does."""
        written = plain(exclude_types=[[0, 0], [0, 1]]).serialize()["embeddings"]
        assert differences(written, plain().serialize()["embeddings"]) == []
        assert all(np.all(x != 0.0) for x in arrays(written))

    def test_shares_no_memory(self):
        d = unusual()
        intact = copy.deepcopy(d.serialize())
        for x in arrays(d.serialize()):
            x[...] = np.nan
        assert differences(d.serialize(), intact) == []


class TestRead:
    def test_shares_no_memory(self):
        data = unusual().serialize()
        d = refdp.deserialize(data)
        intact = copy.deepcopy(d.serialize())
        for x in arrays(data):
            x[...] = np.nan
        assert differences(d.serialize(), intact) == []

    @pytest.mark.parametrize("version", [1, 2, 3, None])
    def test_versions(self, version):
        data = plain().serialize() | {"@version": version}
        if version is None:
            del data["@version"]
        assert refdp.deserialize(data).serialize()["@version"] == 2

    @pytest.mark.parametrize("version", [0, 4, "2", 2.0, True])
    def test_unknown_versions(self, version):
        with pytest.raises(SerializationError, match=r"`data.@version`: expected 1 to 3, got "):
            refdp.deserialize(plain().serialize() | {"@version": version})

    @pytest.mark.parametrize(
        ("key", "default"),
        [
            ("resnet_dt", False),
            ("set_davg_zero", False),
            ("activation_function", "tanh"),
            ("precision", "default"),
            ("exclude_types", ()),
            ("env_protection", 0.0),
            ("type_map", None),
            ("trainable", True),
        ],
    )
    def test_missing_optional_keys_have_the_defaults_of_the_class(self, key, default):
        data = plain().serialize()
        del data[key]
        assert getattr(refdp.deserialize(data).options, key) == default

    def test_missing_widths_are_not_those_of_the_input_file(self):
        data = plain(neuron=[24, 48, 96]).serialize()
        del data["neuron"]
        assert refdp.deserialize(data).options.neuron == (24, 48, 96)

    @pytest.mark.parametrize("key", ["rcut", "rcut_smth", "sel", "env_mat", "embeddings", "@variables"])
    def test_missing_keys_that_are_needed(self, key):
        data = plain().serialize()
        del data[key]
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing; the keys are @class, type,"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("name", ["se_e3", "se_at", "se_a_3be", "se_t"])
    def test_names(self, name):
        assert refdp.deserialize(plain().serialize() | {"type": name}).serialize()["type"] == "se_e3"

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"axis_neuron": 2}, "`axis_neuron`: unknown key"),
            ({"type_one_side": True}, "`type_one_side`: unknown key"),
            ({"sel": "auto"}, "`sel`: expected"),
            ({"neuron": [2, 5]}, r"`embeddings.networks\[0\]`: expected input width 1 and layers \[2, 5\]"),
            ({"embeddings": {"networks": []}}, r"`embeddings.networks`: expected 2 \*\* 2 = 4 nets"),
            (
                {"@variables": {"davg": np.zeros((2, 7, 4)), "dstd": np.ones((2, 7, 1))}},
                r"`@variables.dstd`: expected shape \(ntypes, nnei, columns\) = \(2, 7, 4\)",
            ),
        ],
    )
    def test_what_does_not_fit(self, change, said):
        with pytest.raises(SerializationError, match=said):
            refdp.deserialize(plain().serialize() | change)

    def test_one_net_for_each_type_is_too_few(self):
        data = plain().serialize()
        data["embeddings"] |= {"ndim": 1, "networks": data["embeddings"]["networks"][:2]}
        with pytest.raises(SerializationError, match=r"`embeddings\.ndim`: expected 2"):
            refdp.deserialize(data)

    def test_compressed_is_not_supported_yet(self):
        with pytest.raises(UnsupportedError, match="`compress`"):
            refdp.deserialize(plain().serialize() | {"@version": 3, "compress": {"@variables": {}}})
