"""Model files as trees of dictionaries, lists and arrays: DeePMD-kit's `.dp` (HDF5) and `.yaml`."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from refdp.errors import InputError, ModelFileError, UnsupportedError, unexpected
from refdp.io.files import replacing
from refdp.io.hdf5_tree import read_hdf5, write_hdf5
from refdp.io.yaml_tree import read_yaml, write_yaml

__all__ = ["SUFFIXES", "of_file", "read_tree", "regular_file", "write_tree"]


class Container(NamedTuple):
    """How trees stand in one kind of file."""

    read: Callable[[Path], dict[str, Any]]
    write: Callable[[Path, Mapping[str, Any]], None]


YAML = Container(read_yaml, write_yaml)
CONTAINERS = {".dp": Container(read_hdf5, write_hdf5), ".yaml": YAML, ".yml": YAML}
SUFFIXES = tuple(CONTAINERS)
"""How the name of a model file ends."""


def read_tree(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what a model file holds, exactly: the bits of its arrays, their dtypes and shapes.

    Nothing in a file is executed, and nothing can grow beyond what its size explains. The order of keys is
    the file's, which in `.yaml` is that of the alphabet.

    Parameters
    ----------
    path
        A file whose name ends in `.dp`, `.yaml` or `.yml`.

    Raises
    ------
    ModelFileError
        There is no such file, or it is damaged, foreign or hostile; the message tells file, what and where.
    """
    with of_file(path):
        container = _container(path)
        return container.read(regular_file(path))


def write_tree(path: str | os.PathLike[str], tree: Mapping[str, Any]) -> None:
    """Write a model file, which DeePMD-kit reads, whole or not at all.

    Parameters
    ----------
    path
        Its name, which ends in `.dp`, `.yaml` or `.yml`; its folder must exist.
    tree
        Dictionaries, lists, and leaves that JSON knows; arrays stand below keys `@variables`. NumPy's scalars
        are written as numbers.

    Raises
    ------
    ModelFileError
        The name ends differently, or the tree holds what could not be read back.
    InputError
        What is there is no file, or none can be written there.
    """
    with of_file(path):
        container = _container(path)
        if not Path(path).parent.is_dir():
            raise unexpected("path", str(path), "a file in a folder that exists", ModelFileError)
    with replacing(path) as beside, of_file(path):
        container.write(beside, tree)


@contextmanager
def of_file(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say, in errors raised inside the block, of which file they speak.

    Those of the system, `OSError`, become ModelFileError.
    """
    try:
        yield
    except OSError as error:
        # Its own words may name another file, that which is written first.
        said = os.strerror(error.errno) if error.errno else str(error)
        message = f"{os.fspath(path)}: {said}"
        raise ModelFileError(message) from error
    except (InputError, UnsupportedError) as error:
        message = f"{os.fspath(path)}: {error}"
        raise type(error)(message) from error


def regular_file(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that is there and not empty.

    Raises
    ------
    ModelFileError
        There is nothing, or a folder, a pipe, a device, or an empty file.
    """
    found = Path(path)
    try:
        status = found.stat()
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise ModelFileError(message) from None
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "something that is no file"
        raise unexpected("path", kind, "a file", ModelFileError)
    if status.st_size == 0:
        raise unexpected("path", "an empty file", "a model", ModelFileError)
    return found


def _container(path: str | os.PathLike[str]) -> Container:
    suffix = Path(path).suffix.lower()
    if suffix not in CONTAINERS:
        what = f"a name that ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise unexpected("path", os.fspath(path), what, ModelFileError)
    return CONTAINERS[suffix]
