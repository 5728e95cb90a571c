from __future__ import annotations

import numpy as np
import pytest

from parity.backends.files import load, load_inputs, save, save_inputs
from parity.case import Case, build
from tests.helpers import differences
from tests.parity.models.few import inputs_of


class TestSave:
    def test_round_trip(self, tmp_path):
        tree = {
            "a": [1, 2.5, "x", None, True, {"b": np.arange(3)}],
            "c": {
                "@variables": {"w": np.array(0.1, np.float32), "n": np.zeros((0, 3)), "s": np.float64(0.1)}
            },
            "nan": float("nan"),
        }
        save(tmp_path / "tree.npz", tree)
        back = load(tmp_path / "tree.npz")
        assert back["a"][:5] == [1, 2.5, "x", None, True]
        assert np.array_equal(back["a"][5]["b"], np.arange(3))
        w, n, s = back["c"]["@variables"].values()
        assert (w.dtype, w.shape, float(w)) == (np.float32, (), float(np.float32(0.1)))
        assert n.shape == (0, 3)
        assert s == 0.1
        assert np.isnan(back["nan"])

    def test_leaves_nothing_beside_the_file(self, tmp_path):
        save(tmp_path / "tree.npz", {"a": np.zeros(2)})
        save(tmp_path / "tree.npz", {"a": np.ones(2)})
        assert [file.name for file in tmp_path.iterdir()] == ["tree.npz"]
        assert load(tmp_path / "tree.npz")["a"].tolist() == [1.0, 1.0]

    def test_objects_are_not_pickled(self, tmp_path):
        with pytest.raises(ValueError, match="allow_pickle"):
            save(tmp_path / "tree.npz", {"a": np.array([object()])})


class TestSaveInputs:
    def test_round_trip_to_the_bit(self, tmp_path):
        config = {"rcut": 3.6, "rcut_smth": 0.1, "sel": [2, 2], "neuron": [2, 4], "exclude_types": [[0, 0]]}
        inputs = build(Case(name="x", family="se_e2_r", system="pair", config=config, statistics="random"))
        save_inputs(tmp_path / "x.npz", inputs)
        back = load_inputs(tmp_path / "x.npz")
        assert back.case == inputs.case
        assert back.cell is None
        assert all(
            np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(back.call, inputs.call, strict=True)
        )
        assert back.data["rcut_smth"] == 0.1
        assert back.data["exclude_types"] == [[0, 0]]
        for name, x in inputs.data["@variables"].items():
            assert np.array_equal(back.data["@variables"][name], x)

    def test_a_whole_model(self, tmp_path):
        inputs = inputs_of("parameters")
        save_inputs(tmp_path / "case.npz", inputs)
        back = load_inputs(tmp_path / "case.npz")
        assert back.case == inputs.case
        assert np.array_equal(back.aparam, inputs.aparam)
        assert differences(back.data["@variables"], inputs.data["@variables"]) == []
        assert (back.file, back.cell.shape) == (None, (2, 3, 3))
