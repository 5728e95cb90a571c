"""How long a text in an HDF5 file claims to be: the library believes it and asks for as much memory.

A text of variable length is stored elsewhere in the file; what stands in the attribute is its length and its
place. The library reserves the length, 4 GB if so it says, before it looks. There is no way to ask it for the
length, so it is read from the file's bytes, where the format has it (HDF5 file format specification, "The
Attribute Message", versions 1 to 3).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

from refdp.errors import ModelFileError, unexpected

__all__ = ["check_claim"]

MOST_PLACES = 1000
"""Where the name of the attribute may stand; one is usual."""


def check_claim(path: Path, name: str) -> None:
    """Raise ModelFileError where an attribute of this name claims a text longer than its file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        size = len(data)
        for count, place in enumerate(_places(data, name.encode() + b"\0")):
            longest = max(_claims(data, place), default=0)
            if count == MOST_PLACES or longest > size:
                what = f"a text no longer than the file, {size} bytes"
                raise unexpected(name, f"one of {longest} bytes", what, ModelFileError)


def _places(data: mmap.mmap, name: bytes) -> Iterator[int]:
    place = data.find(name)
    while place >= 0:
        yield place
        place = data.find(name, place + 1)


def _claims(data: mmap.mmap, name: int) -> Iterator[int]:
    """Yield the lengths that stand behind a name, in each form of the message that may be meant."""
    for start, versions, step in ((name - 8, (1,), 8), (name - 8, (2,), 1), (name - 9, (3,), 1)):
        if start < 0 or data[start] not in versions:
            continue
        # Of the name, of the description of the type, and of that of the shape.
        sizes = struct.unpack("<3H", data[start + 2 : start + 8])
        end = name + sum(-(-n // step) * step for n in sizes)
        if end + 4 <= len(data):
            yield struct.unpack("<I", data[end : end + 4])[0]
