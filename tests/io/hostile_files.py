"""Files that are damaged, foreign or made to do harm, each with what must be said about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import h5py
import numpy as np

__all__ = ["HOSTILE", "write"]

ARRAY = {"x": {"@variables": {"w": "/variable_0000"}}}


def hdf5(tree=ARRAY, data=None, change=None):
    """A file with this JSON, and data of this kind in the place of the array."""

    def make(path):
        with h5py.File(path, "w") as file:
            if data is not None:
                file["variable_0000"] = data
            if change is not None:
                change(file, path)
            if tree is not None:
                file.attrs["json"] = tree if isinstance(tree, str) else json.dumps(tree)

    return make


def text(content):
    """A file with this text."""
    return lambda path: path.write_text(content)


def array(**changes):
    """A tree with one array in words."""
    said = {"@class": "np.ndarray", "@is_variable": True, "@version": 1, "dtype": "float64", "value": [1.0]}
    return text(json.dumps({"@variables": {"w": said | changes}}, indent=1))


def wrong_length(path):
    """A file whose attribute says that its text has 4 GB."""
    hdf5(data=np.ones(2))(path)
    raw = bytearray(path.read_bytes())
    place = raw.index(b"json\0") + 8 + 24 + 8
    raw[place : place + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(raw)


def cut(share):
    """The first part of a file that was fine."""

    def make(path):
        hdf5(data=np.arange(1000.0))(path)
        raw = path.read_bytes()
        path.write_bytes(raw[: int(len(raw) * share)])

    return make


def soft_link(file, _):
    file["variable_0000"] = h5py.SoftLink("/elsewhere")
    file["elsewhere"] = np.ones(2)


def external_link(file, path):
    other = path.with_suffix(".h5")
    with h5py.File(other, "w") as there:
        there["x"] = np.ones(2)
    file["variable_0000"] = h5py.ExternalLink(str(other), "/x")


def virtual(file, path):
    other = path.with_suffix(".h5")
    with h5py.File(other, "w") as there:
        there["x"] = np.ones(10)
    layout = h5py.VirtualLayout(shape=(10,), dtype="f8")
    layout[:] = h5py.VirtualSource(str(other), "x", shape=(10,))
    file.create_virtual_dataset("variable_0000", layout)


def external_storage(file, path):
    other = path.with_suffix(".raw")
    other.write_bytes(bytes(80))
    file.create_dataset("variable_0000", (10,), "f8", external=[(str(other), 0, 80)])


def compressed(file, _):
    file.create_dataset("variable_0000", (10**7,), "f8", compression="gzip", fillvalue=0.0)
    file["variable_0000"][:100_000] = 0.0


def no_data(file, _):
    file.create_dataset("variable_0000", (10**9, 100), "f8")


def no_data_beside_others(file, _):
    file["others"] = np.ones(1000)
    file.create_dataset("variable_0000", (100,), "f8")


def references(file, _):
    file.create_dataset("variable_0000", data=np.array([file.ref], dtype=h5py.ref_dtype))


def variable_length(file, _):
    made = file.create_dataset("variable_0000", (2,), h5py.vlen_dtype(np.float64))
    made[0] = [1.0, 2.0]


def colours(file, _):
    file.create_dataset("variable_0000", (2,), h5py.enum_dtype({"red": 0, "blue": 1}))


def other_bytes(file, _):
    file["variable_0000"] = np.array([5, 0], np.uint8).view(np.bool_)


def two_names(file, _):
    file["variable_0000"] = np.ones(2)
    file["variable_0001"] = file["variable_0000"]


DEEP = "[" * 1000 + "]" * 1000
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]\n" for k in range(1, 10)
)

HDF5 = {
    "text": (text("model:\n"), "damaged, or no HDF5 file"),
    "zeros": (lambda path: path.write_bytes(bytes(4096)), "damaged, or no HDF5 file"),
    "signature": (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n"), "damaged, or no HDF5 file"),
    "cut in the data": (cut(0.5), "damaged, or no HDF5 file"),
    "cut at the end": (cut(0.99), "damaged, or no HDF5 file"),
    "no attribute": (hdf5(None, np.ones(2)), "`json`: expected an attribute of this name"),
    "attribute of numbers": (
        hdf5(None, change=lambda file, _: file.attrs.create("json", [1, 2])),
        "`json`: expected one text",
    ),
    "attribute of two": (
        hdf5(None, change=lambda file, _: file.attrs.create("json", ["{}", "{}"], dtype=h5py.string_dtype())),
        "`json`: expected one text",
    ),
    "attribute of fixed length": (
        hdf5(None, change=lambda file, _: file.attrs.create("json", np.bytes_(b"{}"))),
        "`json`: expected ",
    ),
    "attribute of 4 GB": (wrong_length, "`json`: expected a text no longer than the file"),
    "no JSON": (hdf5('{"model": '), "no JSON: line 1, column 11"),
    "JSON of a list": (hdf5("[1]"), "`the tree`: expected a dictionary"),
    "JSON twice": (hdf5('{"a": 1, "a": 2}'), "the key 'a' stands there twice"),
    "JSON deep": (hdf5(f'{{"a": {DEEP}}}'), "deep"),
    "JSON deeper": (hdf5('{"a":' * 100_000), "nested too deeply"),
    "JSON of many lists": (hdf5(f"[{'[],' * 1_000_000}[]]"), "more than 500000 entries"),
    "JSON of a huge integer": (
        hdf5(f'{{"a": {"9" * 100_000}}}'),
        "the integer 999999999999... of 100000 cha",
    ),
    "JSON of a large integer": (hdf5({"a": 2**64}), "`a`: expected an integer of 64 bits"),
    "JSON of half a character": (hdf5('{"a": "\\ud800"}'), "`a`: expected Unicode text"),
    "JSON with an array in words": (hdf5({"a": {"@is_variable": True}}), "`a`: expected an array"),
    "no such data": (hdf5(), "`x.@variables.w`: expected the name of a data set that is there"),
    "a number for a name": (hdf5({"@variables": {"w": 1.0}}), "`@variables.w`: expected the name of"),
    "a path for a name": (hdf5({"@variables": {"w": "/a/../b"}}), "`@variables.w`: expected the name of"),
    "root for a name": (hdf5({"@variables": {"w": "/"}}), "`@variables.w`: expected the name of"),
    "a group": (
        hdf5(change=lambda file, _: file.create_group("variable_0000")),
        "`x.@variables.w`: expected a data set, got '/variable_0000, a group'",
    ),
    "soft link": (hdf5(change=soft_link), "`x.@variables.w`: expected data in this place of this file"),
    "external link": (hdf5(change=external_link), "`x.@variables.w`: expected data in this place"),
    "virtual": (hdf5(change=virtual), "`x.@variables.w`: expected numbers in one piece"),
    "external storage": (hdf5(change=external_storage), "`x.@variables.w`: expected data in this file"),
    "compressed": (hdf5(change=compressed), "`x.@variables.w`: expected numbers in one piece"),
    "no data": (hdf5(change=no_data), "no more than what the file holds, got 'shape (1000000000, 100)"),
    "no data beside others": (hdf5(change=no_data_beside_others), "no more than what the file holds"),
    "references": (hdf5(change=references), "`x.@variables.w`: expected real numbers or booleans"),
    "variable length": (hdf5(change=variable_length), "`x.@variables.w`: expected real numbers or booleans"),
    "text as data": (hdf5(data="text"), "`x.@variables.w`: expected real numbers or booleans"),
    "nothing": (hdf5(data=h5py.Empty("f8")), "`x.@variables.w`: expected real numbers or booleans"),
    "fields": (hdf5(data=np.zeros(2, "f8,i4")), "`x.@variables.w`: expected real numbers or booleans"),
    "complex": (hdf5(data=np.ones(2, complex)), "`x.@variables.w`: expected real numbers or booleans"),
    "long": (hdf5(data=np.ones(2, np.longdouble)), "`x.@variables.w`: expected real numbers, of 64 bits"),
    "colours": (hdf5(change=colours), "`x.@variables.w`: expected real numbers, of 64 bits"),
    "neither true nor false": (hdf5(change=other_bytes), "`x.@variables.w`: expected booleans, 0 or 1"),
    "data twice": (
        hdf5({"@variables": {"a": "/variable_0000", "b": "/variable_0000"}}, np.ones(2)),
        "`@variables.b`: expected a data set of its own",
    ),
    "data under two names": (
        hdf5({"@variables": {"a": "/variable_0000", "b": "/variable_0001"}}, change=two_names),
        "`@variables.b`: expected a data set of its own",
    ),
}

YAML = {
    "bytes": (lambda path: path.write_bytes(b"\x00\x01\x02" * 100), "damaged, or no YAML file"),
    "no UTF-8": (lambda path: path.write_bytes(b"a: \xc3\x28"), "damaged, or no YAML file"),
    "not closed": (text("a: [1, 2"), "damaged, or no YAML file"),
    "a list": (text("- 1\n"), "`the tree`: expected a dictionary"),
    "a comment": (text("# nothing\n"), "`documents`: expected one in a file, got 0"),
    "two documents": (text("a: 1\n---\nb: 1\n"), "`documents`: expected one in a file, got 2"),
    "alias bomb": (text(BOMB), "aliases stand for more than a file of"),
    "alias of nothing": (text("a: *b\n"), "line 1: `a`: expected something that stands before, got '*b'"),
    "alias of itself": (text("a: &a [*a]\n"), "line 1: `a[0]`: expected something that stands before"),
    "merged": (text("a: &a {b: 1}\nc:\n  <<: *a\n"), "line 3: `c.`: expected keys that are text"),
    "deep": (text(f"a: {DEEP}"), "line 1: `a[0][0]"),
    "deeper": (text("a: " + "[" * 1_000_000), "more than 100 levels deep"),
    "deep in lines": (text("- " * 2000), "more than 100 levels deep"),
    "many lists": (text(f"[{'[],' * 300_000}]"), "more lists and dictionaries than a model of this size"),
    "key twice": (text("a: 1\na: 2\n"), "line 2: ``: expected keys that are text, each once, got 'a'"),
    "key of a number": (text("1: 1\n"), "line 1: ``: expected keys that are text, each once, got 1"),
    "key of a list": (text("? [1]\n: 1\n"), "expected keys that are text, each once, got [1]"),
    "python": (text("a: !!python/object/apply:os.system ['true']\n"), "`a`: expected plain values, without"),
    "python name": (text("a: !!python/name:os.system\n"), "line 1: `a`: expected plain values, without tags"),
    "binary": (text("a: !!binary aGVsbG8=\n"), "line 1: `a`: expected plain values, without tags"),
    "set": (text("a: !!set {b}\n"), "line 1: `a`: expected plain values, without tags"),
    "large integer": (text("a: 18446744073709551616\n"), "line 1: `number`: expected an integer of 64 bits"),
    "huge integer": (
        text(f"a: {'9' * 100_000}\n"),
        "`number`: expected at most 100, got '100000 characters'",
    ),
    "huge by sixties": (text(f"a: 1{':59' * 100_000}\n"), "`number`: expected at most 100"),
    "huge binary": (text(f"a: 0b{'1' * 90}\n"), "`number`: expected an integer of 64 bits"),
    "no number": (text("a: 0b_\n"), "`number`: expected a number, got '0b_'"),
    "objects": (array(dtype="object"), "`@variables.w.dtype`: expected one of bfloat16, bool"),
    "text as format": (array(dtype="U100000000"), "`@variables.w.dtype`: expected one of"),
    "fields": (array(dtype="f8,f8"), "`@variables.w.dtype`: expected one of"),
    "list as format": (array(dtype=["f8"]), "`@variables.w.dtype`: expected one of"),
    "no format": (
        text('"@variables": {w: {"@is_variable": true, "@class": np.ndarray, value: 1}}'),
        "dtype`",
    ),
    "another class": (array(**{"@class": "os.system"}), "`@variables.w`: expected an array"),
    "another key": (array(order="F"), "`@variables.w`: expected an array with the keys"),
    "ragged": (array(value=[[1.0], [1.0, 2.0]]), "`@variables.w`: expected nested lists of equal lengths"),
    "ragged depth": (array(value=[1.0, [2.0]]), "`@variables.w`: expected nested lists of equal lengths"),
    "text as numbers": (array(value=["1.0"]), "`@variables.w`: expected nested lists of numbers"),
    "nothing as numbers": (array(value=[None]), "`@variables.w`: expected nested lists of numbers"),
    "dictionary as numbers": (array(value={}), "`@variables.w`: expected nested lists of numbers"),
    "too large": (
        array(value=[1.5e300], dtype="float32"),
        "`@variables.w.value`: expected numbers that float32",
    ),
    "not whole": (array(value=[1.5], dtype="int64"), "`@variables.w.value`: expected nested lists, of equal"),
    "overflow": (array(value=[300], dtype="uint8"), "`@variables.w.value`: expected nested lists, of equal"),
    "ragged integers": (
        array(value=[[1], [1, 2]], dtype="int8"),
        "`@variables.w.value`: expected nested lists",
    ),
    "integers so deep": (
        array(value=json.loads("[" * 90 + "1" + "]" * 90), dtype="int8"),
        "`@variables.w`: expected at most 32 axes",
    ),
    "floats so deep": (array(value=json.loads("[" * 90 + "1" + "]" * 90)), "`@variables.w`: expected "),
    "integers as booleans": (array(value=[1], dtype="bool"), "`@variables.w.value`: expected nested lists"),
    "another shape": (array(shape=[2, 3]), "`@variables.w.shape`: expected one for 1 numbers"),
    "huge shape": (array(value=[], shape=[0, 2**62]), "`@variables.w.shape`: expected one for 0 numbers"),
    "negative shape": (array(shape=[-1]), "`@variables.w.shape`: expected one for 1 numbers"),
    "no shape": (array(shape="1"), "`@variables.w.shape`: expected one for 1 numbers"),
    "array elsewhere": (
        text('w: {"@is_variable": true, "@class": np.ndarray, dtype: bool, value: true}'),
        "`w`: expected text, a number, true, false or none; arrays stand below `@variables`",
    ),
}

ANY = {
    "missing": (lambda path: None, "cannot be read: No such file or directory"),
    "empty": (lambda path: path.write_bytes(b""), "`path`: expected a model, got 'an empty file'"),
    "folder": (lambda path: path.mkdir(), "`path`: expected a file, got 'a folder'"),
    "pipe": (os.mkfifo, "`path`: expected a file, got 'something that is no file'"),
}

HOSTILE = {
    **{f"{name}.dp": case for name, case in (ANY | HDF5).items()},
    **{f"{name}.yaml": case for name, case in (ANY | YAML).items()},
    "model.yml": (text("a: *b\n"), "expected something that stands before"),
    "model.json5": (text("{}"), "`path`: expected a name that ends in .dp, .yaml or .yml"),
    "model": (text("{}"), "`path`: expected a name that ends in .dp, .yaml or .yml"),
    ".dp": (text("{}"), "`path`: expected a name that ends in .dp, .yaml or .yml"),
}
"""From the name of a file to what writes it, and to a part of the message."""


def write(folder: Path, name: str) -> Path:
    """Write one of the files and return its path."""
    path = folder / name
    HOSTILE[name][0](path)
    return path
