"""`refdp convert`: the same tree in the other container."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.io.model_files import read_tree, write_tree

TREE = {"model": {"type": "dpa9", "@variables": {"w": np.arange(3.0)}}, "@variables": {"min_nbor_dist": 0.9}}


class TestCommand:
    @pytest.mark.parametrize(("first", "second"), [(".dp", ".yaml"), (".yaml", ".dp"), (".yml", ".yaml")])
    def test_there(self, first, second, refdp_command, tmp_path):
        write_tree(tmp_path / f"a{first}", TREE)
        done = refdp_command("convert", tmp_path / f"a{first}", tmp_path / f"b{second}")
        assert (done.exit_code, done.stdout) == (0, "")
        found = read_tree(tmp_path / f"b{second}")
        assert found["model"]["type"] == "dpa9"
        assert found["model"]["@variables"]["w"].tolist() == [0.0, 1.0, 2.0]
        assert found["@variables"]["min_nbor_dist"] == 0.9

    @pytest.mark.parametrize(
        ("model", "output", "said"),
        [
            ("a.dp", "b.json", "`OUTPUT`: expected a name that ends in .dp or .yaml or .yml"),
            ("a.dp", "no/b.dp", "`OUTPUT`: expected a file in a folder that exists"),
            ("b.dp", "c.dp", "b.dp: cannot be read: No such file"),
            ("a.dp", "a.dp", "a.dp exists; --force replaces it"),
            ("a.txt", "c.dp", "`path`: expected a name that ends in .dp, .yaml or .yml"),
        ],
    )
    def test_mistakes(self, model, output, said, refdp_command, tmp_path):
        write_tree(tmp_path / "a.dp", TREE)
        done = refdp_command("convert", tmp_path / model, tmp_path / output)
        assert done.exit_code == 2
        assert said in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["a.dp"]

    def test_replaces_only_when_told_to(self, refdp_command, tmp_path):
        write_tree(tmp_path / "a.dp", TREE)
        write_tree(tmp_path / "b.yaml", {"old": 1})
        refused = refdp_command("convert", tmp_path / "a.dp", tmp_path / "b.yaml")
        assert (refused.exit_code, read_tree(tmp_path / "b.yaml")) == (2, {"old": 1})
        done = refdp_command("convert", tmp_path / "a.dp", tmp_path / "b.yaml", "--force")
        assert (done.exit_code, done.stderr) == (0, "")
        assert read_tree(tmp_path / "b.yaml")["model"]["type"] == "dpa9"
