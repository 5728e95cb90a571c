"""Data sets that are not what they promise: errors of the family come out, or frames that can be used."""

from __future__ import annotations

import functools
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import refdp
from refdp.errors import RefdpError
from refdp.io.dataset import find_systems, write_data
from tests.datasets import arrays, make, to_hdf5

FILES = ("type.raw", "type_map.raw", "nopbc", "set.000", "set.001/coord.npy", "set.000/real_atom_types.npy")
FILES += tuple(f"set.000/{name}.npy" for name in ("coord", "box", "energy", "force", "aparam", "gap", "new"))
DTYPES = ("<f8", ">f8", "<f4", "<f2", "<i8", "<u8", "|i1", "|b1", "<c16", "<U2", "|S3", "|O", "<M8[s]")
HEADERS = st.text(alphabet="{}()[]'\":,<fiO8 descrfortran_orderTrueFalsshape0123456789L.-\\\n", max_size=120)


def npy(text, data):
    body = text.encode("latin-1", "replace")
    return b"\x93NUMPY\x01\x00" + (len(body) % 2**16).to_bytes(2, "little") + body + data


def array_file(dtype, shape, seed):
    """An npy file of numbers, some of them not finite or huge."""
    rng = np.random.default_rng(seed)
    values = rng.choice([0.0, 1.0, -2.5, 1e300, np.nan, np.inf, 3.0], size=shape)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        array = values.astype(dtype) if "M8" not in dtype else np.zeros(shape, dtype)
    with tempfile.TemporaryFile() as file:
        np.lib.format.write_array(file, array, allow_pickle=True)
        file.seek(0)
        return file.read()


CONTENTS = st.one_of(
    st.binary(max_size=40),
    st.text(alphabet="0123-. \nOH#é", max_size=30).map(str.encode),
    st.builds(npy, HEADERS, st.binary(max_size=80)),
    st.builds(
        lambda dtype, shape, data: npy(
            f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}", data
        ),
        st.sampled_from(DTYPES),
        st.lists(st.integers(-1, 10) | st.sampled_from([2**31, 2**62, 2**63 - 1]), max_size=4).map(tuple),
        st.binary(max_size=200),
    ),
    st.builds(
        array_file,
        st.sampled_from(DTYPES),
        st.sampled_from(
            [(), (1,), (3,), (3, 1), (3, 3), (3, 6), (3, 9), (2, 9), (3, 3, 3), (9,), (0, 9), (3, 0)]
        ),
        st.integers(0, 99),
    ),
)


@st.composite
def damages(draw):
    """What to do to one file: write something else, cut it, flip a byte, remove it, put a folder there."""
    name = draw(st.sampled_from(FILES))
    act = draw(st.sampled_from(["write", "write", "write", "cut", "flip", "remove", "folder"]))
    return name, act, draw(CONTENTS), draw(st.integers(0, 200))


def damage(file, act, content, place):
    old = file.read_bytes() if file.is_file() else b""
    if act == "folder" or file.is_dir():
        if not file.exists():
            file.mkdir()
        return
    if act == "remove":
        file.unlink(missing_ok=True)
        return
    flipped = old[:place] + bytes([(*old, 0)[min(place, len(old))] ^ 8]) + old[place + 1 :]
    file.write_bytes({"write": content, "cut": old[:place], "flip": flipped}[act])


def use(data):
    """Read everything in several ways; what comes out is whole."""
    total = 0
    for chunk in data.chunks(frames=2):
        assert np.isfinite(chunk.system.coords).all()
        assert all(
            np.isfinite(values).all() and len(values) == len(chunk) for values in chunk.labels.values()
        )
        total += len(chunk)
    assert total == data.nf == data.system().nf
    return data.frames()


class TestHostile:
    @given(st.lists(damages(), min_size=1, max_size=3), st.booleans())
    def test_only_errors_of_the_family_come_out(self, done, aparam_as_mask):
        with tempfile.TemporaryDirectory() as place:
            folder = make(Path(place) / "sys")
            for name, act, content, at in done:
                damage(folder / name, act, content, at)
            try:
                frames = use(refdp.open_data(folder, aparam_as_mask=aparam_as_mask))
                write_data(Path(place) / "copy", frames.system, frames.labels)
            except RefdpError as error:
                assert str(error).strip()  # noqa: PT017 - both outcomes are right
                return
            assert refdp.open_data(Path(place) / "copy").nf == frames.system.nf

    @given(CONTENTS)
    def test_a_coordinate_file_of_any_bytes(self, content):
        with tempfile.TemporaryDirectory() as place:
            folder = make(Path(place) / "sys", sets=(3,))
            (folder / "set.000/coord.npy").write_bytes(content)
            try:
                use(refdp.open_data(folder))
            except RefdpError as error:
                assert str(folder) in str(error)  # noqa: PT017 - both outcomes are right

    def test_nothing_happens_to_a_whole_one(self):
        with tempfile.TemporaryDirectory() as place:
            frames = use(refdp.open_data(make(Path(place) / "sys", sets=(3,))))
            assert np.array_equal(frames.labels["energy"], arrays(3)["energy"])


@functools.cache
def hdf5_file():
    """The bytes of a file with one system; more than half of them are no numbers but what describes them."""
    with tempfile.TemporaryDirectory() as place:
        folder = make(Path(place) / "sys", sets=(1,))
        to_hdf5(folder, Path(place) / "all.hdf5", "w")
        return (Path(place) / "all.hdf5").read_bytes()


def use_group(file):
    """Read a system and look for others; tell whether there was no error, which must be of the family."""
    try:
        use(refdp.open_data(f"{file}#/w"))
        find_systems(file)
    except RefdpError as error:
        assert str(file) in str(error)  # noqa: PT017 - both outcomes are right
        return False
    return True


def change_type(group, name, bias, fields):
    """Put an array of strange floats, which are all zero bits, in the place of another."""
    import h5py

    shape = group[name].shape
    del group[name]
    kind = h5py.h5t.IEEE_F64LE.copy()
    kind.set_fields(*fields)
    kind.set_ebias(bias)
    made = h5py.h5d.create(group.id, name.encode(), kind, h5py.h5s.create_simple(shape))
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.zeros(shape), mtype=kind)


class TestHostileHdf5:
    @pytest.fixture(autouse=True)
    def h5py(self):
        return pytest.importorskip("h5py")

    @given(
        st.lists(st.tuples(st.integers(0, 2**14), st.integers(0, 255)), min_size=1, max_size=4),
        st.none() | st.integers(0, 2**14),
    )
    @example([(9288, 1)], None)  # a link that h5py lists and does not find
    def test_other_bytes(self, changes, cut):
        content = bytearray(hdf5_file())
        for place, byte in changes:
            content[place % len(content)] = byte
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "all.hdf5").write_bytes(content[:cut])
            use_group(Path(place) / "all.hdf5")

    @given(
        st.sampled_from(["coord", "box", "energy", "new"]),
        st.integers(0, 2**31 - 1) | st.sampled_from([0, 1023, 16384]),
        st.sampled_from([(63, 52, 11, 0, 52), (63, 48, 15, 0, 48), (63, 32, 31, 0, 32), (0, 1, 2, 3, 61)]),
    )
    def test_other_floats(self, name, bias, fields):
        import h5py

        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "all.hdf5"
            file.write_bytes(hdf5_file())
            with h5py.File(file, "a") as root:
                group = root["w/set.000"]
                group.require_dataset("new.npy", (1, 2), "f8")
                change_type(group, f"{name}.npy", bias, fields)
            use_group(file)

    def test_nothing_happens_to_a_whole_one(self, tmp_path):
        (tmp_path / "all.hdf5").write_bytes(hdf5_file())
        assert use_group(tmp_path / "all.hdf5")
