from __future__ import annotations

import numpy as np
import pytest

from parity.case import build
from parity.cases import cases_of
from parity.known import KNOWN, explain, explain_failure
from refdp.io.serialized import deserialize


def _inputs(name):
    return build(next(case for case in cases_of(name[:7]) if case.name == name))


def _outputs(inputs):
    out = deserialize(inputs.data).call(*inputs.call)
    return {name: x for name, x in out._asdict().items() if x is not None}


def _over(outputs, **where):
    over = {}
    for name, index in where.items():
        over[name] = np.zeros(outputs[name].shape, dtype=np.bool_)
        over[name][index] = True
    return over


def _of_pytorch(inputs):
    coord_ext, atype_ext, nlist, mapping = inputs.call
    descriptor = deserialize(inputs.data)
    last = np.where(atype_ext < 0, descriptor.ntypes - 1, atype_ext)
    return descriptor.call(coord_ext, last, nlist, mapping)._asdict()


class TestKnown:
    def test_names_are_unique_and_sentences_end(self):
        assert len({known.name for known in KNOWN}) == len(KNOWN)
        assert all(known.sentence.endswith(".") for known in KNOWN)

    def test_nothing_of_ours_is_excused(self):
        ours = ("numpy-f64", "strict-f64", "torch-f32", "jax-f64", "jax-jit-f32", "mutant-n-c")
        for family in ("se_e2_a", "se_e2_r"):
            for case in cases_of(family):
                inputs = build(case)
                assert not any(known.concerns(name, inputs) for known in KNOWN for name in ours)


class TestExplain:
    def test_a_difference_in_rows_of_virtual_centres(self):
        inputs = _inputs("se_e2_a-virtual-one-side")
        outputs = _of_pytorch(inputs)
        over = _over(outputs, descriptor=(0, 3, 5), rot_mat=(1, 7, 0, 0))
        said = explain("deepmd-pytorch", inputs, outputs, over)
        assert said == (
            "A virtual centre, which has no type, is standardized with the statistics of the last type. "
            "(DeePMD-kit 3.2.0, virtual-statistics)"
        )

    @pytest.mark.parametrize("where", [{"descriptor": (0, 4, 5)}, {"sw": (0, 3, 0, 0)}])
    def test_one_number_elsewhere_is_not_explained(self, where):
        inputs = _inputs("se_e2_a-virtual-one-side")
        outputs = _of_pytorch(inputs)
        over = _over(outputs, rot_mat=(1, 7, 0, 0))
        assert explain("deepmd-pytorch", inputs, outputs, over)
        assert explain("deepmd-pytorch", inputs, outputs, over | _over(outputs, **where)) == ""

    def test_nor_is_the_same_difference_of_another_backend(self):
        inputs = _inputs("se_e2_a-virtual-one-side")
        outputs = _outputs(inputs)
        over = _over(outputs, descriptor=(0, 3, 5))
        assert explain("deepmd-dpmodel", inputs, outputs, over) == ""
        assert explain("numpy-f64", inputs, outputs, over) == ""

    def test_nor_of_a_case_that_does_not_meet_the_condition(self):
        inputs = _inputs("se_e2_a-00-water")
        outputs = _outputs(inputs)
        assert explain("deepmd-pytorch", inputs, outputs, _over(outputs, descriptor=(0, 3, 5))) == ""

    def test_two_defects_may_explain_a_difference_together(self):
        inputs = _inputs("se_e2_r-no-slots")
        outputs = _outputs(inputs)
        outputs["descriptor"] = np.full_like(outputs["descriptor"], np.nan)
        over = {"descriptor": np.isnan(outputs["descriptor"])}
        assert explain("deepmd-jax", inputs, outputs, over).startswith("The mean over a type without slots")
        outputs["descriptor"][0, 0, 0] = 1.0
        assert explain("deepmd-jax", inputs, outputs, over) == ""


class TestExplainFailure:
    def test_only_a_left_handed_cell_smaller_than_the_cutoff(self):
        long, short, right = (
            _inputs(f"se_e2_a-{name}") for name in ("left-handed-long", "left-handed", "ties")
        )
        assert "no images can be counted" in explain_failure("deepmd-dpmodel", long, "AssertionError")
        assert explain_failure("deepmd-dpmodel", short, "AssertionError") == ""
        assert explain_failure("deepmd-dpmodel", right, "AssertionError") == ""
        assert explain_failure("numpy-f64", long, "AssertionError") == ""
        assert explain_failure("deepmd-dpmodel", long, "TypeError: another matter") == ""
