"""Dictionaries of hybrids: round trips to the bit, strict tags, lists that can be no accident."""

from __future__ import annotations

import copy

import pytest

import refdp
from refdp.descriptors.hybrid import MOST_CHILDREN, MOST_LEVELS, Hybrid
from refdp.errors import SerializationError
from tests.helpers import assert_same_bits, call_arguments, cluster, descriptor, differences

A, R = descriptor("se_e2_a", sel=[4, 3]), descriptor("se_e2_r", sel=[2, 5])
FLAT, NESTED = Hybrid((A, R)), Hybrid((Hybrid((R,)), A, Hybrid((A, Hybrid((R, A))))))


def wrapped(levels, data):
    for _ in range(levels):
        data = {"@class": "Descriptor", "type": "hybrid", "@version": 1, "list": [data]}
    return data


class TestRoundTrip:
    @pytest.mark.parametrize("d", [FLAT, NESTED], ids=["flat", "nested"])
    def test_to_the_bit(self, d):
        data = d.serialize()
        again = refdp.deserialize(data)
        assert differences(again.serialize(), data) == []
        arguments = call_arguments(d, cluster(8, seed=4, nf=2))
        for mine, its in zip(d.call(*arguments)[:2], again.call(*arguments)[:2], strict=True):
            assert_same_bits(its, mine)

    def test_keys_in_order(self):
        data = FLAT.serialize()
        assert list(data) == ["@class", "type", "@version", "list"]
        assert [data[key] for key in ("@class", "type", "@version")] == ["Descriptor", "hybrid", 1]
        assert [child["type"] for child in data["list"]] == ["se_e2_a", "se_r"]

    def test_shares_nothing(self):
        data = FLAT.serialize()
        again = refdp.deserialize(data)
        data["list"][0]["@variables"]["davg"][:] = 7.0
        assert (FLAT.children[0].davg != 7.0).all()
        assert (again.children[0].davg != 7.0).all()

    def test_a_tuple_of_children(self):
        data = FLAT.serialize()
        again = refdp.deserialize(data | {"list": tuple(data["list"])})
        assert differences(again.serialize(), data) == []

    def test_children_of_several_precisions(self):
        d = Hybrid((descriptor(precision="float32"), R))
        assert differences(refdp.deserialize(d.serialize()).serialize(), d.serialize()) == []


class TestTags:
    @pytest.mark.parametrize("key", ["@class", "@version", "list"])
    def test_all_are_required(self, key):
        data = FLAT.serialize()
        del data[key]
        with pytest.raises(SerializationError, match=f"`data.{key}`: missing"):
            refdp.deserialize(data)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("@class", "Net"),
            ("@class", None),
            ("@version", 2),
            ("@version", 0),
            ("@version", True),
            ("@version", 1.0),
            ("@version", "1"),
            ("list", []),
            ("list", None),
            ("list", "se_e2_a"),
        ],
    )
    def test_no_others_will_do(self, key, value):
        with pytest.raises(SerializationError, match=f"`data.{key}`: expected"):
            refdp.deserialize(FLAT.serialize() | {key: value})

    def test_unknown_keys(self):
        with pytest.raises(SerializationError, match=r"got \['type_map'\]"):
            refdp.deserialize(FLAT.serialize() | {"type_map": ["O", "H"]})


class TestChildren:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda child: child.pop("sel"), r"`list\[1\].list\[0\].data.sel`: missing"),
            (
                lambda child: child.update(sel=[1, 1]),
                r"`list\[1\].list\[0\].@variables.davg`: expected shape",
            ),
            (lambda child: child.update(type="se_x"), r"`list\[1\].list\[0\].type`: expected one of"),
            (lambda child: child.update(rcut=-1.0), r"`list\[1\].list\[0\].rcut`: expected a positive"),
        ],
    )
    def test_an_error_names_the_child(self, change, message):
        data = Hybrid((A, Hybrid((R,)))).serialize()
        change(data["list"][1]["list"][0])
        with pytest.raises(SerializationError, match=message):
            refdp.deserialize(data)

    def test_no_dictionary(self):
        with pytest.raises(SerializationError, match=r"`list\[0\].data`: expected a dictionary, got 4"):
            refdp.deserialize(FLAT.serialize() | {"list": [4]})

    def test_children_that_do_not_fit_together(self):
        other = descriptor(sel=[1, 2, 3]).serialize()
        with pytest.raises(
            SerializationError, match=r"`list\[1\].ntypes`: expected 2 as in list\[0\], got 3"
        ):
            refdp.deserialize(FLAT.serialize() | {"list": [A.serialize(), other]})


class TestNesting:
    def test_as_deep_as_allowed(self):
        d = refdp.deserialize(wrapped(MOST_LEVELS, R.serialize()))
        assert differences(d.serialize(), wrapped(MOST_LEVELS, R.serialize())) == []

    def test_deeper(self):
        with pytest.raises(SerializationError, match=f"at most {MOST_LEVELS} levels"):
            refdp.deserialize(wrapped(MOST_LEVELS + 1, R.serialize()))

    def test_much_deeper(self):
        with pytest.raises(SerializationError, match="levels"):
            refdp.deserialize(wrapped(100_000, R.serialize()))

    def test_inside_itself(self):
        data = FLAT.serialize()
        data["list"] = [data]
        with pytest.raises(SerializationError, match="levels"):
            refdp.deserialize(data)

    def test_more_than_anybody_wants(self):
        data = R.serialize()
        for _ in range(MOST_LEVELS):
            data = wrapped(1, data)
            data["list"] *= 10
        with pytest.raises(SerializationError, match=f"at most {MOST_CHILDREN} descriptors, got 1000"):
            refdp.deserialize(copy.copy(data))
