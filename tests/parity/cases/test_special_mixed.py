from __future__ import annotations

import numpy as np
import pytest

from parity.case import build
from parity.cases.special import special
from parity.cases.special_mixed import MIXED
from refdp.io.serialized import deserialize
from refdp.trace import record


def _inputs(family, name):
    return build(next(case for case in special(family) if case.name == f"{family}-{name}"))


def _value(inputs, step):
    with record() as trace:
        deserialize(inputs.data).call(*inputs.call)
    return trace.value(step)


class TestMixed:
    @pytest.mark.parametrize("family", ["se_atten", "se_atten_v2", "se_e3_tebd"])
    def test_the_first_atom_of_a_frame_is_virtual(self, family):
        inputs = _inputs(family, "virtual")
        assert inputs.atype_ext[1, 0] < 0
        assert np.all(inputs.data["@variables"]["davg"] != 0.0)

    @pytest.mark.parametrize(
        "family", [name for name in MIXED if any(c["name"] == "beyond" for c in MIXED[name])]
    )
    def test_beyond_the_cutoff_are_more_than_inside(self, family):
        inputs = _inputs(family, "beyond")
        w = _value(inputs, "w")
        left = (inputs.nlist >= 0) & (w == 0.0)
        assert np.count_nonzero(left) > np.count_nonzero(w) > 0

    def test_excluded_rows_are_zero_and_empty_ones_are_not(self):
        inputs = _inputs("se_atten", "excluded")
        zero = np.all(_value(inputs, "E") == 0.0, axis=-1)
        assert not np.any(zero[inputs.nlist < 0])
        assert 0 < np.count_nonzero(zero) < np.count_nonzero(inputs.nlist >= 0)

    def test_mute_attention_adds_nothing_but_a_bias(self):
        inputs = _inputs("se_atten", "mute")
        assert not np.any(_value(inputs, "Lambda1"))
        assert np.all(np.isfinite(_value(inputs, "D")))

    def test_ties_straddle_the_end_of_the_list(self):
        inputs = _inputs("se_atten", "ties")
        nearest = np.sort(np.linalg.norm(inputs.coord_ext[0] - inputs.coord_ext[0, 0], axis=-1))[1:]
        assert inputs.nlist.shape[-1] == 16
        assert nearest[15] == nearest[16] == np.sqrt(8.0)

    def test_several_numbers_for_a_child_that_mixes_types(self):
        assert _inputs("hybrid", "several-numbers").data["list"][0]["sel"] == [4, 4, 4]
