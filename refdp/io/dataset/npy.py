"""Files in NumPy's npy format, of which the header is read first and frames when they are wanted."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import EllipsisType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from refdp.io.dataset.store import Table, cause, problem

__all__ = ["NpyTable"]

MAGIC = b"\x93NUMPY"
# As NumPy's own limit.
LONGEST_HEADER = 10_000
# The values of the dictionary in the header. A dtype is that of numbers, or something told apart from them:
# truth values, texts, times, raw bytes and pickled objects; Python 2 wrote long integers with an L.
PARTS = {
    "descr": re.compile(
        r"""['"]descr['"]\s*:\s*['"]([<>|=]?(?:[biufcmMSUV]\d{1,9}(?:\[\w+\])?|O))['"]\s*[,}]"""
    ),
    "fortran_order": re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)"""),
    "shape": re.compile(r"""['"]shape['"]\s*:\s*\(((?:\s*\d{1,19}L?\s*,)*\s*(?:\d{1,19}L?\s*)?)\)"""),
}
EXPECTED = "an npy file of real numbers"


@dataclass(frozen=True)
class NpyTable(Table):
    """An npy file. Only its header is read when it is opened; frames are mapped when they are read.

    Never unpickles. Every number that the header declares must be in the file.
    """

    offset: int
    fortran: bool

    @classmethod
    def open(cls, path: Path) -> NpyTable:
        """Read the header of a file.

        Raises
        ------
        InputError
            The file is missing, is not an npy file, or is shorter than its header says.
        """
        name = str(path)
        if path.exists() and not path.is_file():
            raise problem(name, EXPECTED, "something that is no file")
        try:
            with path.open("rb") as file:
                text = _header_text(file)
                dtype, fortran, shape = _parse(text)
                offset = file.tell()
            size = path.stat().st_size
        except (OSError, ValueError, TypeError) as error:
            raise problem(name, EXPECTED, cause(error)) from error
        needed = offset + prod(shape) * dtype.itemsize
        if size < needed:
            raise problem(name, f"{needed} bytes, as {shape} of {dtype} in the header takes", str(size))
        return cls(name, shape, dtype, offset, fortran)

    def read(self, where: slice | EllipsisType) -> NDArray[np.generic]:
        """Return a part of the first axis, or all, as a copy in memory."""
        try:
            mapped = np.memmap(
                self.name,
                self.dtype,
                mode="r",
                offset=self.offset,
                shape=self.shape,
                order="F" if self.fortran else "C",
            )
        except (OSError, ValueError, OverflowError) as error:
            raise problem(self.name, EXPECTED, cause(error)) from error
        return np.array(mapped[where], order="C", subok=False)


def _header_text(file: BinaryIO) -> str:
    start = file.read(8)
    if len(start) < 8 or start[:6] != MAGIC or start[6] not in (1, 2, 3):
        message = "a file that does not begin as one"
        raise ValueError(message)
    # Version 1 has a length of two bytes, later ones of four.
    width, code = (2, "<H") if start[6] == 1 else (4, "<I")
    given = file.read(width)
    length = struct.unpack(code, given)[0] if len(given) == width else LONGEST_HEADER + 1
    if length > LONGEST_HEADER:
        message = f"a header of more than {LONGEST_HEADER} bytes"
        raise ValueError(message)
    return file.read(length).decode("utf-8" if start[6] == 3 else "latin-1")


def _parse(text: str) -> tuple[np.dtype[np.generic], bool, tuple[int, ...]]:
    """Return dtype, Fortran order and shape, without Python's parser, which warns of strange texts."""
    found = dict.fromkeys(PARTS, "")
    for key, part in PARTS.items():
        if not (match := part.search(text)):
            message = f"a header without `{key}` of a plain array: {text.strip()!r:.120}"
            raise ValueError(message)
        found[key] = match[1]
    lengths = tuple(int(n) for n in re.findall(r"\d+", found["shape"]))
    if len(lengths) > 32 or any(n >= 2**63 for n in lengths):
        message = f"the shape ({found['shape']:.80})"
        raise ValueError(message)
    return np.dtype(found["descr"]), found["fortran_order"] == "True", lengths
