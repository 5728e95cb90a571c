"""Where predictions go."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.cli.frames import Source
from refdp.cli.predictions import check_names, check_target, write_folder, write_table
from refdp.errors import InputError
from refdp.io.dataset import Frames, open_data, write_data
from refdp.models.base import Quantity

PAIR = Frames(refdp.examples.pair(), {"energy": [1.0, 2.0]})


def source(*kinds):
    return Source(2, frozenset(kinds), 1, None, iter(()))


ALIKE = source((2, True))


class TestCheckTarget:
    def test_fine(self, tmp_path):
        for path in (None, tmp_path / "new", tmp_path / "new.npz"):
            check_target(path, False, "example:pair", ALIKE)

    @pytest.mark.parametrize("kinds", [(), ((2, True), (2, False))])
    def test_frames_that_are_not_alike(self, tmp_path, kinds):
        with pytest.raises(InputError, match="`SYSTEM`: expected frames of one number of atoms"):
            check_target(tmp_path / "new", False, "x", source(*kinds))

    def test_no_folder_for_it(self, tmp_path):
        with pytest.raises(InputError, match="in a folder that exists"):
            check_target(tmp_path / "no" / "new", False, "x", ALIKE)

    @pytest.mark.parametrize("name", ["x.json", "x.npy", "a.b.HDF5"])
    def test_another_file(self, tmp_path, name):
        with pytest.raises(
            InputError, match=r"`--output`: expected a name that ends in \.npz, or that of a folder"
        ):
            check_target(tmp_path / name, False, "x", ALIKE)

    @pytest.mark.parametrize("name", ["water_300.5", "x.", ".hidden"])
    def test_folders_may_have_numbers(self, tmp_path, name):
        check_target(tmp_path / name, False, "x", ALIKE)

    def test_links(self, tmp_path):
        for name, target in (("good", "new"), ("bad", "no/new"), ("loop", "loop")):
            (tmp_path / name).symlink_to(tmp_path / target)
        check_target(tmp_path / "good", False, "x", ALIKE)
        for name in ("bad", "loop"):
            with pytest.raises(InputError, match="in a folder that exists"):
                check_target(tmp_path / name, False, "x", ALIKE)

    def test_a_data_set_may_be_replaced(self, tmp_path):
        write_data(tmp_path / "old", PAIR.system)
        check_target(tmp_path / "old", True, "x", ALIKE)
        (tmp_path / "empty").mkdir()
        check_target(tmp_path / "empty", True, "x", ALIKE)

    def test_no_other_folder_may(self, tmp_path):
        write_data(tmp_path / "old", PAIR.system)
        (tmp_path / "old" / "thesis.tex").touch()
        with pytest.raises(InputError, match=r"expected a data set and nothing else.*thesis\.tex"):
            check_target(tmp_path / "old", True, "x", ALIKE)
        (tmp_path / "sets" / "set.000").mkdir(parents=True)
        with pytest.raises(InputError, match=r"a folder with no type\.raw"):
            check_target(tmp_path / "sets", True, "x", ALIKE)

    def test_nor_a_file_by_a_folder_or_a_folder_by_a_file(self, tmp_path):
        (tmp_path / "old").touch()
        (tmp_path / "old.npz").mkdir()
        for name in ("old", "old.npz"):
            with pytest.raises(InputError, match=r"an \.npz file, or the folder of a data set, to replace"):
                check_target(tmp_path / name, True, "x", ALIKE)


class TestCheckNames:
    @pytest.mark.parametrize(
        "quantity",
        [
            Quantity("energy"),
            Quantity("dipole", (3,)),
            Quantity("polar", (3, 3)),
            Quantity("dos", (7,)),
            Quantity("gap", (2,)),
            Quantity("energy", (1,)),
            Quantity("force_constant", (2,)),
        ],
    )
    def test_fine(self, quantity):
        check_names(quantity, ALIKE)

    @pytest.mark.parametrize(
        ("name", "width"),
        [
            ("virial", 2),
            ("energy", 3),
            ("coord", 6),
            ("box", 9),
            ("band gap", 1),
            ("a/b", 1),
            ("aparam", 2),
            ("fparam", 1),
            ("type_map", 1),
            ("file", 1),
        ],
    )
    def test_names_of_something_else(self, name, width):
        with pytest.raises(
            InputError, match=f"`MODEL`: .* of {width} numbers a frame, to write, got '{name}'"
        ):
            check_names(Quantity(name, (width,)), ALIKE)


class TestWriteFolder:
    def test_takes_the_place_of_another(self, tmp_path):
        write_folder(tmp_path / "out", [Frames(PAIR.system, {"gap": [[1.0], [2.0]]})])
        write_folder(tmp_path / "out", [PAIR, PAIR])
        assert open_data(tmp_path / "out").labels == ("energy",)
        assert open_data(tmp_path / "out").label("energy").tolist() == [1.0, 2.0, 1.0, 2.0]
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_what_was_there_comes_back(self, tmp_path, monkeypatch):
        from pathlib import Path

        write_folder(tmp_path / "out", [PAIR])
        real = Path.rename

        def fail(path, target):
            if path.name == "new":
                raise OSError(28, "No space left on device")
            return real(path, target)

        monkeypatch.setattr(Path, "rename", fail)
        with pytest.raises(InputError, match="out: cannot be written: No space left"):
            write_folder(tmp_path / "out", [PAIR, PAIR])
        assert len(open_data(tmp_path / "out")) == 2
        assert [path.name for path in tmp_path.iterdir()] == ["out"]


class TestWriteTable:
    def test_joins_chunks(self, tmp_path):
        write_table(tmp_path / "out.npz", iter([PAIR, PAIR]))
        with np.load(tmp_path / "out.npz") as found:
            assert found["energy"].tolist() == [1.0, 2.0, 1.0, 2.0]
            assert found["types"].shape == (4, 2)
