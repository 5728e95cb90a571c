"""Tests of refdp.io.dataset.writing; `save_system` has tests beside those of `load_system`."""

from __future__ import annotations

import os

import numpy as np
import pytest

import refdp
from refdp.errors import InputError
from refdp.io.dataset import Frames, write_chunks, write_data
from tests.datasets import CELL, make
from tests.helpers import assert_same_bits

RNG = np.random.default_rng(0)
COORDS = RNG.normal(size=(4, 3, 3))
SYSTEM = refdp.System(COORDS, [1, 0, 1], CELL, type_map=["O", "H"])
LABELS = {
    "energy": RNG.normal(size=4),
    "force": RNG.normal(size=(4, 3, 3)),
    "virial": RNG.normal(size=(4, 3, 3)),
    "atom_ener": RNG.normal(size=(4, 3)),
    "gap": RNG.normal(size=(4, 2)),
    "numb_copy": np.asarray([1, 2, 1, 3]),
}


def assert_same(data, system, labels):
    read = data.system()
    assert_same_bits(read.coords, system.coords)
    assert_same_bits(read.types, system.types)
    assert (read.cell is None) == (system.cell is None)
    assert read.cell is None or np.array_equal(read.cell, system.cell)
    assert read.type_map == system.type_map
    assert data.labels == tuple(sorted(labels))
    for name, values in labels.items():
        assert_same_bits(data.label(name), values)


class TestWriteData:
    def test_layout(self, tmp_path):
        write_data(tmp_path / "sys", SYSTEM, LABELS)
        shapes = {file.stem: np.load(file).shape for file in (tmp_path / "sys/set.000").iterdir()}
        assert shapes == {
            "coord": (4, 9),
            "box": (4, 9),
            "energy": (4, 1),
            "force": (4, 9),
            "virial": (4, 9),
            "atom_ener": (4, 3),
            "gap": (4, 2),
            "numb_copy": (4, 1),
        }
        assert sorted(path.name for path in (tmp_path / "sys").iterdir()) == [
            "set.000",
            "type.raw",
            "type_map.raw",
        ]
        # Index [a, b] of a virial stands at 3a + b.
        assert np.load(tmp_path / "sys/set.000/virial.npy")[1, 5] == LABELS["virial"][1, 1, 2]

    def test_round_trip_is_exact(self, tmp_path):
        write_data(tmp_path / "sys", SYSTEM, LABELS)
        assert_same(refdp.open_data(tmp_path / "sys"), SYSTEM, LABELS)

    def test_without_a_cell(self, tmp_path):
        cluster = refdp.System(COORDS, [1, -1, 0])
        write_data(tmp_path / "sys", cluster, {"energy": LABELS["energy"]})
        assert_same(refdp.open_data(tmp_path / "sys"), cluster, {"energy": LABELS["energy"]})

    def test_types_that_differ_by_frame(self, tmp_path):
        mixed = refdp.System(COORDS, [[0, 1, 1], [0, 0, 1], [1, 1, -1], [0, 1, 1]], CELL, type_map=["O", "H"])
        write_data(tmp_path / "sys", mixed, LABELS)
        assert (tmp_path / "sys/type.raw").read_text() == "0\n0\n0\n"
        data = refdp.open_data(tmp_path / "sys")
        assert data.mixed
        assert_same(data, mixed, LABELS)

    def test_a_mask(self, tmp_path):
        masked = refdp.System(COORDS, [1, 0, 1], CELL, mask=[[1, 1, 0]] * 4)
        write_data(tmp_path / "sys", masked, {"energy": LABELS["energy"]})
        data = refdp.open_data(tmp_path / "sys", aparam_as_mask=True)
        assert np.array_equal(data.system().mask, masked.mask)
        # With the mask among the labels, as it is read, it can be written again.
        write_data(tmp_path / "again", data.system(), data.frames().labels)
        assert np.array_equal(refdp.open_data(tmp_path / "again").label("aparam"), data.label("aparam"))

    @pytest.mark.parametrize(
        ("labels", "words"),
        [
            ({"energy": np.zeros(3)}, r"`energy`: expected numbers of the shape \(4,\)"),
            ({"energy": [0.0, 0.0, np.inf, 0.0]}, "`energy`: expected finite numbers"),
            ({"../x": np.zeros(4)}, "`labels`: expected the name of a file"),
            ({"a.b": np.zeros(4)}, "of letters A-Z and a-z, digits, `_` and `-`; not coord, .* got 'a.b'"),
            ({"": np.zeros(4)}, "`labels`: expected the name of a file"),
            ({"coord": np.zeros((4, 9))}, "`labels`: expected the name of a file"),
            ({"real_atom_types": np.zeros((4, 3))}, "`labels`: expected the name of a file"),
        ],
    )
    def test_what_cannot_be_written(self, tmp_path, labels, words):
        with pytest.raises(InputError, match=words):
            write_data(tmp_path / "sys", SYSTEM, labels)
        assert list(tmp_path.iterdir()) == []

    def test_another_aparam_beside_a_mask(self, tmp_path):
        masked = refdp.System(COORDS, [1, 0, 1], mask=[1, 1, 0])
        with pytest.raises(InputError, match="`labels`: expected no `aparam` beside a mask"):
            write_data(tmp_path / "sys", masked, {"aparam": np.ones((4, 3))})

    def test_never_over_something(self, tmp_path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(InputError, match="`path`: expected a folder that does not exist yet"):
            write_data(tmp_path / "file", SYSTEM)

    @pytest.mark.parametrize("target", ["empty", "nowhere"])
    def test_never_over_a_link(self, tmp_path, target):
        (tmp_path / "empty").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / target)
        with pytest.raises(InputError, match=r"`path`: expected .* not a link, got '.*link'"):
            write_data(tmp_path / "link", SYSTEM)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "link"]

    @pytest.mark.parametrize("absolute", [False, True])
    def test_never_over_the_current_folder(self, tmp_path, monkeypatch, absolute):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(InputError, match=r"`path`: expected .* not the current one, got"):
            write_data(tmp_path if absolute else ".", SYSTEM)

    def test_into_an_empty_folder(self, tmp_path):
        (tmp_path / "sys").mkdir()
        write_data(tmp_path / "sys", SYSTEM)
        assert refdp.open_data(tmp_path / "sys").nf == 4

    @pytest.mark.parametrize(("mask", "mode"), [(0o077, 0o700), (0o022, 0o755), (0o002, 0o775)])
    def test_permissions_are_those_of_new_folders(self, tmp_path, mask, mode):
        before = os.umask(mask)
        try:
            write_data(tmp_path / "sys", SYSTEM)
        finally:
            os.umask(before)
        assert (tmp_path / "sys").stat().st_mode & 0o777 == mode

    @pytest.mark.parametrize("name", ["a" * 250, "é" * 125])
    def test_names_as_long_as_they_can_be(self, tmp_path, name):
        write_data(tmp_path / name, SYSTEM)
        assert refdp.open_data(tmp_path / name).nf == 4

    def test_where_nothing_can_be_written(self, tmp_path):
        (tmp_path / "file").touch()
        for name in ("file/sys", "x" * 300):
            with pytest.raises(InputError, match=rf"`path`: .* written \(.*\), got '.*{name[:9]}"):
                write_data(tmp_path / name, SYSTEM)


class TestWriteChunks:
    def test_errors_of_those_who_make_the_frames_stay_theirs(self, tmp_path):
        def chunks():
            yield Frames(SYSTEM)
            (tmp_path / "none").read_text()

        with pytest.raises(FileNotFoundError, match="none"):
            write_chunks(tmp_path / "sys", chunks())
        assert list(tmp_path.iterdir()) == []

    def test_a_set_for_each(self, tmp_path):
        data = refdp.open_data(make(tmp_path / "sys"))
        write_chunks(tmp_path / "copy", data.chunks(2))
        copy = refdp.open_data(tmp_path / "copy")
        assert [each.nf for each in copy.sets] == [2, 2, 1]
        assert_same(copy, data.system(), {name: data.label(name) for name in data.labels})

    def test_labels_that_are_not_everywhere(self, tmp_path):
        (make(tmp_path / "sys") / "set.000/virial.npy").unlink()
        data = refdp.open_data(tmp_path / "sys")
        write_chunks(tmp_path / "copy", data.chunks(2))
        copy = refdp.open_data(tmp_path / "copy")
        assert not copy.find("virial")
        assert np.array_equal(copy.label("virial", slice(3, 5)), data.label("virial", slice(3, 5)))

    def test_sets_stay_in_order(self, tmp_path):
        chunks = (Frames(refdp.System([[float(k), 0.0, 0.0]], [0])) for k in range(12))
        write_chunks(tmp_path / "many", chunks)
        # Six digits: of three, 1000 would come before 101.
        assert (tmp_path / "many/set.000011").is_dir()
        assert refdp.open_data(tmp_path / "many").system().coords[:, 0, 0].tolist() == list(range(12))

    def test_types_that_differ_in_a_later_chunk(self, tmp_path):
        chunks = [
            Frames(refdp.System(COORDS, kinds, type_map=["O", "H"])) for kinds in ([0, 1, 1], [1, 1, -1])
        ]
        write_chunks(tmp_path / "sys", chunks)
        types = refdp.open_data(tmp_path / "sys").system().types
        assert types.tolist() == [[0, 1, 1]] * 4 + [[1, 1, -1]] * 4

    @pytest.mark.parametrize(
        ("other", "words"),
        [
            (
                refdp.System(COORDS[:, :2], [0, 1], CELL, type_map=["O", "H"]),
                "`natoms`: expected 3, as in the frames",
            ),
            (refdp.System(COORDS, [1, 0, 1], CELL, type_map=["H", "O"]), "`type_map`: expected"),
            (refdp.System(COORDS, [1, 0, 1], type_map=["O", "H"]), "`periodic`: expected True"),
            (
                refdp.System(COORDS[:0], [1, 0, 1], CELL, type_map=["O", "H"]),
                "`system`: expected at least one frame",
            ),
        ],
    )
    def test_chunks_that_do_not_go_together(self, tmp_path, other, words):
        with pytest.raises(InputError, match=words):
            write_chunks(tmp_path / "sys", [Frames(SYSTEM), Frames(other)])
        assert list(tmp_path.iterdir()) == []

    def test_none(self, tmp_path):
        with pytest.raises(InputError, match="`system`: expected at least one frame"):
            write_chunks(tmp_path / "sys", [])
