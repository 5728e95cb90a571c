"""Dictionaries that are not what they promise: errors of the family come out, or something that works."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refdp
from refdp.errors import RefdpError, SerializationError
from tests.attention_cases import se_atten
from tests.helpers import call_arguments, descriptor

VALID = [
    descriptor(neuron=[2, 4], axis_neuron=2),
    descriptor(type_one_side=True, exclude_types=[[0, 1]], resnet_dt=True, type_map=["O", "H"]),
    descriptor("se_e2_r", precision="float32", activation_function="silut:2.5"),
    se_atten(lmax=3, attn_layer=1, use_tebd_bias=True),
    se_atten("se_atten_v2", attn_layer=1, exclude_types=[[0, 1]]),
]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["tanh", "auto", "float32", "foo", "silut:nan"]),
    st.lists(st.integers(-2, 3), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.sampled_from([b"x", (1, 2), {1}, 2j, object(), {5: 1}, {None: None}, [None], [[0, 1]], [[]]]),
    st.sampled_from(
        [np.zeros(0), np.zeros((2, 2)), np.array(1.0), np.array("a"), np.array([None]), np.full(3, np.nan)]
    ),
)


@st.composite
def broken(draw):
    """A valid dictionary with one to three places replaced, deleted or added to, at any depth."""
    data = draw(st.sampled_from(VALID)).serialize()
    for _ in range(draw(st.integers(1, 3))):
        place = data
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.booleans()):
                place = place[key]
                continue
            act = draw(st.sampled_from(["replace", "delete", "add"]))
            if act == "delete":
                del place[key]
            elif act == "add" and isinstance(place, dict):
                place[draw(st.sampled_from(["x", "rcutt", 5, None, (1,), "@x"]))] = draw(JUNK)
            else:
                place[key] = draw(JUNK)
            break
    return data


class TestHostile:
    @given(broken())
    def test_only_errors_of_the_family_come_out(self, data):
        try:
            d = refdp.deserialize(data)
        except RefdpError as error:
            assert str(error).startswith("`"), str(error)  # noqa: PT017 - both outcomes are right
            return
        # What is accepted can be used, or refuses in the family's words.
        coord, atype, nlist, _ = call_arguments(d, refdp.System([[0.0, 0, 0]], [0]))
        with np.errstate(all="ignore"):
            assert d.call(coord, atype, nlist).descriptor.shape == (1, 1, d.dim_out)
        d.serialize()

    @given(st.dictionaries(st.text(max_size=5) | st.integers(), JUNK, max_size=4))
    def test_any_dictionary(self, data):
        with pytest.raises(SerializationError, match="`type`: expected one of"):
            refdp.deserialize({"type": "x"} | {key: value for key, value in data.items() if key != "type"})
