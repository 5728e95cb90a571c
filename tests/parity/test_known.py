from __future__ import annotations

import numpy as np
import pytest

from parity.case import build
from parity.cases import FAMILIES, cases_of
from parity.known import KNOWN, explain, explain_failure
from refdp.io.serialized import deserialize


def _inputs(name, family=""):
    return build(next(case for case in cases_of(family or name[:7]) if case.name == name))


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
        for family in FAMILIES:
            for case in cases_of(family)[::4]:
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


class TestOfHybrids:
    def test_a_child_with_the_defect_explains_its_own_columns_only(self):
        inputs = _inputs("hybrid-virtual", "hybrid")
        outputs = _outputs(inputs)
        last = np.where(inputs.atype_ext < 0, 2, inputs.atype_ext)
        theirs = deserialize(inputs.data).call(inputs.coord_ext, last, inputs.nlist, inputs.mapping)
        outputs["descriptor"] = theirs.descriptor
        # The first child is two-sided: only the second shows statistics of virtual centres.
        over = _over(outputs, descriptor=(0, 2, 20))
        assert "statistics of the last type" in explain("deepmd-pytorch", inputs, outputs, over)
        assert explain("deepmd-dpmodel", inputs, outputs, over) == ""
        assert explain("deepmd-pytorch", inputs, outputs, _over(outputs, descriptor=(0, 2, 3))) == ""
        assert explain("deepmd-pytorch", inputs, outputs, _over(outputs, descriptor=(0, 1, 20))) == ""


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

    @pytest.mark.parametrize(
        ("family", "name", "backend", "reason", "sentence"),
        [
            ("se_e3", "no-slots", "deepmd-jax", "ZeroDivisionError: float division by zero", "their number"),
            ("se_atten", "virtual", "deepmd-pytorch", "IndexError: index out of range in self", "no row"),
            ("hybrid", "virtual-types", "deepmd-pytorch", "IndexError: index out of range in self", "no row"),
            (
                "hybrid",
                "several-numbers",
                "deepmd-dpmodel",
                "ValueError: zip() argument 2 is",
                "cuts its list",
            ),
            ("hybrid", "virtual-types", "deepmd-jax", "ValueError: Triggering __jax_array__()", "a variable"),
        ],
    )
    def test_of_the_other_families(self, family, name, backend, reason, sentence):
        inputs = _inputs(f"{family}-{name}", family)
        assert sentence in explain_failure(backend, inputs, reason)
        assert explain_failure(backend, inputs, "TypeError: another matter") == ""
        assert explain_failure("numpy-f64", inputs, reason) == ""
        sound = _inputs("se_atten-excluded", "se_atten")
        assert explain_failure(backend, sound, reason) == ""
