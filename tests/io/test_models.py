"""Load and save: models in files of each kind; the containers are tested in test_model_files.py."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import refdp
from refdp.errors import ConfigError, InputError, ModelFileError, SerializationError, UnsupportedError
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

    @pytest.mark.parametrize("name", ["model.dp", "model.yaml", "input.json"])
    def test_a_file_that_nobody_may_read(self, name, tmp_path, monkeypatch):
        (tmp_path / name).write_text("{}")

        def denied(*_, **__):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", denied)
        with pytest.raises(ModelFileError) as caught:
            refdp.load(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}: Permission denied"


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

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ({"min_nbor_dist": "a"}, "`min_nbor_dist`: expected a positive number of angstrom, got 'a'"),
            (
                {"min_nbor_dist": float("nan")},
                "`min_nbor_dist`: expected a positive number of angstrom, got nan",
            ),
            ({"min_nbor_dist": float("inf")}, "`min_nbor_dist`: expected a positive"),
            ({"min_nbor_dist": 0.0}, "`min_nbor_dist`: expected a positive"),
            ({"min_nbor_dist": True}, "`min_nbor_dist`: expected a positive"),
            ({"model_def_script": [1]}, r"`model_def_script`: expected a section, {...}, got [1]"),
            ({"model_def_script": []}, r"`model_def_script`: expected a section"),
            ({"like": "nothing.dp"}, "nothing.dp: cannot be read: No such file"),
        ],
    )
    def test_mistakes(self, arguments, said, tmp_path):
        with pytest.raises(InputError) as caught:
            refdp.save(tmp_path / "model.dp", model(), **arguments)
        assert str(caught.value).startswith(said)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.float64(0.5), np.int64(1)])
    def test_numbers(self, value, tmp_path):
        refdp.save(tmp_path / "model.dp", model(), min_nbor_dist=value)
        assert read_tree(tmp_path / "model.dp")["@variables"] == {"min_nbor_dist": value}

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_like_another_is_the_same_file(self, suffix, tmp_path):
        one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
        head = {"software": "x", "version": "1", "time": "then"}
        rest = {
            "backend": "y",
            "model_def_script": config(),
            "@variables": {"min_nbor_dist": 0.9},
            "more": [1],
        }
        write_tree(one, head | {"model": model().serialize()} | rest)
        refdp.save(other, refdp.load(one), like=one)
        assert other.read_bytes() == one.read_bytes()

    def test_like_another_but_for_what_is_said(self, tmp_path):
        refdp.save(tmp_path / "one.dp", model(), model_def_script=config(), min_nbor_dist=0.9)
        refdp.save(
            tmp_path / "one.dp",
            model("se_e3"),
            like=tmp_path / "one.dp",
            model_def_script={},
            min_nbor_dist=0.8,
        )
        tree = read_tree(tmp_path / "one.dp")
        assert (tree["model_def_script"], tree["@variables"]) == ({}, {"min_nbor_dist": 0.8})
        assert tree["model"]["descriptor"]["type"] == "se_e3"

    @pytest.mark.parametrize("name", ["model.json", "model.pth"])
    def test_other_names(self, name, tmp_path):
        with pytest.raises(ModelFileError, match="`path`: expected a name that ends in"):
            refdp.save(tmp_path / name, model())
        assert list(tmp_path.iterdir()) == []
