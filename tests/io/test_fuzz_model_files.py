"""Model files with a few bytes or entries changed: errors of the family come out, or something that works."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import refdp
from refdp.cli import main
from refdp.errors import RefdpError
from refdp.io.model_files import read_tree, write_tree
from tests.io.model_cases import DESCRIPTORS, model

NAMES = list(DESCRIPTORS)
BYTES = st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, *b"[]{}:,-\"'!&*0.e\n "]) | st.integers(0, 255)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["tanh", "auto", "float32", "silut:nan", "\ud800", "\x1b[2J", [], {}, [[]], [{}], (1,)]),
    st.sampled_from([0, 1, -1, 2, 3, 4, 10**6, 10**9, 2**63, 1e308]),
)
VARIABLES = st.one_of(
    LEAVES,
    st.sampled_from(
        [
            np.zeros(0),
            np.zeros((0, 3)),
            np.ones((2, 2)),
            np.array(1.0),
            np.array("a"),
            np.array([None]),
            np.full(3, np.nan),
            np.full((2, 2), np.inf),
            np.arange(3),
            np.ones(2, np.float16),
            np.ones(2, bool),
            np.ones(2, complex),
            np.float32(0.5),
            np.full((2, 1), 1e300),
        ]
    ),
)
limited = settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ]
)


@pytest.fixture(scope="module")
def trees():
    """The trees of valid files, one a descriptor."""
    return {
        name: {"software": "refdp", "model": model(name).serialize(), "model_def_script": {"a": [1, "b"]}}
        for name in NAMES
    }


@pytest.fixture(scope="module")
def contents(trees, tmp_path_factory):
    """The bytes of valid files by name and suffix."""
    folder, found = tmp_path_factory.mktemp("valid"), {}
    for name in ("se_e2_r", "hybrid"):
        for suffix in (".dp", ".yaml"):
            write_tree(folder / f"model{suffix}", trees[name])
            found[name, suffix] = (folder / f"model{suffix}").read_bytes()
    return found


@st.composite
def changed_bytes(draw, raw):
    """A file with one to four places overwritten, cut out, put in or doubled; or only its first part."""
    raw = bytearray(raw)
    for _ in range(draw(st.integers(1, 4))):
        # HDF5 keeps what matters at the beginning.
        place = draw(st.integers(0, len(raw) - 1) | st.integers(0, min(len(raw), 3000) - 1))
        act = draw(st.sampled_from(["overwrite", "overwrite", "number", "cut", "insert", "double", "end"]))
        if act == "overwrite":
            raw[place] = draw(BYTES)
        elif act == "number":
            number = draw(st.integers(0, 2**64 - 1) | st.sampled_from([2**k for k in range(64)]))
            raw[place : place + 8] = number.to_bytes(8, "little")
        elif act == "cut":
            del raw[place : place + draw(st.integers(1, 20))]
        elif act == "insert":
            raw[place:place] = bytes(draw(st.lists(BYTES, min_size=1, max_size=8)))
        elif act == "double":
            raw[place:place] = raw[place : place + draw(st.integers(1, 200))]
        else:
            del raw[place:]
        if not raw:
            break
    return bytes(raw)


@st.composite
def changed_entries(draw, tree):
    """A tree with one to three entries replaced, taken out, put in, or put in the place of others."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 3))):
        place, variable = tree, False
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            variable = variable or key == "@variables"
            # Most entries are deep inside.
            if isinstance(place[key], dict | list) and draw(st.integers(0, 9)):
                place = place[key]
                continue
            change(draw, place, key, variable)
            break
    return tree


def change(draw, place, key, variable):
    act = draw(st.sampled_from(["replace", "replace", "delete", "add", "swap", "transpose"]))
    other = draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
    if act == "delete":
        del place[key]
    elif act == "add" and isinstance(place, dict):
        place[draw(st.sampled_from(["x", "rcutt", "@variables", "compress", "type", ""]))] = draw(LEAVES)
    elif act == "swap":
        place[key], place[other] = place[other], place[key]
    elif act == "transpose" and isinstance(place[key], np.ndarray):
        place[key] = place[key].T
    else:
        place[key] = draw(VARIABLES if variable else LEAVES)


def use(path):
    """Read, load, save and show a file; whatever is wrong with it, only errors of the family come out."""
    try:
        read_tree(path)
    except RefdpError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017 - both outcomes are right
    try:
        refdp.save(path.with_suffix(".again.dp"), refdp.load(path))
    except RefdpError as error:
        assert str(path) in str(error)  # noqa: PT017
    done = CliRunner().invoke(main, ["info", str(path)])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code in {0, 2}
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("suffix", [".dp", ".yaml"])
class TestChangedBytes:
    @limited
    @given(data=st.data(), name=st.sampled_from(["se_e2_r", "hybrid"]))
    def test_only_errors_of_the_family_come_out(self, data, name, suffix, contents, tmp_path):
        path = tmp_path / f"model{suffix}"
        path.write_bytes(data.draw(changed_bytes(contents[name, suffix])))
        use(path)


@pytest.mark.parametrize("suffix", [".dp", ".yaml"])
class TestChangedEntries:
    @limited
    @given(data=st.data(), name=st.sampled_from(NAMES))
    def test_only_errors_of_the_family_come_out(self, data, name, suffix, trees, tmp_path):
        path = tmp_path / f"model{suffix}"
        try:
            write_tree(path, data.draw(changed_entries(trees[name])))
        except RefdpError as error:
            assert str(error).startswith(f"{path}: ")  # noqa: PT017
            assert not path.exists()
            return
        use(path)
        path.unlink()
