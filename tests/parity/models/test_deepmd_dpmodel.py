from __future__ import annotations

import msgspec
import pytest

from parity.models.deepmd_dpmodel import BACKEND, arguments, data_of
from parity.models.own import model_of
from parity.models.verdict import compared
from tests.helpers import differences
from tests.parity.models.few import inputs_of, truth

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(BACKEND.missing()), reason=BACKEND.missing()),
    pytest.mark.filterwarnings("ignore"),
]


class TestDataOf:
    def test_is_a_copy(self):
        inputs = inputs_of("free")
        data = data_of(inputs)
        data["descriptor"]["rcut"] = 1.0
        assert inputs.data["descriptor"]["rcut"] == 2.6

    def test_a_file_is_read_by_deepmd(self, tmp_path):
        import refdp

        inputs = inputs_of("free")
        refdp.save(tmp_path / "model.dp", model_of(inputs))
        stored = msgspec.structs.replace(inputs, data=None, file=str(tmp_path / "model.dp"))
        assert differences(data_of(stored)["@variables"], inputs.data["@variables"]) == []


class TestArguments:
    def test_cells_are_rows_of_nine(self):
        coords, atype, cell, fparam, aparam = arguments(inputs_of("parameters"))
        assert [x.shape for x in (coords, atype, cell, fparam, aparam)] == [
            (2, 6, 3),
            (2, 6),
            (2, 9),
            (2, 2),
            (2, 6, 3),
        ]
        assert arguments(inputs_of("free"))[2] is None


class TestBackend:
    @pytest.mark.parametrize(
        "name", ["one-side", "virtual", "parameters", "dipole", "polar", "zbl", "linear"]
    )
    def test_agrees(self, name):
        found = BACKEND.start()(inputs_of(name))
        assert "forces" not in found
        assert compared(BACKEND, found, truth(name)).reason == ""
