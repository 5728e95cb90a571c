"""Tests of refdp.io.dataset.reading, and of sets and columns: what is opened, and what is not."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.io.dataset import find_systems, has_aparam, load_system
from tests.datasets import arrays, make


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path / "sys")


class TestOneFrame:
    """A set of one frame may do without the axis of frames, as DeePMD-kit reads it."""

    def test_all_flat(self, tmp_path):
        folder = make(tmp_path / "one", sets=(1,))
        flat = {name: values[0] for name, values in arrays(1).items()}
        for name, values in flat.items():
            np.save(folder / f"set.000/{name}.npy", values)
        data = refdp.open_data(folder)
        assert data.nf == 1
        assert np.array_equal(data.system().coords.ravel(), flat["coord"])
        assert np.array_equal(data.system().cell.ravel(), flat["box"])
        for name, values in flat.items():
            if name not in ("coord", "box"):
                assert np.array_equal(data.label(name).ravel(), np.ravel(values)), name
                assert len(data.label(name)) == 1
                assert len(data.label(name, slice(0, 0))) == 0

    def test_beside_sets_of_more(self, tmp_path):
        folder = make(tmp_path / "one", sets=(2, 1))
        for name in ("coord", "box"):
            np.save(folder / f"set.001/{name}.npy", arrays(1, 1)[name][0])
        data = refdp.open_data(folder)
        assert np.array_equal(data.system(2).coords.ravel(), arrays(1, 1)["coord"][0])

    def test_three_axes(self, tmp_path):
        folder = make(tmp_path / "x", sets=(2,))
        np.save(folder / "set.000/coord.npy", arrays(2)["coord"].reshape(2, 3, 3))
        np.save(folder / "set.000/virial.npy", arrays(2)["virial"].reshape(2, 3, 3))
        data = refdp.open_data(folder)
        assert np.array_equal(data.system().coords.ravel(), arrays(2)["coord"].ravel())
        assert np.array_equal(data.label("virial").ravel(), arrays(2)["virial"].ravel())


def _save(name, content):
    return lambda folder: np.save(folder / f"set.001/{name}.npy", content)


class TestProblems:
    @pytest.mark.parametrize(
        ("damage", "place", "words"),
        [
            (
                _save("force", np.zeros((2, 6))),
                "force",
                r"the shape \(2, 9\), for 2 frames of 3 atoms, got \(2, 6\)",
            ),
            (
                _save("energy", np.zeros(3)),
                "energy",
                r"the shape \(2, 1\), for 2 frames of 3 atoms, got \(3,\)",
            ),
            (_save("energy", np.zeros((2, 2))), "energy", r"the shape \(2, 1\)"),
            (_save("virial", np.zeros((2, 6))), "virial", r"the shape \(2, 9\)"),
            (_save("energy", np.float64(1.0)), "energy", r"got \(\)"),
            (_save("gap", np.zeros((1, 1))), "gap", r"the shape \(2, any\)"),
            (
                _save("gap", np.zeros((2, 2))),
                "gap",
                r"\(1,\) numbers a frame, as in .*set.000/gap.npy, got \(2,\)",
            ),
            (_save("energy", np.zeros((2, 1), object)), "energy", "real numbers, got one of object"),
            (_save("energy", np.array(["a", "b"])), "energy", "real numbers, got one of <U1"),
            (_save("energy", np.zeros(2, complex)), "energy", "real numbers, got one of complex128"),
            (_save("numb_copy", np.ones(2)), "numb_copy", "integers, got one of float64"),
            (
                _save("coord", np.zeros((2, 12))),
                "coord",
                r"\(nf, 9\), three numbers for each of 3 atoms, got",
            ),
            (
                _save("coord", np.zeros(9)),
                "box",
                r"the shape \(1, 9\), for 1 frames of 3 atoms, got \(2, 9\)",
            ),
            (
                _save("atom_dipole", np.zeros((2, 9))),
                "atomic_dipole",
                "one file for one quantity, got .*as well",
            ),
            (_save("atomic_dipole", np.zeros((2, 12))), "atomic_dipole", r"the shape \(2, 9\)"),
        ],
    )
    def test_names_the_file(self, folder, damage, place, words):
        damage(folder)
        with pytest.raises(InputError, match=rf"set.001/{place}.npy: expected .*{words}"):
            refdp.open_data(folder)

    def test_other_numbers_of_selected_atoms(self, folder):
        _save("atomic_dipole", np.zeros((2, 6)))(folder)
        with pytest.raises(
            InputError, match=r"atomic_dipole.npy: expected \(3, 3\) numbers a frame, .* got \(2, 3\)"
        ):
            refdp.open_data(folder)

    def test_one_atom_less(self, folder):
        (folder / "type.raw").write_text("0 1")
        with pytest.raises(InputError, match=r"set.000/coord.npy: expected the shape \(nf, 6\)"):
            refdp.open_data(folder)

    @pytest.mark.parametrize("name", ["type.raw", "type_map.raw", "set.000/coord.npy", "set.000/force.npy"])
    def test_a_folder_in_place_of_a_file(self, folder, name):
        (folder / name).unlink()
        (folder / name).mkdir()
        with pytest.raises(InputError, match=f"{name}: expected .* got something that is no file"):
            refdp.open_data(folder)

    def test_a_pipe_in_place_of_a_file(self, folder):
        (folder / "type.raw").unlink()
        os.mkfifo(folder / "type.raw")
        with pytest.raises(
            InputError, match=r"type.raw: expected a text file, got something that is no file"
        ):
            refdp.open_data(folder)

    def test_a_text_without_end(self, folder, monkeypatch):
        with (folder / "type.raw").open("wb") as file:
            file.truncate(2**33)
        with pytest.raises(
            InputError, match=r"type.raw: expected a text of at most \d+ bytes, got 8589934592"
        ):
            refdp.open_data(folder)

    @pytest.mark.parametrize("reader", [refdp.open_data, find_systems])
    def test_a_name_that_no_file_can_have(self, reader):
        with pytest.raises(InputError, match=r"`path`: expected .* \(File name too long\), got 'x+"):
            reader("x" * 300)

    def test_a_file_that_is_no_data(self, folder):
        with pytest.raises(InputError, match=r"`path`: expected the folder of a system .*got .*coord.npy"):
            refdp.open_data(folder / "set.000/coord.npy")


class TestLeftOut:
    def test_texts_beside_the_labels(self, folder):
        np.save(folder / "set.000/real_atom_names.npy", np.array(["a"]))
        np.save(folder / "set.000/notes.npy", np.array([{}], dtype=object))
        (folder / "set.000/readme.txt").write_text("x")
        assert "notes" not in refdp.open_data(folder).labels

    def test_a_file_called_as_a_set(self, folder):
        # DeePMD-kit stops with NotADirectoryError.
        (folder / "set.002").write_text("x")
        assert refdp.open_data(folder).nf == 5

    def test_cells_without_periodicity(self, folder):
        (folder / "nopbc").touch()
        np.save(folder / "set.000/box.npy", np.zeros(7))
        data = refdp.open_data(folder)
        assert data.system().cell is None
        assert "box" not in data.labels


class TestLoadSystem:
    def test_is_all_frames(self, folder):
        assert np.array_equal(load_system(folder).coords, refdp.open_data(folder).system().coords)


class TestHasAparam:
    def test_in_any_set(self, folder):
        (folder / "set.000/aparam.npy").unlink()
        assert has_aparam(folder)
        (folder / "set.001/aparam.npy").unlink()
        assert not has_aparam(folder)


class TestFindSystems:
    def test_at_any_depth_in_order_of_names(self, folder, tmp_path):
        for name in ("10", "9", "b/inner", "b", "x/y/z"):
            shutil.copytree(folder, tmp_path / "all" / name, dirs_exist_ok=True)
        (tmp_path / "all/empty").mkdir()
        found = [os.path.relpath(name, tmp_path / "all") for name in find_systems(tmp_path / "all")]
        assert found == ["10", "9", "b", "b/inner", "x/y/z"]

    def test_the_folder_itself(self, folder):
        assert find_systems(folder) == [str(folder)]

    def test_none(self, tmp_path):
        with pytest.raises(InputError, match="`path`: expected a folder or an HDF5 file with systems"):
            find_systems(tmp_path)

    def test_no_folder(self, tmp_path):
        with pytest.raises(InputError, match="`path`: expected"):
            find_systems(tmp_path / "none")
