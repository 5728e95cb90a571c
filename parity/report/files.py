"""Reports as JSON: written whole or not at all, and read back as they were."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from parity.report.model import Report
from refdp.errors import InputError
from refdp.io.files import replacing

__all__ = ["read_report", "write_json", "write_text"]


def write_json(report: msgspec.Struct, path: str | os.PathLike[str]) -> None:
    """Write a report as JSON; numbers that are not finite become null, as JSON has nothing else."""
    encoded = msgspec.json.format(msgspec.json.encode(report, enc_hook=_plain), indent=1)
    with replacing(path) as beside:
        beside.write_bytes(encoded + b"\n")


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write a text file, such as a page."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def read_report(path: str | os.PathLike[str]) -> Report:
    """Return the report in a JSON file.

    Raises
    ------
    InputError
        The file is no report.
    """
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=Report)
    except msgspec.DecodeError as error:
        message = f"{path}: expected a report of `refdp parity`, got {error}"
        raise InputError(message) from error


def _plain(value: Any) -> Any:
    """Return NumPy's numbers and arrays, which configurations may hold, as Python's."""
    return value.tolist()
