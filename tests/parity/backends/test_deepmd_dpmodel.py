from __future__ import annotations

import numpy as np
import pytest

from parity.backends.deepmd_dpmodel import BACKEND, named, tables
from parity.case import Case, build
from parity.compare import compare
from parity.truth import truth_of
from tests.parity.backends.families import NAMES, inputs_of

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(BACKEND.missing()), reason=BACKEND.missing()),
    pytest.mark.filterwarnings("ignore"),
]

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2, 4], "exclude_types": [[0, 0]]}


def _inputs(family="se_e2_a", system="pair", config=None, **more):
    return build(Case(name="x", family=family, system=system, config=CONFIG | (config or {}), **more))


class TestBackend:
    @pytest.mark.parametrize("family", ["se_e2_a", "se_e2_r"])
    @pytest.mark.parametrize("precision", ["float64", "float32"])
    def test_agrees(self, family, precision):
        inputs = _inputs(family, config={"precision": precision}, statistics="random")
        found = compare(BACKEND.start()(inputs), truth_of(inputs)[precision], "float64")
        assert found.reason == ""
        assert found.reports[0].used_max > 0.0

    @pytest.mark.parametrize("family", NAMES)
    def test_agrees_on_the_other_families(self, family):
        inputs = inputs_of(family)
        found = compare(BACKEND.start()(inputs), truth_of(inputs)["float64"], "float64")
        assert found.reason == ""
        assert found.reports[0].used_max > 0.0

    def test_does_not_change_the_inputs(self):
        inputs = _inputs(config={"exclude_types": [[0, 1]]}, statistics="random")
        weights = inputs.data["embeddings"]["networks"][0]["layers"][0]["@variables"]["w"]
        before = weights.copy()
        BACKEND.start()(inputs)
        assert (weights == before).all()

    def test_a_descriptor_it_does_not_have_is_refused(self):
        inputs = _inputs()
        inputs.data["type"] = "se_e9"
        with pytest.raises(NotImplementedError, match="has no se_e9"):
            BACKEND.start()(inputs)


class TestNamed:
    def test_frames_and_atoms_of_one_switch_are_told_apart(self):
        inputs = inputs_of("se_e3_tebd")
        found = named((np.zeros(3), None, None, None, np.arange(96.0).reshape(12, 8, 1)), inputs)
        assert found["sw"].shape == (2, 6, 8, 1)
        assert found["sw"][1, 0, 0, 0] == 48.0
        assert found["rot_mat"] is None

    def test_others_stay_as_they_are(self):
        assert named((None, None, None, None, np.zeros((12, 8, 1))), inputs_of("se_e3"))["sw"].shape == (
            12,
            8,
            1,
        )


class TestTables:
    def test_its_own_builder_gives_our_table(self):
        config = {"sel": [20, 20], "rcut": 3.1}
        ours, theirs = (_inputs(system="lattice", config=config, own_table=own) for own in (False, True))
        coord_ext, _, nlist, _ = tables(theirs)
        assert coord_ext.shape[1] > ours.coord_ext.shape[1]  # it keeps images that nobody sees
        evaluate = BACKEND.start()
        assert (evaluate(ours)["descriptor"] == evaluate(theirs)["descriptor"]).all()
        assert ((nlist >= 0) == (ours.nlist >= 0)).all()

    def test_otherwise_ours_are_taken(self):
        inputs = _inputs()
        assert all(a is b for a, b in zip(tables(inputs), inputs.call, strict=True))
