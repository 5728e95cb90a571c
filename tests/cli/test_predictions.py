"""Where predictions go."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.cli.frames import Source
from refdp.cli.predictions import check_target, label_names, predictions, write_folder, write_table
from refdp.errors import InputError
from refdp.io.dataset import Frames, open_data, write_data
from refdp.models.base import Quantity
from tests.argon import small_model

PAIR = Frames(refdp.examples.pair(), {"energy": [1.0, 2.0]})


def source(kinds=1):
    return Source(2, kinds, 1, None, iter(()))


class TestLabelNames:
    @pytest.mark.parametrize(
        ("name", "names"),
        [
            ("energy", ("energy", "atom_ener", "force", "virial")),
            ("polar", ("polarizability", "atom_polarizability")),
            ("dipole", ("dipole", "atom_dipole")),
            ("gap", ("gap", "atom_gap")),
        ],
    )
    def test_are_those_of_deepmd(self, name, names):
        assert label_names(Quantity(name)) == names


class TestPredictions:
    def test_without_derivatives(self):
        found = refdp.evaluate(small_model(), refdp.examples.virtual(), derivatives=False)
        assert list(predictions(found)) == ["energy", "atom_ener"]


class TestCheckTarget:
    def test_fine(self, tmp_path):
        for path in (None, tmp_path / "new", tmp_path / "new.npz"):
            check_target(path, False, "example:pair", source())

    @pytest.mark.parametrize("kinds", [0, 2])
    def test_frames_that_are_not_alike(self, tmp_path, kinds):
        with pytest.raises(InputError, match="`SYSTEM`: expected frames of one number of atoms"):
            check_target(tmp_path / "new", False, "x", source(kinds))

    def test_no_folder_for_it(self, tmp_path):
        with pytest.raises(InputError, match="in a folder that exists"):
            check_target(tmp_path / "no" / "new", False, "x", source())

    def test_a_data_set_may_be_replaced(self, tmp_path):
        write_data(tmp_path / "old", PAIR.system)
        check_target(tmp_path / "old", True, "x", source())
        (tmp_path / "empty").mkdir()
        check_target(tmp_path / "empty", True, "x", source())

    def test_no_other_folder_may(self, tmp_path):
        write_data(tmp_path / "old", PAIR.system)
        (tmp_path / "old" / "thesis.tex").touch()
        with pytest.raises(InputError, match=r"expected a data set and nothing else.*thesis\.tex"):
            check_target(tmp_path / "old", True, "x", source())
        (tmp_path / "sets" / "set.000").mkdir(parents=True)
        with pytest.raises(InputError, match=r"a folder with no type\.raw"):
            check_target(tmp_path / "sets", True, "x", source())

    def test_nor_a_file_by_a_folder_or_a_folder_by_a_file(self, tmp_path):
        (tmp_path / "old").touch()
        (tmp_path / "old.npz").mkdir()
        for name in ("old", "old.npz"):
            with pytest.raises(InputError, match=r"an \.npz file, or the folder of a data set, to replace"):
                check_target(tmp_path / name, True, "x", source())


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
        with pytest.raises(OSError, match="No space left"):
            write_folder(tmp_path / "out", [PAIR, PAIR])
        assert len(open_data(tmp_path / "out")) == 2
        assert [path.name for path in tmp_path.iterdir()] == ["out"]


class TestWriteTable:
    def test_joins_chunks(self, tmp_path):
        write_table(tmp_path / "out.npz", iter([PAIR, PAIR]))
        with np.load(tmp_path / "out.npz") as found:
            assert found["energy"].tolist() == [1.0, 2.0, 1.0, 2.0]
            assert found["types"].shape == (4, 2)
