"""Trees in HDF5: what is written where, and what is read of what others wrote."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

from refdp.io.hdf5_tree import read_hdf5, write_hdf5

TREE = {"b": 1, "@variables": {"w": np.arange(3.0), "l": [2, None, True]}, "a": {"@variables": {"x": 0.5}}}


class TestWriteHdf5:
    def test_the_layout(self, tmp_path):
        write_hdf5(tmp_path / "x.dp", TREE)
        with h5py.File(tmp_path / "x.dp") as file:
            assert json.loads(file.attrs["json"]) == {
                "b": 1,
                "@variables": {"w": "/variable_0000", "l": ["/variable_0001", None, "/variable_0002"]},
                "a": {"@variables": {"x": "/variable_0003"}},
            }
            assert ": " not in file.attrs["json"]
            assert [(d.shape, d.dtype.name) for d in file.values()] == [
                ((3,), "float64"),
                ((), "int64"),
                ((), "bool"),
                ((), "float64"),
            ]
            assert {d.chunks for d in file.values()} == {None}


class TestReadHdf5:
    @pytest.mark.parametrize("libver", ["earliest", "v108", "latest"])
    def test_each_form_of_the_format(self, tmp_path, libver):
        x = np.arange(6.0).reshape(2, 3)
        with h5py.File(tmp_path / "x.dp", "w", libver=libver) as file:
            file["something"] = x
            file.attrs["json"] = '{"a": "' + 200_000 * "-" + '", "@variables": ["/something"]}'
        found = read_hdf5(tmp_path / "x.dp")
        assert len(found["a"]) == 200_000
        assert np.array_equal(found["@variables"][0], x)

    def test_stored_with_the_header(self, tmp_path):
        with h5py.File(tmp_path / "x.dp", "w") as file:
            creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            creation.set_layout(h5py.h5d.COMPACT)
            space = h5py.h5s.create_simple((2,))
            h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_DOUBLE, space, creation).write(
                space, space, np.array([1.0, 2.0])
            )
            file.attrs["json"] = '{"@variables": {"x": "/x"}}'
        assert read_hdf5(tmp_path / "x.dp")["@variables"]["x"].tolist() == [1.0, 2.0]

    def test_what_is_read_is_ones_own(self, tmp_path):
        write_hdf5(tmp_path / "x.dp", TREE)
        first = read_hdf5(tmp_path / "x.dp")
        first["@variables"]["w"][:] = 9.0
        assert read_hdf5(tmp_path / "x.dp")["@variables"]["w"].tolist() == [0.0, 1.0, 2.0]
