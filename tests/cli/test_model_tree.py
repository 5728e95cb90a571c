"""`refdp info` of a model file."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.cli.model_tree import DEEPEST, MOST_LINES, is_model_file
from refdp.io.model_files import write_tree
from tests.io.model_cases import DESCRIPTORS, model


@pytest.fixture
def shown(refdp_command, tmp_path):
    """What `refdp info` prints of a tree."""

    def show(tree, *options):
        write_tree(tmp_path / "model.dp", tree)
        done = refdp_command("info", tmp_path / "model.dp", *options)
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout

    return show


class TestIsModelFile:
    @pytest.mark.parametrize("name", ["model.dp", "a/b.yaml", "no/such.YML"])
    def test_models(self, name):
        assert is_model_file(name)

    @pytest.mark.parametrize("name", ["example:water", "example:x.dp", "data", "model.json"])
    def test_others(self, name):
        assert not is_model_file(name)

    def test_a_folder_of_such_a_name(self, tmp_path):
        (tmp_path / "water.dp").mkdir()
        assert not is_model_file(str(tmp_path / "water.dp"))


class TestShowModel:
    @pytest.mark.parametrize("suffix", [".dp", ".yaml"])
    @pytest.mark.parametrize("name", DESCRIPTORS)
    def test_each_kind(self, name, suffix, refdp_command, tmp_path):
        refdp.save(tmp_path / f"model{suffix}", model(name))
        done = refdp_command("info", tmp_path / f"model{suffix}")
        assert done.exit_code == 0
        for part in ("model: standard (Model 2)", 'type_map: ["O", "H"]', "fitting: ener (Fitting 4)"):
            assert part in done.stdout
        assert "-3-3-1 tanh, then linear, " in done.stdout
        assert "bias_atom_e: (2, 1) float64: [[" in done.stdout

    def test_line_by_line(self, shown):
        lines = shown({"model": model().serialize()}).splitlines()
        assert lines[0].endswith("model.dp: 142 parameters of nets, 88 other numbers")
        assert "    ├── descriptor: se_e2_a (Descriptor 2)" in lines
        assert "    │   │       ├── [0]: 1-2-4 tanh, 22 numbers, float64" in lines

    def test_json(self, shown):
        m = model()
        found = json.loads(shown({"model": m.serialize()}, "--json"))
        assert found["parameters"] == 142
        assert found["other_numbers"] == 88
        assert found["tree"]["model"]["type_map"] == ["O", "H"]
        net = found["tree"]["model"]["descriptor"]["embeddings"]["networks"][0]
        assert net == {"net": [1, 2, 4], "activation_function": "tanh", "dtype": "float64", "numbers": 22}

    def test_kinds_that_refdp_does_not_know(self, shown):
        tree = {
            "model": {"type": "dpa9", "new": {"@variables": {"x": np.ones((9, 2))}}, "b": [1, {"c": None}]}
        }
        text = shown(tree)
        for part in ("model: dpa9", "x: (9, 2) float64", "b: a list of 2", "[0]: 1", "not set: c"):
            assert part in text

    def test_many(self, shown):
        text = shown({"list": [{"a": 1}] * (MOST_LINES + 5)})
        assert "... and 5 more" in text
        assert f"[{MOST_LINES - 1}]" in text
        assert f"[{MOST_LINES}]" not in text

    def test_deep(self, shown):
        tree = {}
        for _ in range(90):
            tree = {"a": tree, "@class": "X"}
        assert shown(tree).count("(X)") == DEEPEST

    def test_nothing_that_a_terminal_obeys(self, shown):
        text = shown({"a\x1b[2J": "\x1b]0;x\x07", "b": {"c\n": {}}, "type": "\x9b1m", "@class": "x\x7f"})
        assert not set(text) & {"\x1b", "\x07", "\x9b", "\x7f"}

    def test_long_text_is_cut(self, shown):
        assert len(max(shown({"a": "x" * 10_000, "b": [1] * 10_000}).splitlines(), key=len)) < 250

    def test_what_cannot_be_read(self, refdp_command, tmp_path):
        (tmp_path / "model.dp").write_text("no")
        done = refdp_command("info", tmp_path / "model.dp")
        assert done.exit_code == 2
        assert "model.dp: damaged, or no HDF5 file" in done.stderr
