"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from refdp.io.files import replacing


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

    def test_a_folder_that_is_missing(self, tmp_path):
        with pytest.raises(FileNotFoundError), replacing(tmp_path / "no" / "out"):
            pass
