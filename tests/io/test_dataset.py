"""Tests of refdp.io.dataset."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.io.dataset import has_aparam, load_system, save_system
from refdp.system import System

COORDS = np.random.default_rng(0).normal(size=(3, 2, 3))
CELL = np.stack([np.eye(3) * 4.0, np.eye(3) * 5.0, np.asarray([[4.0, 0, 0], [1, 4, 0], [0, 1, 4]])])
SYSTEM = System(COORDS, [1, -1], CELL, type_map=["O", "H"])


@pytest.fixture
def folder(tmp_path):
    save_system(tmp_path / "sys", SYSTEM)
    return tmp_path / "sys"


class TestSaveSystem:
    def test_layout(self, folder):
        files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
        assert files == ["set.000/box.npy", "set.000/coord.npy", "type.raw", "type_map.raw"]
        assert (folder / "type.raw").read_text() == "1\n-1\n"
        assert (folder / "type_map.raw").read_text() == "O\nH\n"
        assert np.load(folder / "set.000/coord.npy").shape == (3, 6)
        assert np.load(folder / "set.000/box.npy").tolist() == CELL.reshape(3, 9).tolist()
        assert [file.name for file in folder.parent.iterdir()] == ["sys"]
        assert folder.stat().st_mode & 0o777 == 0o755

    def test_no_cell(self, tmp_path):
        save_system(tmp_path / "deep" / "er", System(COORDS, [0, 0]))
        files = sorted(file.name for file in (tmp_path / "deep" / "er").rglob("*") if file.is_file())
        assert files == ["coord.npy", "nopbc", "type.raw"]

    def test_over_an_empty_folder(self, tmp_path):
        (tmp_path / "sys").mkdir()
        save_system(tmp_path / "sys", SYSTEM)
        assert load_system(tmp_path / "sys").natoms == 2

    def test_never_over_something(self, folder, tmp_path):
        for target in (folder, folder / "type.raw"):
            with pytest.raises(InputError, match="`path`: expected a folder that does not exist yet"):
                save_system(target, SYSTEM)
        assert (folder / "type.raw").read_text() == "1\n-1\n"

    @pytest.mark.parametrize(
        ("system", "words"),
        [
            (System(COORDS[:2], [[0, 1], [1, 0]]), "one line of types"),
            (System(COORDS[:0], [0, 1]), "at least one"),
        ],
    )
    def test_what_the_layout_cannot_hold(self, tmp_path, system, words):
        with pytest.raises(InputError, match=f"`system`: expected .*{words}"):
            save_system(tmp_path / "sys", system)
        assert list(tmp_path.iterdir()) == []

    def test_nothing_is_left_of_a_failure(self, tmp_path, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(np, "save", full)
        with pytest.raises(
            InputError, match=r"`path`: expected .*written \(No space left on device\), got .*sys"
        ):
            save_system(tmp_path / "sys", SYSTEM)
        assert list(tmp_path.iterdir()) == []


class TestLoadSystem:
    def test_round_trip(self, folder):
        system = load_system(str(folder))
        assert (system.coords == COORDS).all()
        assert (system.cell == CELL).all()
        assert system.types.tolist() == [[1, -1]] * 3
        assert system.type_map == ("O", "H")

    def test_sets_in_order_of_their_names(self, folder):
        for name, scale in (("set.010", 3.0), ("set.002", 2.0)):
            (folder / name).mkdir()
            np.save(folder / name / "coord.npy", (scale * COORDS[:1]).reshape(1, 6).astype(np.float32))
            np.save(folder / name / "box.npy", scale * CELL[:1].reshape(1, 9))
        system = load_system(folder)
        assert system.nf == 5
        assert system.coords[3:] == pytest.approx(np.stack([2.0 * COORDS[0], 3.0 * COORDS[0]]), rel=1e-6)
        assert system.cell[3:, 0, 0].tolist() == [8.0, 12.0]

    def test_nopbc_wins_over_cells(self, folder):
        (folder / "nopbc").touch()
        assert load_system(folder).cell is None

    def test_type_map_is_optional(self, folder):
        (folder / "type_map.raw").unlink()
        assert load_system(folder).type_map is None

    def test_types_on_one_line(self, folder):
        (folder / "type.raw").write_text("0 1")
        assert load_system(folder).types[0].tolist() == [0, 1]

    def test_no_atoms(self, tmp_path):
        save_system(tmp_path / "none", System(np.zeros((2, 0, 3)), [], np.eye(3)))
        system = load_system(tmp_path / "none")
        assert (system.nf, system.natoms) == (2, 0)


def _text(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def _array(name, content):
    return lambda folder: np.save(folder / "set.000" / name, content)


MASKED = System(COORDS, [1, 0], CELL, mask=[[1, 1], [0, 1], [0, 0]])


@pytest.fixture
def masked(tmp_path):
    save_system(tmp_path / "sys", MASKED)
    return tmp_path / "sys"


class TestMask:
    def test_round_trip(self, masked):
        system = load_system(masked, aparam_as_mask=True)
        assert system.mask.tolist() == MASKED.mask.tolist()
        assert (system.coords == COORDS).all()

    def test_is_written_as_zeros_and_ones(self, masked):
        written = np.load(masked / "set.000/aparam.npy")
        assert (written.dtype, written.tolist()) == (np.int64, [[1, 1], [0, 1], [0, 0]])

    def test_is_written_only_where_there_is_one(self, folder):
        assert not (folder / "set.000/aparam.npy").exists()

    def test_is_left_alone_unless_asked_for(self, masked):
        np.save(masked / "set.000/aparam.npy", np.full((3, 2), 300.0))
        assert load_system(masked).mask.all()

    @pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.float32, np.float64, bool])
    def test_any_numbers_will_do(self, masked, dtype):
        np.save(masked / "set.000/aparam.npy", MASKED.mask.astype(dtype)[..., None])
        assert load_system(masked, aparam_as_mask=True).mask.tolist() == MASKED.mask.tolist()

    def test_of_several_sets(self, masked):
        (masked / "set.001").mkdir()
        for name in ("coord", "box"):
            np.save(masked / f"set.001/{name}.npy", np.load(masked / f"set.000/{name}.npy")[:1])
        with pytest.raises(InputError, match=r"set.001/aparam.npy.*No such file"):
            load_system(masked, aparam_as_mask=True)
        np.save(masked / "set.001/aparam.npy", [[1, 0]])
        found = load_system(masked, aparam_as_mask=True).mask
        assert found.tolist() == [*MASKED.mask.tolist(), [True, False]]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ([[1, 1], [0, 2], [1, 1]], "a mask, 1 for a real atom and 0 .*, got 2.0 in frame 1, atom 1"),
            ([[1, 0.5], [0, 1], [1, 1]], "a mask, .*, got 0.5 in frame 0, atom 1"),
            ([[1, 1], [0, 1], [np.nan, 1]], "finite numbers, got nan in frame 2"),
            ([[1, 1]], r"the shape \(3, any\), for 3 frames of 2 atoms, got \(1, 2\)"),
            ([[1], [1], [1]], r"the shape \(3, any\), for 3 frames of 2 atoms, got \(3, 1\)"),
            ([["1", "1"]] * 3, "an npy file of real numbers"),
        ],
    )
    def test_problems_name_the_file(self, masked, content, words):
        np.save(masked / "set.000/aparam.npy", np.array(content))
        with pytest.raises(InputError, match=rf"set.000/aparam.npy: expected {words}"):
            load_system(masked, aparam_as_mask=True)

    def test_has_aparam(self, masked, tmp_path):
        assert has_aparam(masked)
        save_system(tmp_path / "bare", SYSTEM)
        assert not has_aparam(str(tmp_path / "bare"))
        with pytest.raises(InputError, match=r"`path`: expected the folder of a system.*nowhere"):
            has_aparam(tmp_path / "nowhere")


class TestProblems:
    @pytest.mark.parametrize(
        ("damage", "file", "words"),
        [
            (lambda f: (f / "type.raw").unlink(), "type.raw", "a text file, got No such file or directory$"),
            (_text("type.raw", b"0 x"), "type.raw", "one integer an atom"),
            (_text("type.raw", b"0 1.0"), "type.raw", "one integer an atom"),
            (_text("type.raw", b"0 99999999999999999999"), "type.raw", "one integer an atom"),
            (_text("type.raw", b"\xff\xfe"), "type.raw", "a text file"),
            (_text("type.raw", b"0 1 1"), "coord.npy", r"shape \(nf, 9\), .* 3 atoms, got \(3, 6\)"),
            (_text("type.raw", b"0 2"), "sys", "`types`: expected types below 2"),
            (_text("type_map.raw", b"O O"), "sys", "`type_map`"),
            (_text("set.000/coord.npy", b"no array"), "coord.npy", "an npy file of real numbers"),
            (_text("set.000/coord.npy", b""), "coord.npy", "an npy file of real numbers"),
            (_text("set.000/coord.npy", b"\x93NUMPY\x01\x00"), "coord.npy", "an npy file of real numbers"),
            (lambda f: (f / "set.000/coord.npy").unlink(), "coord.npy", "No such file"),
            (lambda f: (f / "set.000/box.npy").unlink(), "box.npy", "No such file"),
            (_array("coord.npy", COORDS.reshape(3, 6).astype(object)), "coord.npy", "one of object"),
            (_array("coord.npy", COORDS.reshape(3, 6) * 1j), "coord.npy", "complex128"),
            (
                _array("coord.npy", np.full((3, 6), np.nan)),
                "coord.npy",
                "finite numbers, got nan in frame 0, atom 0",
            ),
            (_array("coord.npy", COORDS.reshape(18)), "coord.npy", r"\(nf, 6\), .* got \(18,\)"),
            (
                _array("box.npy", CELL.reshape(3, 9)[:2]),
                "box.npy",
                r"the shape \(3, 9\), for 3 frames of 2 atoms, got \(2, 9\)",
            ),
            (
                _array("box.npy", np.zeros((3, 9))),
                "box.npy",
                "cells, or beside `type.raw` the empty file `nopbc`",
            ),
        ],
    )
    def test_names_the_file(self, folder, damage, file, words):
        damage(folder)
        with pytest.raises(InputError, match=rf"{file}.*{words}"):
            load_system(folder)

    def test_no_sets(self, folder):
        (folder / "set.000").rename(folder / "frames")
        with pytest.raises(InputError, match=r"sys: expected a folder `set.\*`"):
            load_system(folder)

    def test_no_folder(self, tmp_path):
        with pytest.raises(InputError, match=r"`path`: expected the folder of a system.*nowhere"):
            load_system(tmp_path / "nowhere")
