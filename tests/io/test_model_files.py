"""Trees in files: the same as DeePMD-kit reads and writes, to the bit and, where it can be, to the byte."""

from __future__ import annotations

import os

import numpy as np
import pytest

import refdp
from refdp.errors import ConfigError, InputError, ModelFileError, UnsupportedError
from refdp.io.model_files import SUFFIXES, of_file, read_tree, regular_file, write_tree
from tests.helpers import differences
from tests.io.model_cases import DESCRIPTORS, config

# No value has its like beside it, so that nothing can be taken for anything else.
TREE = {
    "software": "refdp",
    "b": {"@variables": {"w": np.arange(6.0).reshape(2, 3) / 7, "b": None}, "z": "No", "n": None},
    "a": [1, -2, 0.1, 1e-7, 1e22, -0.0, float("inf"), True, "", "é", "1e5", "null", [[]], {}],
    "@variables": {"list": [np.ones(1, np.float32), {"deep": np.array([2**63], np.uint64)}]},
}
ARRAYS = {
    "float64": np.array([0.1, 5e-324, 1.7976931348623157e308, -0.0, np.inf, 1e-5, 1e16]),
    "float32": np.array([[0.1], [1e-45], [3.4028235e38]], np.float32),
    "float16": np.array([0.1, 6e-8, 65504.0], np.float16),
    "int64": np.array([-(2**63), 2**63 - 1]),
    "uint64": np.array([0, 2**64 - 1], np.uint64),
    "int8": np.array([[[-128, 127]]], np.int8),
    "bool": np.array([True, False]),
    "nothing": np.zeros(0),
    "no rows": np.zeros((0, 3), np.float32),
    "no columns": np.zeros((2, 0)),
    "no pages": np.zeros((2, 0, 3)),
    "columns first": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "every other": np.arange(10.0)[::2],
    "big-endian": np.arange(3.0).astype(">f8"),
}


def bfloat16():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    return np.array([0.1, -3e38, 1e-40], ml_dtypes.bfloat16)


@pytest.fixture
def written(tmp_path):
    """Write a tree and read it."""

    def there_and_back(tree, suffix):
        write_tree(tmp_path / f"model{suffix}", tree)
        return read_tree(tmp_path / f"model{suffix}")

    return there_and_back


def sort_keys(tree):
    if isinstance(tree, dict):
        return {key: sort_keys(tree[key]) for key in sorted(tree)}
    return [sort_keys(x) for x in tree] if isinstance(tree, list) else tree


class TestThereAndBack:
    def test_hdf5_keeps_everything(self, written):
        assert differences(written(TREE, ".dp"), TREE) == []

    @pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML"])
    def test_yaml_keeps_everything_but_the_order(self, written, suffix):
        assert differences(written(TREE, suffix), sort_keys(TREE)) == []

    @pytest.mark.parametrize("suffix", [".dp", ".yaml"])
    @pytest.mark.parametrize("name", [*ARRAYS, "bfloat16"])
    def test_bits_dtypes_and_shapes(self, written, suffix, name):
        x = ARRAYS[name] if name in ARRAYS else bfloat16()
        back = written({"@variables": {"x": x}}, suffix)["@variables"]["x"]
        assert back.shape == x.shape
        assert back.dtype == x.dtype.newbyteorder("=")
        assert back.tobytes() == x.astype(back.dtype).tobytes()

    def test_nan_stays_nan(self, written):
        for suffix in (".dp", ".yaml"):
            assert np.isnan(
                written({"@variables": {"x": np.full(2, np.nan)}}, suffix)["@variables"]["x"]
            ).all()

    @pytest.mark.parametrize("value", [2.5, 3, True, np.float64(2.5), np.float32(0.1), np.array(1.5)])
    def test_scalars_below_variables(self, written, value):
        in_hdf5 = written({"@variables": {"x": value}}, ".dp")["@variables"]["x"]
        assert isinstance(in_hdf5, np.generic)
        assert (in_hdf5, in_hdf5.dtype) == (value, np.asarray(value).dtype)
        in_yaml = written({"@variables": {"x": value}}, ".yaml")["@variables"]["x"]
        assert (in_yaml, np.asarray(in_yaml).dtype) == (value, np.asarray(value).dtype)

    @pytest.mark.parametrize("suffix", [".dp", ".yaml"])
    def test_what_is_written_as_something_plainer(self, written, suffix):
        tree = {"a": np.float32(0.5), "b": np.int8(3), "c": np.True_, "d": np.str_("x"), "e": (1, (2, 3))}
        assert written(tree, suffix) == {"a": 0.5, "b": 3, "c": True, "d": "x", "e": [1, [2, 3]]}

    def test_from_one_to_the_other(self, written, tmp_path):
        once = written(TREE | {"@variables": {"min_nbor_dist": 0.9}}, ".dp")
        assert differences(written(once, ".yaml")["b"], sort_keys(TREE["b"])) == []


class TestWriteTree:
    @pytest.mark.parametrize("suffix", [".dp", ".yaml"])
    @pytest.mark.parametrize(
        ("tree", "said"),
        [
            ([1], "`the tree`: expected a dictionary"),
            ({"a": np.ones(2)}, "`a`: expected text, a number"),
            ({"a": {1: 2}}, "`a`: expected keys that are text, got 1"),
            ({"a": [2**64]}, r"`a\[0\]`: expected an integer of 64 bits"),
            ({"a": "\udc80"}, "`a`: expected Unicode text"),
            ({"a": b"x"}, "`a`: expected text, a number"),
            ({"a": {"@is_variable": True}}, "`a`: expected an array"),
            ({"@variables": {"x": np.ones(1, complex)}}, "`@variables.x`: expected"),
            ({"@variables": {"x": np.array(["a"])}}, "`@variables.x`: expected"),
            ({"@variables": {"x": np.array([None])}}, "`@variables.x`: expected"),
            ({"@variables": {"x": np.ones(1, np.longdouble)}}, "`@variables.x`: expected"),
        ],
    )
    def test_what_would_not_come_back(self, tmp_path, suffix, tree, said):
        with pytest.raises(ModelFileError, match=said):
            write_tree(tmp_path / f"model{suffix}", tree)
        assert list(tmp_path.iterdir()) == []

    def test_text_below_variables_has_no_place_in_hdf5(self, tmp_path):
        with pytest.raises(ModelFileError, match=r"`@variables\.x`: expected real numbers"):
            write_tree(tmp_path / "model.dp", {"@variables": {"x": "text"}})

    @pytest.mark.parametrize("name", ["model.json", "model.hlo", "model", "no/model.dp"])
    def test_names(self, tmp_path, name):
        with pytest.raises(ModelFileError, match="`path`: expected a "):
            write_tree(tmp_path / name, {})

    def test_what_is_no_file_stays(self, tmp_path):
        os.mkfifo(tmp_path / "model.dp")
        with pytest.raises(InputError, match="`path`: expected a file, or a new name"):
            write_tree(tmp_path / "model.dp", {})
        assert (tmp_path / "model.dp").is_fifo()

    def test_an_error_leaves_what_was_there(self, tmp_path):
        write_tree(tmp_path / "model.yaml", {"a": 1})
        with pytest.raises(ModelFileError):
            write_tree(tmp_path / "model.yaml", {"a": b""})
        assert read_tree(tmp_path / "model.yaml") == {"a": 1}


class TestOfFile:
    @pytest.mark.parametrize("kind", [ConfigError, ModelFileError, UnsupportedError])
    def test_the_kind_stays(self, kind):
        with pytest.raises(kind, match=r"^a/model\.dp: `x`: no$"), of_file("a/model.dp"):
            raise kind("`x`: no")

    def test_errors_of_the_system_name_this_file(self):
        with pytest.raises(ModelFileError) as caught, of_file("a/model.dp"):
            raise OSError(28, "Unable to write .refdp-1234.dp (No space left on device)")
        assert str(caught.value) == "a/model.dp: No space left on device"
        with pytest.raises(ModelFileError, match=r"^a/model\.dp: no$"), of_file("a/model.dp"):
            raise OSError("no")


class TestRegularFile:
    def test_returns_its_path(self, tmp_path):
        (tmp_path / "x").write_text("x")
        assert regular_file(str(tmp_path / "x")) == tmp_path / "x"

    def test_a_name_that_cannot_be(self):
        with pytest.raises(ModelFileError, match="cannot be read: embedded null byte"):
            regular_file("a\0b")


def deepmd():
    """DeePMD-kit's own reader and writer."""
    module = pytest.importorskip("deepmd.dpmodel.utils.serialization")
    return module.load_dp_model, module.save_dp_model


@pytest.fixture(scope="module", params=DESCRIPTORS)
def theirs(request):
    """The tree of a model of DeePMD-kit's, with numbers in every place."""
    get_model = pytest.importorskip("deepmd.dpmodel.model.model").get_model
    model = get_model(config(request.param)).serialize()
    model["@variables"]["out_bias"] = np.array([[[-93.57], [-187.1]]])
    head = {"software": "x", "version": "1", "time": "2026-01-01 00:00:00", "backend": "NumPy"}
    return head | {"model": model, "model_def_script": config(request.param), "@variables": {}}


class TestAgainstDeepmd:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_theirs_is_read_as_they_read_it(self, theirs, suffix, tmp_path):
        load_dp_model, save_dp_model = deepmd()
        save_dp_model(str(tmp_path / f"model{suffix}"), theirs)
        found = read_tree(tmp_path / f"model{suffix}")
        assert differences(found, load_dp_model(str(tmp_path / f"model{suffix}"))) == []
        assert differences(sort_keys(found), sort_keys(theirs)) == []

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_ours_is_the_same_file(self, theirs, suffix, tmp_path):
        _, save_dp_model = deepmd()
        save_dp_model(str(tmp_path / f"theirs{suffix}"), theirs)
        write_tree(tmp_path / f"ours{suffix}", theirs)
        ours, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("ours", "theirs"))
        assert ours == other

    def test_each_container_holds_the_same_model(self, theirs, tmp_path):
        _, save_dp_model = deepmd()
        for suffix in (".dp", ".yaml"):
            save_dp_model(str(tmp_path / f"model{suffix}"), theirs)
        one, other = (refdp.load(tmp_path / f"model{suffix}").serialize() for suffix in (".dp", ".yaml"))
        assert differences(one, other) == []
        assert differences(sort_keys(one), sort_keys(theirs["model"])) == []

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_what_refdp_saves_is_read_there(self, theirs, suffix, tmp_path):
        load_dp_model, _ = deepmd()
        model = refdp.deserialize(theirs["model"])
        refdp.save(tmp_path / f"model{suffix}", model, model_def_script={"a": 1}, min_nbor_dist=0.9)
        found = load_dp_model(str(tmp_path / f"model{suffix}"))
        assert differences(sort_keys(found["model"]), sort_keys(theirs["model"])) == []
        assert found["@variables"]["min_nbor_dist"] == 0.9
        assert (found["software"], found["model_def_script"]) == ("refdp", {"a": 1})


class TestKnownDifferences:
    """What DeePMD-kit does to files that refdp reads exactly; if one of these fails, it was mended there."""

    def test_bfloat16_becomes_bytes_in_hdf5(self, tmp_path):
        load_dp_model, _ = deepmd()
        write_tree(tmp_path / "model.dp", {"@variables": {"x": bfloat16()}})
        assert load_dp_model(str(tmp_path / "model.dp"))["@variables"]["x"].dtype == np.dtype("V2")

    def test_shapes_behind_an_axis_of_length_zero_are_lost_in_yaml(self, tmp_path):
        load_dp_model, _ = deepmd()
        write_tree(tmp_path / "model.yaml", {"@variables": {"x": np.zeros((0, 3))}})
        assert load_dp_model(str(tmp_path / "model.yaml"))["@variables"]["x"].shape == (0,)

    def test_scalars_do_not_go_from_hdf5_to_yaml(self, tmp_path):
        load_dp_model, save_dp_model = deepmd()
        write_tree(tmp_path / "model.dp", {"@variables": {"min_nbor_dist": 0.9}})
        with pytest.raises(Exception, match="cannot represent an object"):
            save_dp_model(str(tmp_path / "model.yaml"), load_dp_model(str(tmp_path / "model.dp")))
        write_tree(tmp_path / "model.yaml", read_tree(tmp_path / "model.dp"))
        assert read_tree(tmp_path / "model.yaml") == {"@variables": {"min_nbor_dist": 0.9}}
