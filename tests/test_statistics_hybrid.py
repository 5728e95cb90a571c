"""Statistics of hybrids: each child's own, from its own neighbour lists."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

import refdp
from refdp.descriptors.hybrid import Hybrid
from refdp.errors import SelOverflowWarning
from tests.helpers import assert_same_bits, cluster, descriptor

SYSTEM = cluster(14, seed=4, nf=2)
A = descriptor("se_e2_a", sel=[4, 3], exclude_types=[[0, 1]])
R = descriptor("se_e2_r", sel=[2, 5], rcut=3.0)
WIDE = descriptor("se_e2_a", sel=[9, 9], rcut=5.0, set_davg_zero=True)


def standardized(d, systems, *rest):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        return refdp.with_statistics(d, systems, *rest)


def assert_those_of(d, alone):
    assert_same_bits(d.davg, alone.davg)
    assert_same_bits(d.dstd, alone.dstd)


class TestWithStatistics:
    def test_each_child_as_if_alone(self):
        # R is cut from lists that reach to 5 angstrom and would count neighbours that it does not see.
        found = standardized(Hybrid((A, R, WIDE)), [SYSTEM, cluster(6, seed=2)])
        for child, alone in zip(found.children, (A, R, WIDE), strict=True):
            assert_those_of(child, standardized(alone, [SYSTEM, cluster(6, seed=2)]))

    def test_inside_another(self):
        found = standardized(Hybrid((A, Hybrid((R, WIDE)))), SYSTEM)
        assert_those_of(found.children[1].children[0], standardized(R, SYSTEM))

    def test_data_that_can_be_read_once(self):
        found = standardized(Hybrid((A, R)), iter([SYSTEM]))
        assert_those_of(found.children[1], standardized(R, [SYSTEM]))

    def test_pairs_that_the_model_excludes(self):
        found = standardized(Hybrid((A, R)), [SYSTEM], [(1, 1)])
        assert_those_of(found.children[1], standardized(R, [SYSTEM], [(1, 1)]))
        assert np.any(found.children[1].davg != standardized(R, [SYSTEM]).davg)

    def test_a_child_without_names_goes_by_those_of_the_hybrid(self):
        named = replace(A, options=descriptor(sel=[4, 3], type_map=["O", "H"]).options)
        types = np.where(SYSTEM.types < 0, -1, 1 - SYSTEM.types)
        system = refdp.System(SYSTEM.coords, types, type_map=["H", "O"])
        found = standardized(Hybrid((named, R)), system)
        assert_those_of(found.children[1], standardized(R, SYSTEM))
