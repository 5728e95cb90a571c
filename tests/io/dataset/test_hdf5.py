"""Tests of refdp.io.dataset.hdf5."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.errors import InputError, UnsupportedError
from refdp.io.dataset import find_systems, load_system
from tests.datasets import make, to_hdf5

h5py = pytest.importorskip("h5py")


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path / "sys")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "all.hdf5"


@pytest.fixture
def group(folder, file):
    return to_hdf5(folder, file, "water/bulk")


class TestOpenData:
    def test_is_what_the_folder_is(self, folder, file, group):
        inside, outside = refdp.open_data(group), refdp.open_data(folder)
        assert (inside.name, inside.nf, inside.labels) == (f"{file}#/water/bulk", 5, outside.labels)
        for name in outside.labels:
            assert np.array_equal(inside.label(name), outside.label(name)), name
        system, expected = inside.system(slice(1, 4)), outside.system(slice(1, 4))
        assert np.array_equal(system.coords, expected.coords)
        assert np.array_equal(system.cell, expected.cell)
        assert system.type_map == ("O", "H")
        assert [len(chunk) for chunk in inside.chunks(3)] == [3, 2]

    @pytest.mark.parametrize("kind", ["i1", "u8", ">i4", "S1"])
    def test_types_of_any_format(self, group, file, kind):
        with h5py.File(file, "a") as root:
            del root["water/bulk/type.raw"]
            root["water/bulk/type.raw"] = np.array([1, 0, 1]).astype(kind)
        assert refdp.open_data(group).types.tolist() == [1, 0, 1]
        assert refdp.open_data(group).types.dtype == np.int64

    @pytest.mark.parametrize("spelling", ["{}#/water/bulk", "{}#water/bulk", "{}#/water/bulk/"])
    def test_spellings(self, group, file, spelling):
        assert refdp.open_data(spelling.format(file)).nf == 5

    def test_the_file_itself(self, folder, file):
        to_hdf5(folder, file, "/")
        assert refdp.open_data(file).nf == refdp.open_data(f"{file}#/").nf == 5

    def test_nopbc(self, folder, file):
        (folder / "nopbc").touch()
        assert load_system(to_hdf5(folder, file, "x")).cell is None

    def test_h5py_is_optional(self, group, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "h5py", None)
        with pytest.raises(UnsupportedError, match=r"pip install 'refdp\[models\]'"):
            refdp.open_data(group)


def _replace(name, **arguments):
    def damage(root):
        group = root["water/bulk"]
        del group[name]
        if arguments:
            group.create_dataset(name, **arguments)

    return damage


def _link(name, link):
    def damage(root):
        del root[f"water/bulk/{name}"]
        root[f"water/bulk/{name}"] = link

    return damage


def _elsewhere(root):
    """Say of the energies that they are in another file, which exists."""
    group = root["water/bulk/set.000"]
    del group["energy.npy"]
    other = f"{root.filename}.other"
    with h5py.File(other, "w") as file:
        file["x"] = np.zeros(3)
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource(other, "x", (3,))
    group.create_virtual_dataset("energy.npy", layout)


def _float_of_bias(name, bias):
    """A float of eight bytes whose smallest exponent is far away; nothing on this machine can hold it."""

    def damage(root):
        group, place = root["water/bulk/set.000"], name.encode()
        del group[name]
        kind = h5py.h5t.IEEE_F64LE.copy()
        kind.set_ebias(bias)
        made = h5py.h5d.create(group.id, place, kind, h5py.h5s.create_simple((3, 9)))
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.zeros((3, 9)), mtype=kind)

    return damage


class TestProblems:
    @pytest.mark.parametrize(
        ("damage", "place", "words"),
        [
            (_replace("type.raw"), "type.raw", "an HDF5 dataset, got nothing"),
            (_replace("set.000/coord.npy"), "set.000/coord.npy", "an HDF5 dataset, got nothing"),
            (_link("set.000/coord.npy", h5py.ExternalLink("x.h5", "/a")), "set.000", "An|Unable|unable|link"),
            (_link("set.000", h5py.SoftLink("/nowhere")), "water/bulk", "an HDF5 file that can be read"),
            (_link("type.raw", h5py.SoftLink("/water/bulk/set.000/coord.npy")), "type.raw", "got a link"),
            (_replace("type.raw", data=h5py.Empty("i4")), "type.raw", "an HDF5 file that can be read"),
            (_replace("type.raw", shape=(2**40,), dtype="i8", chunks=(10,)), "type.raw", "at most"),
            (_replace("type.raw", shape=(2 * 10**7,), dtype="i1", compression="gzip"), "type.raw", "at most"),
            (_replace("type.raw", shape=(2 * 10**6,), dtype="S1", compression="gzip"), "type.raw", "at most"),
            (
                _replace("type.raw", data=np.array([2**63], "u8")),
                "type.raw",
                "numbers up to 9223372036854775807",
            ),
            (_replace("type.raw", data=[0.5]), "type.raw", "one integer an atom"),
            (_float_of_bias("coord.npy", 16384), "set.000/coord.npy", "an HDF5 file that can be read"),
            (_float_of_bias("force.npy", 2**30), "set.000/force.npy", "an HDF5 file that can be read"),
            (
                _replace("set.000/energy.npy", shape=(2**40,), dtype="f8", chunks=(10,)),
                "energy.npy",
                r"numbers of the shape \(1099511627776,\), got none",
            ),
            (_elsewhere, "energy.npy", "an array that is stored in this file, got one that is not"),
            (
                _replace("set.000/energy.npy", shape=(3,), dtype="f8", external=[("/dev/zero", 0, 24)]),
                "energy.npy",
                "an array that is stored in this file",
            ),
            (_replace("set.000/energy.npy", data=np.zeros(4)), "energy.npy", r"the shape \(3, 1\)"),
            (_replace("set.000/energy.npy", data=[b"a"] * 3), "energy.npy", "real numbers"),
        ],
    )
    def test_names_the_array(self, group, file, damage, place, words):
        with h5py.File(file, "a") as root:
            damage(root)
        with pytest.raises(InputError, match=rf"all.hdf5#/.*{place}.*expected .*({words})"):
            refdp.open_data(group)

    def test_no_such_group(self, group, file):
        with pytest.raises(InputError, match=r"all.hdf5#/water/ice: expected an HDF5 group, got nothing"):
            refdp.open_data(f"{file}#/water/ice")

    def test_groups_that_could_be_meant(self, folder, group, file):
        words = rf"expected a group that is a system: {file}#/water/bulk, got '{file}'"
        with pytest.raises(InputError, match=words):
            refdp.open_data(file)
        with pytest.raises(InputError, match=r"a group that is a system: .*#/water/bulk, got"):
            refdp.open_data(f"{file}#/water")
        for k in range(9):
            to_hdf5(folder, file, f"ice/{k}")
        with pytest.raises(InputError, match=r"#/ice/0, .*#/ice/7 and 2 more, got"):
            refdp.open_data(file)

    def test_a_file_cut_short(self, group, file):
        file.write_bytes(file.read_bytes()[:2000])
        with pytest.raises(InputError, match=r"all.hdf5: expected an HDF5 file that can be read"):
            refdp.open_data(group)

    def test_a_file_that_is_none(self, file):
        file.write_bytes(b"nothing")
        with pytest.raises(InputError, match="`path`: expected the folder of a system"):
            refdp.open_data(f"{file}#/x")


class TestFindSystems:
    def test_in_order_of_names(self, folder, file):
        names = ("b", "a/deep", "a")
        for name in names:
            to_hdf5(folder, file, name)
        assert find_systems(file) == [f"{file}#/a", f"{file}#/a/deep", f"{file}#/b"]
        assert find_systems(f"{file}#/a") == [f"{file}#/a", f"{file}#/a/deep"]
        assert [refdp.open_data(name).nf for name in find_systems(file)] == [5, 5, 5]
