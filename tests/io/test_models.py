"""Load and save: models in files of each kind; the containers are tested in test_model_files.py."""

from __future__ import annotations

import json

import numpy as np
import pytest

import refdp
from refdp.errors import ConfigError, ModelFileError, SerializationError, UnsupportedError
from refdp.io.model_files import read_tree, write_tree
from tests.helpers import descriptor, differences
from tests.io.model_cases import DESCRIPTORS, config, model

SUFFIXES = [".dp", ".yaml", ".yml"]


@pytest.mark.parametrize("suffix", SUFFIXES)
class TestThereAndBack:
    @pytest.mark.parametrize("name", DESCRIPTORS)
    def test_the_dictionary(self, name, suffix, tmp_path):
        m = model(name)
        refdp.save(tmp_path / f"model{suffix}", m)
        assert sorted_differences(refdp.load(tmp_path / f"model{suffix}").serialize(), m.serialize()) == []

    def test_the_numbers(self, suffix, tmp_path):
        m, system = model(), refdp.System([[0.0, 0, 0], [1.0, 0, 0], [0.3, 0.9, 0]], [0, 1, 1])
        refdp.save(tmp_path / f"model{suffix}", m)
        back = refdp.load(str(tmp_path / f"model{suffix}"))
        one, other = (refdp.evaluate(x, system, fparam=np.array([[0.5]])) for x in (m, back))
        for name in ("energy", "forces", "virial"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        assert np.all(one.energy != 0.0)

    def test_a_descriptor_alone(self, suffix, tmp_path):
        d = descriptor()
        refdp.save(tmp_path / f"model{suffix}", d)
        assert sorted_differences(refdp.load(tmp_path / f"model{suffix}").serialize(), d.serialize()) == []


def sorted_differences(a, b):
    return differences(sort_keys(a), sort_keys(b))


def sort_keys(tree):
    if isinstance(tree, dict):
        return {key: sort_keys(tree[key]) for key in sorted(tree)}
    return [sort_keys(x) for x in tree] if isinstance(tree, list | tuple) else tree


class TestLoad:
    def test_an_input_file(self, tmp_path):
        (tmp_path / "input.json").write_text(json.dumps({"model": config(), "training": {}}))
        assert differences(refdp.load(tmp_path / "input.json").serialize(), model().serialize()) == []

    @pytest.mark.parametrize(
        ("text", "kind", "said"),
        [
            ("{", ModelFileError, "no JSON: line 1"),
            ("[]", ModelFileError, "`the file`: expected a JSON object"),
            ('{"a": 1, "a": 1}', ModelFileError, "the key 'a' stands there twice"),
            (b"\xff", ModelFileError, "no UTF-8 text: byte 0"),
            ("", ModelFileError, "`path`: expected a model, got 'an empty file'"),
            ('{"model": {"descriptor": {"type": "se_e2_a"}}}', ConfigError, "fitting_net"),
        ],
    )
    def test_input_files_with_mistakes(self, text, kind, said, tmp_path):
        path = tmp_path / "input.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(kind) as caught:
            refdp.load(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert said in str(caught.value)

    @pytest.mark.parametrize(
        ("tree", "kind", "said"),
        [
            ({"a": 1, "b": 2}, ModelFileError, "`model`: expected this key at the top, got 'the keys a, b'"),
            ({"model": 1}, SerializationError, "`data`: expected a dictionary"),
            ({"model": {"type": "dpa9"}}, SerializationError, "`type`: expected one of"),
        ],
    )
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_other_trees(self, tree, kind, said, suffix, tmp_path):
        write_tree(tmp_path / f"model{suffix}", tree)
        with pytest.raises(kind) as caught:
            refdp.load(tmp_path / f"model{suffix}")
        assert str(caught.value).startswith(f"{tmp_path / f'model{suffix}'}: ")
        assert said in str(caught.value)

    def test_what_is_not_supported(self, tmp_path):
        tree = {"model": model().serialize()}
        tree["model"]["descriptor"]["compress"] = {"a": 1}
        write_tree(tmp_path / "model.dp", tree)
        with pytest.raises(UnsupportedError, match=r"model\.dp: .*compress"):
            refdp.load(tmp_path / "model.dp")


class TestSave:
    def test_the_head(self, tmp_path):
        script = {"type_map": ["O", "H"]}
        refdp.save(tmp_path / "model.dp", model(), model_def_script=script, min_nbor_dist=0.88)
        tree = read_tree(tmp_path / "model.dp")
        assert list(tree)[:4] == ["software", "version", "time", "model"]
        assert (tree["software"], tree["version"]) == ("refdp", refdp.__version__)
        assert tree["model_def_script"] == script
        assert tree["@variables"] == {"min_nbor_dist": 0.88}

    def test_the_script_is_always_there(self, tmp_path):
        refdp.save(tmp_path / "model.yaml", model())
        tree = read_tree(tmp_path / "model.yaml")
        assert tree["model_def_script"] == {}
        assert "@variables" not in tree

    @pytest.mark.parametrize("name", ["model.json", "model.pth"])
    def test_other_names(self, name, tmp_path):
        with pytest.raises(ModelFileError, match="`path`: expected a name that ends in"):
            refdp.save(tmp_path / name, model())
        assert list(tmp_path.iterdir()) == []
