"""Trees in YAML: the text that PyYAML's safe dumper gives, read with and without its C part."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from refdp.errors import ModelFileError
from refdp.io.yaml_tree import read_yaml, write_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=90)
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | TEXT
TREES = st.dictionaries(
    TEXT.filter(lambda key: key not in {"@variables", "@is_variable", "<<"}),
    st.recursive(PLAIN, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from("abN"), x)),
    max_size=4,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("yaml") / "model.yaml"


class TestWriteYaml:
    @given(tree=TREES)
    def test_comes_back(self, path, tree):
        write_yaml(path, tree)
        found = read_yaml(path)
        assert found == tree
        assert list(found) == sorted(tree)
        assert yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) == tree

    @given(tree=TREES)
    def test_the_text_of_safe_dump(self, path, tree):
        write_yaml(path, tree)
        text = yaml.dump(tree, Dumper=yaml.CSafeDumper, default_flow_style=False)
        # What is in the tree twice is written twice here; equal texts may be one object.
        assert "&id" in text or path.read_text(encoding="utf-8") == text

    def test_an_array(self, path):
        write_yaml(path, {"@variables": {"w": np.array([[0.1, 1e-7]])}})
        assert path.read_text() == (
            "'@variables':\n  w:\n    '@class': np.ndarray\n    '@is_variable': true\n    '@version': 1\n"
            "    dtype: float64\n    value:\n    - - 0.1\n      - 1.0e-07\n"
        )

    def test_no_aliases(self, path):
        shared = ["O", "H"]
        write_yaml(path, {"a": shared, "b": shared})
        assert path.read_text() == "a:\n- O\n- H\nb:\n- O\n- H\n"


class TestReadYaml:
    def test_aliases_of_something_small(self, path):
        path.write_text("a: &x [O, H]\nb: *x\nc: &y {d: &z e}\nf: [*y, *z]\n")
        found = read_yaml(path)
        assert found == {"a": ["O", "H"], "b": ["O", "H"], "c": {"d": "e"}, "f": [{"d": "e"}, "e"]}
        found["a"].append("C")
        assert found["b"] == ["O", "H"]

    def test_an_alias_of_an_array_is_an_array_of_its_own(self, path):
        array = '{"@class": np.ndarray, "@is_variable": true, dtype: int8, value: [1, 2]}'
        path.write_text(f'"@variables":\n  a: &x {array}\n  b: *x\n')
        found = read_yaml(path)["@variables"]
        found["a"][0] = 9
        assert found["b"].tolist() == [1, 2]

    def test_quoted_and_not(self, path):
        path.write_text("a: No\nb: 'No'\nc: \"1\"\nd: 1\ne: |\n  1\nf: 2026-01-01\n")
        assert read_yaml(path) == {"a": False, "b": "No", "c": "1", "d": 1, "e": "1\n", "f": "2026-01-01"}

    def test_flow_and_comments(self, path):
        path.write_text("# a model\n{a: [1, {b: 2.5}], '@variables': {c: 3}} # that is all\n")
        assert read_yaml(path) == {"a": [1, {"b": 2.5}], "@variables": {"c": 3}}

    def test_the_line_of_a_mistake(self, path):
        path.write_text("a:\n  b:\n  - 1\n  - !x 2\n")
        with pytest.raises(
            ModelFileError, match=r"^line 4: `a\.b\[1\]`: expected plain values, without tags"
        ):
            read_yaml(path)

    def test_without_the_c_part(self, path, monkeypatch):
        tree = {"a": [1, "No", "é", 1e-7], "b": {"@variables": {"w": np.arange(4.0).reshape(2, 2)}}}
        write_yaml(path, tree)
        text = path.read_text()
        monkeypatch.delattr(yaml, "CSafeLoader")
        monkeypatch.delattr(yaml, "CSafeDumper")
        assert read_yaml(path)["a"] == tree["a"]
        assert read_yaml(path)["b"]["@variables"]["w"].tolist() == [[0.0, 1.0], [2.0, 3.0]]
        write_yaml(path, tree)
        assert yaml.safe_load(path.read_text()) == yaml.safe_load(text)
        path.write_text("a: [" * 200)
        with pytest.raises(ModelFileError, match="levels deep"):
            read_yaml(path)
