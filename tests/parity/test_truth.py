from __future__ import annotations

from fractions import Fraction

import msgspec
import numpy as np
import pytest

from parity.case import Case, build
from parity.truth import descriptor_at, parts, truth_of

flint = pytest.importorskip("flint")

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2, 4], "axis_neuron": 2}
CASE = Case(name="x", family="se_e2_a", system="pair", config=CONFIG, statistics="random")


class TestTruthOf:
    def test_a_float64_descriptor_has_a_truth_in_both_precisions(self):
        found = truth_of(build(CASE))
        assert list(found) == ["float64", "float32"]
        assert [name for name, x in found["float64"].items() if x is None] == ["g2", "h2"]
        wide, narrow = (found[p]["descriptor"] for p in ("float64", "float32"))
        assert wide["head"].shape == (2, 2, 8)
        # 29 bits less, and the inputs are rounded first.
        ratio = np.median(narrow["budget"] / wide["budget"])
        assert 2.0**28 < ratio < 2.0**30
        assert np.any(wide["head"] != narrow["head"])
        assert np.max(wide["radius"]) < 1e-30 < np.max(np.abs(wide["tail"]))

    def test_a_float32_descriptor_has_one(self):
        case = msgspec.structs.replace(CASE, config=CONFIG | {"precision": "float32"})
        assert list(truth_of(build(case))) == ["float32"]

    def test_numpy_lies_within_it(self):
        inputs = build(CASE)
        exact = truth_of(inputs)["float64"]["descriptor"]
        value = descriptor_at(inputs, "float64").call(*inputs.call).descriptor
        assert 0.0 < np.max(np.abs(value - exact["head"]) / exact["budget"]) < 0.5


class TestParts:
    def test_hold_the_exact_number(self):
        from refdp.namespaces.balls import to_balls

        found = parts(to_balls(np.array([1.0, 10.0])) / 3.0)
        for head, tail, radius, exact in zip(
            found["head"], found["tail"], found["radius"], (Fraction(1, 3), Fraction(10, 3)), strict=True
        ):
            assert head == float(exact)
            assert abs(exact - Fraction(head) - Fraction(tail)) <= Fraction(radius) < Fraction(1, 2**100)


class TestDescriptorAt:
    def test_rounds_the_arrays(self):
        inputs = build(CASE)
        wide, narrow = (descriptor_at(inputs, p) for p in ("float64", "float32"))
        assert narrow.davg.dtype == np.float32
        assert np.array_equal(narrow.davg, wide.davg.astype(np.float32))
