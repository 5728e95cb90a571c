"""The dictionaries of fitting nets: what a missing key stands for, and every refusal."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import refdp
from refdp.errors import RefdpError, SerializationError, UnsupportedError
from refdp.io.fitting import REQUIRED
from tests.fittings import KINDS, fitting, share
from tests.helpers import assert_same_bits, differences

WHOLE = {"numb_fparam": 2, "default_fparam": [0.5, -1.0], "numb_aparam": 3, "dim_case_embd": 2}


def dictionary(kind="ener", **options):
    return fitting(kind, **options).serialize()


class TestRoundTrip:
    @pytest.mark.parametrize("mixed", [False, True])
    @pytest.mark.parametrize("kind", KINDS)
    def test_changes_nothing(self, kind, mixed):
        made = fitting(
            kind, **WHOLE, mixed=mixed, exclude=(1,), precision="float32", type_map=["O", "H", "C"]
        )
        again = refdp.deserialize(made.serialize())
        assert type(again) is type(made)
        assert differences(again.serialize(), made.serialize()) == []
        assert_same_bits(share(again), share(made))

    @pytest.mark.parametrize("kind", KINDS)
    def test_shares_nothing(self, kind):
        made = fitting(kind, **WHOLE)
        before, data = share(made), made.serialize()
        again = refdp.deserialize(data)
        for name, x in data["@variables"].items():
            if x is not None:
                x[...] = 7.0
                assert not np.any(getattr(again, name) == 7.0)
        assert_same_bits(share(made), before)

    @pytest.mark.parametrize(
        ("kind", "version"),
        [("ener", 4), ("invar", 4), ("dipole", 4), ("dos", 4), ("polar", 5), ("property", 6)],
    )
    def test_head(self, kind, version):
        data = dictionary(kind)
        assert (data["@class"], data["@version"], data["type"]) == ("Fitting", version, kind)
        assert list(data)[:3] == ["@class", "@version", "var_name"]

    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            ("ener", "energy"),
            ("dipole", "dipole"),
            ("polar", "polar"),
            ("dos", "dos"),
            ("property", "band_gap"),
            ("invar", "charge"),
        ],
    )
    def test_name_of_what_is_predicted(self, kind, name):
        assert dictionary(kind)["var_name"] == name

    def test_scale_has_a_second_axis(self):
        variables = dictionary("polar")["@variables"]
        assert (variables["scale"].shape, variables["constant_matrix"].shape) == ((3, 1), (3,))


class TestMissing:
    @pytest.mark.parametrize("key", ["ntypes", "dim_descrpt", "neuron", "nets", "@variables"])
    def test_required(self, key):
        data = dictionary()
        del data[key]
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("key", ["embedding_width", "type"])
    def test_required_of_tensors(self, key):
        data = dictionary("polar")
        del data[key]
        with pytest.raises(SerializationError, match=f"`(data.)?{key}`"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_others_have_defaults(self, kind):
        mixed = kind in ("polar", "property", "invar")
        plain = dictionary(kind, mixed=mixed)
        required = {"@class", "@variables", "type", "var_name", "dim_out", "embedding_width", *REQUIRED}
        named = {"task_dim", "distinguish_types", "atom_ener"}
        short = {key: value for key, value in plain.items() if key in required | named}
        assert len(short) < len(plain) - 12
        assert differences(refdp.deserialize(short).serialize(), plain) == []

    def test_a_property_does_not_tell_types_apart(self):
        data = dictionary("property")
        del data["distinguish_types"]
        assert refdp.deserialize(data).options.distinguish_types is False

    def test_scale_and_constants(self):
        data = dictionary("polar")
        del data["@variables"]["scale"], data["@variables"]["constant_matrix"]
        made = refdp.deserialize(data)
        np.testing.assert_array_equal(made.scale, np.ones(3))
        np.testing.assert_array_equal(made.constant_matrix, np.zeros(3))

    def test_activation_null_is_none(self):
        data = dictionary(activation_function="none") | {"activation_function": None}
        assert refdp.deserialize(data).options.activation_function == "none"


class TestMistakes:
    @pytest.mark.parametrize(
        ("kind", "changes", "message"),
        [
            ("ener", {"type": "energy"}, "`type`: expected one of ener"),
            ("ener", {"type": "se_e2_a"}, "`type`: expected one of ener"),
            ("ener", {"@version": 5}, "`data.@version`: expected 1 to 4, got 5"),
            ("ener", {"@version": True}, "`data.@version`: expected 1 to 4"),
            ("ener", {"neurons": [3]}, "`neurons`: unknown key"),
            ("ener", {"ntypes": 2}, "expected 2"),
            ("ener", {"ntypes": "3"}, "`data.ntypes`: expected int"),
            ("ener", {"ntypes": 0}, "`data.ntypes`: expected a whole number from 1"),
            ("ener", {"dim_descrpt": 4}, "`data.dim_descrpt`: expected 5, as the arrays say"),
            ("ener", {"neuron": [5, 11]}, r"`nets.networks\[0\]`: expected"),
            ("ener", {"mixed_types": True}, "`nets.ndim`: expected 0"),
            ("ener", {"mixed_types": 1}, "`data.mixed_types`: expected bool"),
            ("ener", {"numb_fparam": 1}, "`fparam_avg`: expected shape"),
            ("ener", {"exclude_types": [3]}, "`exclude_types`: expected types from 0 to 2"),
            ("ener", {"exclude_types": ["0"]}, "`data.exclude_types`: expected a list of types"),
            ("ener", {"exclude_types": 1}, "`data.exclude_types`: expected a list of types"),
            ("ener", {"var_name": "dos"}, "`var_name, dim_out`: expected"),
            ("ener", {"type_map": ["O"]}, "`type_map`: expected one name for each of the 3 types"),
            ("ener", {"@variables": {}}, "`data.@variables.bias_atom_e`: missing"),
            (
                "ener",
                {"@variables": {"bias_atom_e": np.ones(3)}},
                "`@variables.bias_atom_e`: expected an array",
            ),
            ("ener", {"@variables": {"bias_atom_e": None}}, "`@variables.bias_atom_e`: expected an array"),
            (
                "ener",
                {"@variables": {"bias_atom_e": np.full((3, 1), np.nan)}},
                "`data.@variables.bias_atom_e`: expected finite numbers",
            ),
            ("ener", {"@variables": 3}, "`data.@variables`: expected Mapping"),
            ("dos", {"dim_out": 4}, r"`nets.networks\[0\]`: expected"),
            ("dos", {"use_aparam_as_mask": True}, "`data.use_aparam_as_mask`: expected nothing"),
            ("dos", {"atom_ener": [1.0]}, "`data.atom_ener`: expected nothing"),
            ("property", {"task_dim": 3}, r"`nets.networks\[0\]`: expected"),
            ("dipole", {"embedding_width": 3}, r"`nets.networks\[0\]`: expected"),
            ("dipole", {"embedding_width": -1}, "`data.embedding_width`: expected a whole number from 1"),
            ("polar", {"fit_diag": False}, r"`nets.networks\[0\]`: expected"),
        ],
    )
    def test_a_value(self, kind, changes, message):
        with pytest.raises(SerializationError, match=message):
            refdp.deserialize(dictionary(kind) | changes)

    @pytest.mark.parametrize(
        ("name", "value"), [("layer_name", ["a", "b", "c"]), ("tot_ener_zero", True), ("spin", {"a": 1})]
    )
    def test_only_of_tensorflow(self, name, value):
        with pytest.raises(UnsupportedError, match=f"`{name}`: only DeePMD-kit's TensorFlow"):
            refdp.deserialize(dictionary() | {name: value})

    def test_a_net_that_does_not_fit(self):
        data = dictionary()
        data["nets"]["networks"][1] = copy.deepcopy(dictionary(neuron=[5, 9])["nets"]["networks"][1])
        with pytest.raises(SerializationError, match=r"`nets.networks\[1\]`: expected input width"):
            refdp.deserialize(data)

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_else_comes_out_of_nonsense(self, kind):
        data, nonsense = dictionary(kind, **WHOLE), [None, True, -1, 10**30, np.nan, "x", [[1]], {"a": 1}]
        refused = 0
        for key in data:
            for value in [*nonsense, np.ones(3), np.zeros((0, 2)), np.array("x"), b"x", object(), 1j]:
                try:
                    refdp.deserialize(data | {key: value})
                except RefdpError:
                    refused += 1
        assert refused > 10 * len(data)

    def test_a_child_of_a_hybrid_is_a_descriptor(self):
        data = {"@class": "Descriptor", "type": "hybrid", "@version": 1, "list": [dictionary()]}
        with pytest.raises(SerializationError, match=r"`list\[0\].type`: expected one of"):
            refdp.deserialize(data)
