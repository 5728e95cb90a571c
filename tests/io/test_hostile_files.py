"""Files that are damaged, foreign or made to do harm: each is named, with what is wrong and where."""

from __future__ import annotations

import subprocess
import sys

import pytest

import refdp
from refdp.errors import ModelFileError
from refdp.io.model_files import read_tree
from tests.io.hostile_files import HOSTILE, write

MEGABYTES = 200
# In a process of its own, where memory is rationed; everything is imported before the ration is measured.
PROGRAM = f"""
import pathlib, resource, sys
import h5py, ml_dtypes, yaml
from refdp.errors import ModelFileError
from refdp.io.model_files import read_tree

warm = pathlib.Path(sys.argv[1]) / "warm.yaml"
warm.write_text("a: 1.5")
read_tree(warm)
pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
ration = pages * resource.getpagesize() + {MEGABYTES} * 2**20
resource.setrlimit(resource.RLIMIT_AS, (ration, ration))
for path in sorted(pathlib.Path(sys.argv[1]).glob("*")):
    try:
        read_tree(path)
    except ModelFileError:
        print(path.name)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("hostile")
    for name in HOSTILE:
        write(made, name)
    return made


class TestReadTree:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_says_which_file_what_and_where(self, name, folder):
        with pytest.raises(ModelFileError) as caught:
            read_tree(folder / name)
        assert str(caught.value).startswith(f"{folder / name}: ")
        assert HOSTILE[name][1] in str(caught.value)
        assert len(str(caught.value)) < 600

    @pytest.mark.skipif(sys.platform != "linux", reason="measures memory by /proc")
    def test_none_takes_much_memory(self, folder):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, folder], capture_output=True, text=True, check=True
        )
        missing = {name for name in HOSTILE if name.startswith("missing")}
        assert set(done.stdout.splitlines()) == set(HOSTILE) - missing | {
            path.name for path in folder.iterdir() if path.suffix in {".h5", ".raw"}
        }


class TestLoad:
    @pytest.mark.parametrize(
        "name", ["external link.dp", "alias bomb.yaml", "folder.dp", "missing.yaml", "model"]
    )
    def test_says_the_same(self, name, folder):
        with pytest.raises(ModelFileError) as caught:
            refdp.load(folder / name)
        assert HOSTILE[name][1] in str(caught.value)
