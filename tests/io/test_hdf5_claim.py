"""How long a text in an HDF5 file claims to be, in every form that the library writes."""

from __future__ import annotations

import h5py
import pytest

from refdp.errors import ModelFileError
from refdp.io.hdf5_claim import check_claim

VERSIONS = ["earliest", "v108", "v110", "v112", "latest"]


def claiming(path, libver, length=None, name="json"):
    """A file whose attribute holds 1000 characters; claiming others where a length is given."""
    with h5py.File(path, "w", libver=libver) as file:
        file.attrs[name] = "x" * 1000
    if length is not None:
        raw, own = bytearray(path.read_bytes()), (1000).to_bytes(4, "little")
        place = raw.index(own, raw.index(name.encode() + b"\0"))
        raw[place : place + 4] = length.to_bytes(4, "little")
        path.write_bytes(raw)
    return path


@pytest.mark.parametrize("libver", VERSIONS)
class TestCheckClaim:
    def test_the_truth(self, libver, tmp_path):
        check_claim(claiming(tmp_path / "x", libver), "json")

    @pytest.mark.parametrize("length", [2**16, 2**32 - 1])
    def test_more_than_the_file(self, libver, length, tmp_path):
        path = claiming(tmp_path / "x", libver, length)
        with pytest.raises(
            ModelFileError, match=f"`json`: expected a text no longer than the file.*{length} bytes"
        ):
            check_claim(path, "json")

    def test_another_attribute(self, libver, tmp_path):
        check_claim(claiming(tmp_path / "x", libver, 2**31, "jason"), "json")


class TestManyPlaces:
    def test_no_time_is_spent_on_them(self, tmp_path):
        (tmp_path / "x").write_bytes(b"json\0" * 1_000_000)
        with pytest.raises(ModelFileError, match="`json`"):
            check_claim(tmp_path / "x", "json")

    def test_at_either_end(self, tmp_path):
        for raw in (b"json\0", b"\3\0\5\0\xff\xff\xff\xff\0json\0"):
            (tmp_path / "x").write_bytes(raw)
            check_claim(tmp_path / "x", "json")
