"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from refdp.errors import InputError
from refdp.io.files import replacing, replacing_folder

MISTAKES = [
    ("no/out", "No such file or directory"),
    ("x" * 256, "File name too long"),
    ("loop", "Too many levels of symbolic links"),
    ("a\0b", "embedded null byte"),
]


class TestReplacing:
    def test_the_file_is_there_afterwards(self, tmp_path):
        with replacing(tmp_path / "out.txt") as beside:
            assert beside.suffix == ".txt"
            assert beside.parent == tmp_path
            beside.write_text("new")
            assert not (tmp_path / "out.txt").exists()
        assert [f.name for f in tmp_path.iterdir()] == ["out.txt"]
        assert (tmp_path / "out.txt").read_text() == "new"

    def test_an_error_leaves_what_was_there(self, tmp_path):
        (tmp_path / "out.txt").write_text("old")

        def write():
            with replacing(tmp_path / "out.txt") as beside:
                beside.write_text("ne")
                raise RuntimeError("disk full")

        with pytest.raises(RuntimeError, match="disk"):
            write()
        assert [f.name for f in tmp_path.iterdir()] == ["out.txt"]
        assert (tmp_path / "out.txt").read_text() == "old"

    def test_a_killed_write_leaves_what_was_there(self, tmp_path):
        (tmp_path / "out.txt").write_text("old")
        program = (
            "import os, signal, sys\n"
            "from refdp.io.files import replacing\n"
            "with replacing(sys.argv[1]) as beside:\n"
            "    beside.write_text('ne')\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "out.txt")], check=False)
        assert done.returncode == -9
        assert (tmp_path / "out.txt").read_text() == "old"

    def test_permissions_of_a_new_file(self, tmp_path):
        mask = os.umask(0o027)
        try:
            with replacing(tmp_path / "out") as beside:
                beside.write_text("")
        finally:
            os.umask(mask)
        assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640

    def test_permissions_of_a_replaced_file_stay(self, tmp_path):
        (tmp_path / "out").write_text("old")
        (tmp_path / "out").chmod(0o604)
        with replacing(tmp_path / "out") as beside:
            beside.write_text("new")
        assert (tmp_path / "out").stat().st_mode & 0o777 == 0o604

    @pytest.mark.parametrize("there", [True, False])
    def test_a_link_stays(self, there, tmp_path):
        (tmp_path / "far").mkdir()
        if there:
            (tmp_path / "far" / "out").write_text("old")
        (tmp_path / "link").symlink_to("far/out")
        with replacing(tmp_path / "link") as beside:
            beside.write_text("new")
        assert (tmp_path / "link").readlink() == Path("far/out")
        assert (tmp_path / "far" / "out").read_text() == "new"
        assert len(list((tmp_path / "far").iterdir())) == 1

    def test_what_is_no_file_stays(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to("pipe")
        for name in ("pipe", "folder", "link"):
            refused(replacing, tmp_path / name, "`path`: expected a file, or a new name, got '{}'")
        assert (tmp_path / "pipe").is_fifo()

    @pytest.mark.parametrize(("name", "said"), MISTAKES)
    def test_names_that_cannot_be(self, name, said, tmp_path):
        (tmp_path / "loop").symlink_to("loop")
        refused(replacing, tmp_path / name, f"{{}}: cannot be written: {said}")
        assert [f.name for f in tmp_path.iterdir()] == ["loop"]

    def test_the_longest_name(self, tmp_path):
        name = f"{'x' * 252}.dp"
        with replacing(tmp_path / name) as beside:
            beside.write_text("new")
        assert [f.name for f in tmp_path.iterdir()] == [name]

    def test_a_folder_that_nobody_may_write(self, tmp_path, monkeypatch):
        monkeypatch.setattr(tempfile, "mkstemp", denied)
        refused(replacing, tmp_path / "out", "{}: cannot be written: Permission denied")


class TestReplacingFolder:
    def test_the_folder_is_there_afterwards(self, tmp_path):
        fill(tmp_path / "out", "old")
        with replacing_folder(tmp_path / "out") as beside:
            assert list(beside.iterdir()) == []
            (beside / "new").write_text("")
            assert (tmp_path / "out" / "old").exists()
        assert below(tmp_path) == ["out", "out/new"]

    def test_an_error_leaves_what_was_there(self, tmp_path):
        fill(tmp_path / "out", "old")

        def write():
            with replacing_folder(tmp_path / "out") as beside:
                (beside / "new").write_text("")
                raise RuntimeError("disk full")

        with pytest.raises(RuntimeError, match="disk"):
            write()
        assert below(tmp_path) == ["out", "out/old"]

    def test_what_cannot_be_put_back_is_kept(self, tmp_path, monkeypatch):
        fill(tmp_path / "out", "old")
        real, moved = Path.rename, []

        def fail(path, target):
            moved.append(path.name)
            return real(path, target) if path.name == "out" else denied()

        monkeypatch.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="Permission denied"), replacing_folder(tmp_path / "out"):
            pass
        assert moved == ["out", "new", "old"]
        assert len(list(tmp_path.glob(".refdp-*/old/old"))) == 1

    def test_permissions_are_those_of_files(self, tmp_path):
        (tmp_path / "private").mkdir(0o700)
        mask = os.umask(0o027)
        try:
            for name in ("new", "private"):
                fill(tmp_path / name, "x")
        finally:
            os.umask(mask)
        assert [(tmp_path / n).stat().st_mode & 0o777 for n in ("new", "private")] == [0o750, 0o700]

    @pytest.mark.parametrize("there", [True, False])
    def test_a_link_stays(self, there, tmp_path):
        if there:
            fill(tmp_path / "out", "old")
        (tmp_path / "link").symlink_to("out")
        fill(tmp_path / "link", "new")
        assert (tmp_path / "link").readlink() == Path("out")
        assert [f.name for f in (tmp_path / "out").iterdir()] == ["new"]

    def test_what_is_no_folder_stays(self, tmp_path):
        (tmp_path / "out").write_text("old")
        refused(replacing_folder, tmp_path / "out", "`path`: expected a folder, or a new name, got '{}'")
        assert (tmp_path / "out").read_text() == "old"

    @pytest.mark.parametrize(("name", "said"), MISTAKES)
    def test_names_that_cannot_be(self, name, said, tmp_path):
        (tmp_path / "loop").symlink_to("loop")
        refused(replacing_folder, tmp_path / name, f"{{}}: cannot be written: {said}")
        assert [f.name for f in tmp_path.iterdir()] == ["loop"]


def refused(context, path, said):
    with pytest.raises(InputError) as caught, context(path):
        pass
    assert str(caught.value) == said.format(path)


def denied(*_, **__):
    raise PermissionError(13, "Permission denied", "beside")


def fill(path, name):
    with replacing_folder(path) as beside:
        (beside / name).write_text("")


def below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
