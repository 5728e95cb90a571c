"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacing"]


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give the name of an empty file to write, which takes the place of `path` when the block ends.

    Whatever ends the block early, a killed write included, leaves `path` as it was. The permissions are those
    of any new file, and an existing file's where one is replaced.

    Parameters
    ----------
    path
        The file to be; its folder must exist.

    Yields
    ------
    Path
        Where to write, with the same suffix.
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(_permissions(target))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _permissions(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    # The mask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
