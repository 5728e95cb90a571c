from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from parity.backends.deepmd_pytorch import prepare
from parity.backends.registry import find
from parity.models.deepmd_infer import BACKEND, PLACE, engine_of
from parity.models.deepmd_pytorch import BACKEND as PYTORCH
from parity.models.own import model_of
from parity.models.verdict import compared
from tests.parity.models.few import inputs_of, truth

pytest.importorskip("flint")
pytestmark = [
    pytest.mark.skipif(bool(PYTORCH.missing()), reason=PYTORCH.missing()),
    pytest.mark.filterwarnings("ignore"),
]


class TestBackend:
    def test_is_found_at_its_place(self):
        assert find(PLACE) is BACKEND

    @pytest.mark.parametrize("name", ["radial", "dipole", "property", "dos"])
    def test_a_frozen_file_agrees(self, name, tmp_path):
        prepare()
        from deepmd.pt.utils.serialization import deserialize_to_file

        inputs = inputs_of(name)
        file = tmp_path / "model.pth"
        deserialize_to_file(str(file), {"model": model_of(inputs).serialize(), "model_def_script": {}})
        found = BACKEND.start()(msgspec.structs.replace(inputs, data=None, file=str(file)))
        comparison = compared(BACKEND, found, truth(name))
        assert comparison.reason == ""
        assert {report.name for report in comparison.reports} == set(truth(name))


class TestEngineOf:
    @pytest.mark.parametrize(
        ("file", "name"),
        [("x.PTH", "deepmd-pytorch"), ("x.pb", "deepmd-tensorflow"), ("x.onnx", "deepmd")],
    )
    def test_is_told_by_the_suffix(self, file, name):
        assert engine_of(Path(file)) == name
