"""Descriptors as DeePMD-kit's dictionaries: exact to the bit, and safe against anything else."""

from __future__ import annotations

import copy
import json
from dataclasses import fields, is_dataclass

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

NAMES = ["se_e2_a", "se_e2_r"]
# No field has its default; neither DeePMD-kit's classes' nor that of the input file.
UNUSUAL = {
    "sel": [5, 2],
    "rcut": 3.75,
    "rcut_smth": 0.375,
    "neuron": [3, 6, 6],
    "resnet_dt": True,
    "activation_function": "silut:2.5",
    "exclude_types": [[0, 1], [1, 1]],
    "env_protection": 0.125,
    "set_davg_zero": True,
    "precision": "float32",
    "trainable": False,
    "type_map": ["O", "H"],
}


def unusual(name="se_e2_a"):
    more = {"axis_neuron": 5, "type_one_side": False} if name == "se_e2_a" else {}
    return with_random_statistics(descriptor(name, **UNUSUAL, **more), 5, by_slot=True, isotropic=False)


def plain(name="se_e2_a", **options):
    return descriptor(
        name, **{"neuron": [2, 4], "axis_neuron": 2, **options} if name == "se_e2_a" else options
    )


def tree(x):
    """Dataclasses and options as a tree of dictionaries."""
    if is_dataclass(x):
        return {f.name: tree(getattr(x, f.name)) for f in fields(x)}
    if isinstance(x, tuple):
        return [tree(item) for item in x]
    return (
        {key: tree(getattr(x, key)) for key in x.__struct_fields__} if hasattr(x, "__struct_fields__") else x
    )


@pytest.mark.parametrize("name", NAMES)
class TestRoundTrip:
    def test_object_dictionary_object(self, name):
        d = unusual(name)
        back = tree(refdp.deserialize(d.serialize()))
        # The seed is spent: DeePMD-kit does not write it either.
        back["options"]["seed"] = d.options.seed
        assert differences(back, tree(d)) == []

    def test_dictionary_object_dictionary(self, name):
        data = unusual(name).serialize()
        assert differences(refdp.deserialize(copy.deepcopy(data)).serialize(), data) == []

    def test_every_option_is_unusual_here(self, name):
        usual, here = (x.options for x in (refdp.from_config({"type": name, "sel": [1]}), unusual(name)))
        same = {key for key in usual.__struct_fields__ if getattr(usual, key) == getattr(here, key)}
        # No other value of these exists, or the input file's default is the odd one.
        assert same <= {"spin", "type_one_side"}

    def test_values_after_the_trip(self, name):
        d = unusual(name)
        arguments = call_arguments(d, cluster(4, seed=1))
        assert_same_bits(
            refdp.deserialize(d.serialize()).call(*arguments).descriptor, d.call(*arguments).descriptor
        )

    def test_from_another_library(self, name, library):
        if library.device is not None:
            pytest.skip("NumPy does not read arrays on other devices")
        d = unusual(name)
        assert differences(d.to(library.namespace).serialize(), d.serialize()) == []

    def test_what_is_not_an_array_is_json(self, name):
        text = json.dumps(unusual(name).serialize(), default=lambda x: {"array": x.tolist()})
        assert json.loads(text)["type"] == {"se_e2_a": "se_e2_a", "se_e2_r": "se_r"}[name]


@pytest.mark.parametrize("name", NAMES)
class TestSerialize:
    def test_changes_nothing(self, name):
        d = unusual(name)
        arguments = call_arguments(d, cluster(4, seed=1))
        before = d.call(*arguments).descriptor
        d.serialize()
        assert_same_bits(d.call(*arguments).descriptor, before)

    def test_shares_no_memory(self, name):
        d = unusual(name)
        intact = copy.deepcopy(d.serialize())
        for x in arrays(d.serialize()):
            x[...] = np.nan
        assert differences(d.serialize(), intact) == []

    def test_twice_the_same(self, name):
        assert differences(unusual(name).serialize(), unusual(name).serialize()) == []


def arrays(data):
    """All arrays of a dictionary."""
    if isinstance(data, np.ndarray):
        return [data]
    items = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return [x for item in items for x in arrays(item)]


class TestDeserialize:
    @pytest.mark.parametrize("name", NAMES)
    def test_shares_no_memory(self, name):
        data = unusual(name).serialize()
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

    @pytest.mark.parametrize("version", [0, 4, "2", 2.0, True, None])
    def test_unknown_versions(self, version):
        with pytest.raises(SerializationError, match=r"`data.@version`: expected 1 to 3, got "):
            refdp.deserialize(plain().serialize() | {"@version": version})

    @pytest.mark.parametrize(
        ("key", "default"),
        [
            ("resnet_dt", False),
            ("exclude_types", ()),
            ("env_protection", 0.0),
            ("set_davg_zero", False),
            ("activation_function", "tanh"),
            ("precision", "default"),
            ("trainable", True),
            ("spin", None),
            ("type_map", None),
        ],
    )
    def test_missing_optional_keys_have_the_defaults_of_the_classes(self, key, default):
        data = plain().serialize()
        del data[key]
        assert getattr(refdp.deserialize(data).options, key) == default

    def test_missing_keys_whose_defaults_differ_from_the_input_file(self):
        data = descriptor(neuron=[24, 48, 96], axis_neuron=8, type_one_side=True).serialize()
        for key in ("neuron", "axis_neuron", "type_one_side"):
            del data[key]
        o = refdp.deserialize(data).options
        assert (o.neuron, o.axis_neuron, o.type_one_side) == ((24, 48, 96), 8, True)

    @pytest.mark.parametrize("key", ["rcut", "rcut_smth", "sel", "env_mat", "embeddings", "@variables"])
    def test_missing_keys_that_are_needed(self, key):
        data = plain().serialize()
        del data[key]
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing; the keys are @class, type,"):
            refdp.deserialize(data)

    def test_the_environment_is_there_but_not_read(self):
        data = plain().serialize()
        assert differences(refdp.deserialize(data | {"env_mat": None}).serialize(), data) == []

    def test_ignored_tags(self):
        data = plain().serialize()
        assert (
            differences(refdp.deserialize(data | {"@class": "anything", "ntypes": 2}).serialize(), data) == []
        )

    @pytest.mark.parametrize(("given", "written"), [("se_a", "se_e2_a"), ("se_e2_a", "se_e2_a")])
    def test_names(self, given, written):
        assert refdp.deserialize(plain().serialize() | {"type": given}).serialize()["type"] == written

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"type": "se_x"}, "`type`: expected one of .*se_e2_a"),
            ({"type": None}, "`type`: expected one of .*se_e2_a"),
            ({"rcutt": 1.0}, "`rcutt`: unknown key, did you mean `rcut`"),
            ({"axis_neuron": 99}, "`axis_neuron`: expected 1 to the last of `neuron`"),
            ({"sel": "auto"}, "`sel`: expected"),
            ({"neuron": [2, 5]}, r"`embeddings.networks\[0\]`: expected input width 1 and layers \[2, 5\]"),
            ({"type_one_side": True}, "`embeddings.ndim`: expected 1"),
            ({"type_map": ["O"]}, "`.*type_map`: expected one name for each"),
            ({"@variables": {}}, "`data.@variables.davg`: missing"),
            (
                {"@variables": {"davg": np.zeros((2, 7, 4)), "dstd": np.ones((2, 7, 1))}},
                r"`@variables.dstd`: expected shape",
            ),
            ({"@variables": {"davg": np.zeros((2, 7, 4), object), "dstd": np.ones((2, 7, 4))}}, "davg"),
            ({"@variables": {"davg": np.zeros((2, 7, 4), complex), "dstd": np.ones((2, 7, 4))}}, "davg"),
        ],
    )
    def test_what_does_not_fit(self, change, said):
        with pytest.raises(SerializationError, match=said):
            refdp.deserialize(plain().serialize() | change)

    @pytest.mark.parametrize("data", [None, [], "se_e2_a", 3])
    def test_what_is_no_dictionary(self, data):
        with pytest.raises(SerializationError, match="`data`: expected a dictionary, got "):
            refdp.deserialize(data)

    def test_compressed_is_not_supported_yet(self):
        with pytest.raises(UnsupportedError, match="`compress`"):
            refdp.deserialize(plain().serialize() | {"@version": 3, "compress": {"@variables": {}}})

    @pytest.mark.parametrize("nothing", [None, {}])
    def test_an_empty_compression_is_none(self, nothing):
        refdp.deserialize(plain().serialize() | {"compress": nothing})
