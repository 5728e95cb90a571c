"""JSON as model files and input files have it, with nothing left to chance."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from refdp.errors import ModelFileError
from refdp.io.model_tree import MAX_ENTRIES

__all__ = ["parse_json"]

LONGEST_INTEGER = 20
"""Characters of an integer of 64 bits, its sign included."""


def parse_json(text: str) -> Any:
    """Return what a JSON text says; Python's `NaN` and `Infinity` are numbers, as DeePMD-kit writes them.

    Raises
    ------
    ModelFileError
        It is no JSON (the message tells line and column), names a key twice, is nested too deeply, has more
        entries than any model, or an integer beyond 64 bits.
    """
    if sum(map(text.count, "[{,")) > MAX_ENTRIES:
        message = f"its JSON has more than {MAX_ENTRIES} entries, which no model has"
        raise ModelFileError(message)
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_int=_integer)
    except json.JSONDecodeError as error:
        around = text[max(error.pos - 20, 0) : error.pos + 20]
        message = f"no JSON: line {error.lineno}, column {error.colno}: {error.msg}, near {around!a}"
        raise ModelFileError(message) from None
    except RecursionError:
        message = "its JSON is nested too deeply"
        raise ModelFileError(message) from None


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        message = f"the key {twice!a} stands there twice"
        raise ModelFileError(message)
    return found


def _integer(text: str) -> int:
    if len(text) > LONGEST_INTEGER:
        message = f"the integer {text[:12]}... of {len(text)} characters is beyond 64 bits"
        raise ModelFileError(message)
    return int(text)
