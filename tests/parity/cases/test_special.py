from __future__ import annotations

import numpy as np
import pytest

from parity.case import build
from parity.cases import FAMILIES, cases_of
from parity.cases.special import special
from refdp.io.serialized import deserialize
from refdp.trace import record


def _case(name):
    family = name[:7]
    return next(case for case in special(family) if case.name == name)


class TestSpecial:
    @pytest.mark.parametrize("family", FAMILIES)
    def test_every_case_says_why_it_is_there_and_can_be_built(self, family):
        for case in special(family):
            assert case.note
            assert np.any(build(case).nlist >= 0)

    def test_those_on_small_systems_are_not_compiled(self):
        assert not any(case.compiled for case in special("se_atten"))
        assert all(case.compiled for case in special("se_e2_r"))

    def test_no_slots(self):
        inputs = build(_case("se_e2_r-no-slots"))
        assert inputs.data["sel"][2] == 0
        assert np.all(np.isfinite(deserialize(inputs.data).call(*inputs.call).descriptor))

    def test_softplus_sees_numbers_beyond_20(self):
        inputs = build(_case("se_e2_r-softplus"))
        with record() as trace:
            deserialize(inputs.data).call(*inputs.call)
        assert np.max(trace.value("E")) > 100.0

    def test_left_handed_cells(self):
        for name, smaller in (("se_e2_a-left-handed", False), ("se_e2_a-left-handed-long", True)):
            case = _case(name)
            inputs = build(case)
            assert np.all(np.linalg.det(inputs.cell) < 0.0)
            assert (case.config["rcut"] > 4.0) == smaller
            assert case.own_table

    def test_virtual_centres_have_means_that_are_not_zero(self):
        inputs = build(_case("se_e2_a-virtual-one-side"))
        assert np.count_nonzero(inputs.atype < 0) == 16
        assert np.all(inputs.data["@variables"]["davg"] != 0.0)

    def test_ties_straddle_the_end_of_the_list(self):
        inputs = build(_case("se_e2_a-ties"))
        d = np.linalg.norm(inputs.coord_ext[0] - inputs.coord_ext[0, 0], axis=-1)
        nearest = np.sort(d)[1:]
        assert nearest[15] == nearest[16] == np.sqrt(8.0)


class TestCasesOf:
    def test_names_are_unique(self):
        names = [case.name for family in FAMILIES for case in cases_of(family)]
        assert len(set(names)) == len(names)
        assert len(names) < 300
