"""Tests of refdp.io.dataset.npy."""

from __future__ import annotations

import os

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.io.dataset.npy import NpyTable

A = np.arange(12.0).reshape(4, 3)


def header(text, version=1):
    body = text.encode("latin-1")
    return b"\x93NUMPY" + bytes([version, 0]) + len(body).to_bytes(2 if version == 1 else 4, "little") + body


def plain(shape="(4, 3)", descr="'<f8'", fortran="False"):
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.npy"


class TestOpen:
    @pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", "<f2", "<i4", "|u1", "|b1", ">i8"])
    def test_reads_what_numpy_writes(self, file, dtype):
        np.save(file, A.astype(dtype))
        table = NpyTable.open(file)
        assert (table.shape, table.dtype) == ((4, 3), np.dtype(dtype))
        read = table.read(slice(1, 3))
        assert read.dtype == np.dtype(dtype)
        assert np.array_equal(read, A.astype(dtype)[1:3])

    @pytest.mark.parametrize("shape", [(), (5,), (0, 3), (2, 0), (2, 3, 4)])
    def test_any_shape(self, file, shape):
        array = np.arange(float(np.prod(shape))).reshape(shape)
        np.save(file, array)
        table = NpyTable.open(file)
        assert table.shape == shape
        if shape:
            assert np.array_equal(table.read(slice(0, 2)), array[:2])

    def test_fortran_order(self, file):
        np.save(file, np.asfortranarray(A))
        table = NpyTable.open(file)
        assert table.fortran
        read = table.read(slice(1, 4, 2))
        assert np.array_equal(read, A[1:4:2])
        assert read.flags.c_contiguous

    @pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
    def test_every_version(self, file, version):
        with file.open("wb") as stream:
            np.lib.format.write_array(stream, A, version)
        assert np.array_equal(NpyTable.open(file).read(slice(None)), A)

    def test_long_integers_of_python_2(self, file):
        file.write_bytes(header(plain("(4L, 3L)")) + A.tobytes())
        assert np.array_equal(NpyTable.open(file).read(slice(None)), A)

    def test_is_a_copy_in_memory(self, file):
        np.save(file, A)
        read = NpyTable.open(file).read(slice(None))
        assert type(read) is np.ndarray
        assert read.flags.owndata

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "does not begin as one"),
            (b"PK\x03\x04 an npz file", "does not begin as one"),
            (b"\x93NUMPY\x09\x00", "does not begin as one"),
            (b"\x93NUMPY\x01\x00", "a header of more than"),
            (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "a header of more than 10000 bytes"),
            (header("{}"), "without `descr`"),
            (header(plain(descr="[('x', '<f8')]")), "without `descr` of a plain array"),
            (header(plain(descr="'<f8' * 2")), "without `descr`"),
            (header(plain(fortran="0")), "without `fortran_order`"),
            (header(plain(shape="(-4, 3)")), "without `shape`"),
            (header(plain(shape="(4.0, 3)")), "without `shape`"),
            (header(plain(shape="[4, 3]")), "without `shape`"),
            (header(plain(shape="(9999999999999999999, )")), r"the shape \(9999999999999999999"),
            (header(plain(shape="(" + "1, " * 40 + ")")), "the shape"),
            (header(plain(descr="'<f7'")), "f7"),
            (header(plain(descr="'<M8[foo]'")), "foo"),
            (header(plain()), r"\d+ bytes, as \(4, 3\) of float64 in the header takes, got \d+"),
            (header(plain()) + A.tobytes()[:-1], r"\d+ bytes, as \(4, 3\)"),
            (header(plain(shape="(9223372036854775807, 9223372036854775807)")), r"bytes, as \(9223"),
            (header(plain()).replace(b"shape", b"\xff\xff\xff\xff\xff"), "without `shape`"),
            (header("\0" * 50), "without `descr`"),
            (header("(" * 5000), "without `descr`"),
        ],
    )
    def test_broken(self, file, content, words):
        file.write_bytes(content)
        with pytest.raises(InputError, match=rf"a.npy: expected .*{words}"):
            NpyTable.open(file)

    def test_missing(self, file):
        with pytest.raises(
            InputError, match=r"a.npy: expected an npy file of real numbers, got .*No such file"
        ):
            NpyTable.open(file)

    def test_no_file_to_read_from(self, file):
        # Reading a pipe would wait for ever.
        os.mkfifo(file)
        with pytest.raises(InputError, match="got something that is no file"):
            NpyTable.open(file)

    def test_a_header_is_all_that_is_read(self, file):
        with file.open("wb") as stream:
            stream.write(header(plain(shape="(10000000, 30)")))
            stream.truncate(stream.tell() + 2_400_000_000)
        table = NpyTable.open(file)
        assert table.shape == (10000000, 30)
        assert not table.read(slice(9999998, None)).any()


class TestRead:
    def test_a_file_that_shrank(self, file):
        np.save(file, A)
        table = NpyTable.open(file)
        os.truncate(file, 150)
        with pytest.raises(InputError, match=r"a.npy: expected an npy file"):
            table.read(slice(None))

    def test_a_file_that_went(self, file):
        np.save(file, A)
        table = NpyTable.open(file)
        file.unlink()
        with pytest.raises(InputError, match="No such file"):
            table.read(slice(None))
