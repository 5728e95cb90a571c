from __future__ import annotations

import copy

import msgspec
import numpy as np
import pytest

from parity.models import deepmd_dpmodel, deepmd_jax, deepmd_pytorch
from parity.models.known import KNOWN, explain_failure, key_of, others, shown_by
from parity.models.truth import truth_of
from parity.models.verdict import compared
from tests.parity.models.few import inputs_of, truth

pytest.importorskip("flint")
BACKENDS = {"deepmd-dpmodel": deepmd_dpmodel, "deepmd-jax": deepmd_jax, "deepmd-pytorch": deepmd_pytorch}
SHOWN = [
    ("left-handed-cell", "left-handed", "deepmd-dpmodel"),
    ("left-handed-cell", "left-handed", "deepmd-pytorch"),
    ("member-bias", "linear-biases", "deepmd-dpmodel"),
    ("constant-matrix", "polar", "deepmd-pytorch"),
]


def _with(name, **changes):
    inputs = inputs_of(name)
    return msgspec.structs.replace(inputs, data=copy.deepcopy(inputs.data) | changes)


def _left_handed_members():
    inputs = _with("linear-biases")
    inputs.data["models"][0]["pair_exclude_types"] = [[0, 1], [1, 1]]
    cell = inputs_of("left-handed")
    return msgspec.structs.replace(inputs, coords=cell.coords, atype=cell.atype, cell=cell.cell)


class TestKnown:
    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize(("name", "case", "place"), SHOWN)
    def test_is_still_there(self, name, case, place):
        backend = BACKENDS[place].BACKEND
        if why := backend.missing():
            pytest.skip(why)
        known = next(k for k in KNOWN if k.name == name)
        inputs = inputs_of(case)
        assert known.concerns(place, inputs)
        found = backend.start()(inputs)
        assert "beyond the budget" in compared(backend, found, truth(case)).reason
        assert compared(backend, found, truth_of(known.instead(inputs))).reason == ""

    @pytest.mark.filterwarnings("ignore")
    def test_linear_models_are_unknown_to_jax(self):
        backend = deepmd_jax.BACKEND
        if why := backend.missing():
            pytest.skip(why)
        with pytest.raises(RuntimeError, match="Unknown model type") as error:
            backend.start()(inputs_of("linear"))
        assert explain_failure("deepmd-jax", inputs_of("linear"), str(error.value)) != ""
        assert explain_failure("deepmd-jax", inputs_of("free"), str(error.value)) == ""
        assert explain_failure("deepmd-jax", inputs_of("linear"), "no memory") == ""

    @pytest.mark.parametrize("kind", ["linear", "linear_ener"])
    def test_both_names_of_linear_models_are_unknown(self, kind):
        inputs = _with("linear", type=kind)
        reason = f"RuntimeError: Unknown model type: {kind}."
        assert "linear-unknown" in explain_failure("deepmd-jax", inputs, reason)

    @pytest.mark.filterwarnings("ignore")
    def test_several_at_once(self):
        """Members with biases and excluded pairs, in a left-handed cell."""
        backend = deepmd_dpmodel.BACKEND
        if why := backend.missing():
            pytest.skip(why)
        inputs = _left_handed_members()
        shown = shown_by("deepmd-dpmodel", inputs)
        key = "left-handed-cell+member-bias+member-pairs"
        assert key_of(shown) == key
        instead = others(inputs)
        assert list(instead) == [key, "left-handed-cell"]
        found = backend.start()(inputs)
        for name, other in instead.items():
            agrees = compared(backend, found, truth_of(other)).reason == ""
            assert agrees == (name == key)


class TestOthers:
    @pytest.mark.parametrize(
        ("case", "names"),
        [("free", []), ("left-handed", ["left-handed-cell"]), ("polar", ["constant-matrix"]), ("linear", [])],
    )
    def test_only_where_it_applies(self, case, names):
        assert list(others(inputs_of(case))) == names

    def test_a_left_handed_cell_among_others_is_not_explained(self):
        inputs = inputs_of("left-handed")
        cell = inputs.cell.copy()
        cell[0] = cell[0][[1, 0, 2]]
        assert np.linalg.det(cell[0]) > 0.0 > np.linalg.det(cell[1])
        assert others(msgspec.structs.replace(inputs, cell=cell)) == {}
