"""Trees in HDF5, DeePMD-kit's `.dp`: one data set a variable, and the rest as JSON in the attribute `json`.

What is read is what DeePMD-kit writes, and nothing else that HDF5 can do: no links to other places, no data
in other files, no compression, no objects. So nothing can become larger in memory than the file is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from refdp.errors import ModelFileError, unexpected
from refdp.io.hdf5_claim import check_claim
from refdp.io.json_text import parse_json
from refdp.io.model_tree import convert_leaves, plain_value

__all__ = ["read_hdf5", "write_hdf5"]

NAME = re.compile(r"/\w+", re.ASCII)
WHAT_GOES_WRONG = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError)
"""How h5py tells that a file is damaged, depending on where."""


def read_hdf5(path: Path) -> dict[str, Any]:
    """Return the tree of a file; scalars below `@variables` are NumPy's, bfloat16 is a guest of NumPy's.

    Raises
    ------
    ModelFileError
        The file is damaged, or none that DeePMD-kit would write.
    """
    import h5py

    check_claim(path, "json")
    try:
        with h5py.File(path, "r", locking=False) as file:
            variables = _Variables(file, path.stat().st_size)
            return convert_leaves(parse_json(_json_text(file)), variables.read, plain_value)
    except ModelFileError:
        raise
    except WHAT_GOES_WRONG as error:
        said = " ".join(str(error).split())[:200]
        message = f"damaged, or no HDF5 file: {said}"
        raise ModelFileError(message) from error


def write_hdf5(path: Path, tree: Mapping[str, Any]) -> None:
    """Write a tree; what is no array below `@variables` becomes a data set without axes.

    Raises
    ------
    ModelFileError
        A leaf is something that does not come back.
    """
    import h5py

    with h5py.File(path, "w") as file:

        def variable(value: Any, where: str) -> str:
            name = f"/variable_{len(file):04d}"
            file.create_dataset(name, data=_storable(value, where))
            return name

        text = json.dumps(convert_leaves(tree, variable, plain_value), separators=(",", ":"))
        file.attrs["json"] = text


def _storable(value: Any, where: str) -> Any:
    x = np.asarray(value)
    # HDF5 has no such format; DeePMD-kit lets it become opaque, and that is what is read here.
    if x.dtype.name == "bfloat16":
        return x.view("V2")
    if x.dtype.kind not in "fiub" or x.dtype.itemsize > 8:
        raise unexpected(where, x.dtype.name, "real numbers, of 64 bits at most, or booleans", ModelFileError)
    return x


def _json_text(file: Any) -> str:
    from h5py import h5a, h5t

    if not h5a.exists(file.id, b"json"):
        held = ", ".join(list(file)[:5]) or "nothing"
        raise unexpected("json", held, "an attribute of this name in the root; no model file", ModelFileError)
    attribute = h5a.open(file.id, b"json")
    kind = attribute.get_type()
    if attribute.shape != () or kind.get_class() != h5t.STRING or not kind.is_variable_str():
        raise unexpected("json", "something else", "one text of variable length", ModelFileError)
    return str(file.attrs["json"])


class _Variables:
    """The data sets of a file, each of which is read once, and all together no more than the file's size."""

    def __init__(self, file: Any, size: int) -> None:
        self.file, self.left = file, size
        self.read_before: set[Any] = set()

    def read(self, name: Any, where: str) -> Any:
        from h5py import Dataset

        data = self._open(name, where)
        _check_storage(data, where)
        dtype = _dtype(data, where)
        nbytes = math.prod(data.shape) * dtype.itemsize
        self.left -= nbytes
        if nbytes > data.get_storage_size() or self.left < 0:
            held = f"shape {data.shape} of {dtype}, {nbytes} bytes"
            raise unexpected(where, held, "no more than what the file holds", ModelFileError)
        x = np.asarray(Dataset(data)[()])
        return _as_numpy(x, where)[()] if x.ndim == 0 else _as_numpy(x, where)

    def _open(self, name: Any, where: str) -> Any:
        from h5py import h5d, h5l, h5o

        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise unexpected(where, name, 'the name of a data set, "/variable_0000"', ModelFileError)
        links = self.file.id.links
        # `in` of h5py would follow a link into another file.
        if not links.exists(name[1:].encode()):
            raise unexpected(where, name, "the name of a data set that is there", ModelFileError)
        if links.get_info(name[1:].encode()).type != h5l.TYPE_HARD:
            raise unexpected(where, f"{name}, a link", "data in this place of this file", ModelFileError)
        found = h5o.open(self.file.id, name[1:].encode())
        if not isinstance(found, h5d.DatasetID):
            raise unexpected(where, f"{name}, a group", "a data set", ModelFileError)
        address = h5o.get_info(found).addr
        if address in self.read_before:
            raise unexpected(where, f"{name} again", "a data set of its own", ModelFileError)
        self.read_before.add(address)
        return found


def _check_storage(data: Any, where: str) -> None:
    from h5py import h5d

    creation = data.get_create_plist()
    if creation.get_layout() not in {h5d.CONTIGUOUS, h5d.COMPACT}:
        expected = "numbers in one piece, not in chunks (`h5repack -f NONE -l CONTI` rewrites a file)"
        raise unexpected(where, "chunks, or a virtual data set", expected, ModelFileError)
    if creation.get_external_count():
        raise unexpected(where, "data in another file", "data in this file", ModelFileError)


def _dtype(data: Any, where: str) -> np.dtype[Any]:
    from h5py import h5s, h5t

    kind = data.get_type()
    simple = data.get_space().get_simple_extent_type() != h5s.NULL
    opaque = kind.get_class() == h5t.OPAQUE and kind.get_size() == 2
    if not simple or not (opaque or kind.get_class() in {h5t.FLOAT, h5t.INTEGER, h5t.ENUM}):
        what = "real numbers or booleans"
        raise unexpected(where, "strings, objects, references or nothing", what, ModelFileError)
    dtype: np.dtype[Any] = data.dtype
    enumerated = kind.get_class() == h5t.ENUM and dtype != np.bool_
    if enumerated or dtype.itemsize > 8 or dtype.kind not in "fiubV":
        raise unexpected(where, dtype, "real numbers, of 64 bits at most, or booleans", ModelFileError)
    return dtype


def _as_numpy(x: Any, where: str) -> Any:
    if x.dtype.kind == "V":
        from refdp.namespaces import dtype_of

        return x.view(dtype_of(np, "bfloat16"))
    if x.dtype == np.bool_ and np.any(x.view(np.uint8) > 1):
        raise unexpected(where, "other bytes", "booleans, 0 or 1", ModelFileError)
    return x.astype(x.dtype.newbyteorder("="), copy=False)
