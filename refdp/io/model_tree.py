"""The tree in a model file: what a variable is, in which order they are met, and how large a tree may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from refdp.errors import ModelFileError, unexpected

__all__ = [
    "INTEGERS",
    "IS_VARIABLE",
    "MAX_DEPTH",
    "MAX_ENTRIES",
    "VARIABLES",
    "convert_leaves",
    "plain_value",
]

MAX_DEPTH = 100
"""Dictionaries and lists within one another; models of models with hybrid descriptors have some twenty."""

MAX_ENTRIES = 500_000
"""Entries of a tree, arrays counted as one; a layer of a net has a dozen."""

INTEGERS = range(-(2**63), 2**64)
"""What fits into an integer of NumPy, and so into an array, an option or a file of another program."""

VARIABLES = "@variables"
"""The key below which every leaf is a variable."""

IS_VARIABLE = "@is_variable"
"""The key that makes a dictionary a leaf, an array in words."""

Convert = Callable[[Any, str], Any]


def convert_leaves(tree: Any, variable: Convert, plain: Convert) -> dict[str, Any]:
    """Return a tree of the same keys, in the same order, with every leaf converted.

    The walk is depth first, in the order of the dictionaries. A leaf is a variable if it is not None and lies
    below a key `@variables`, however deep; the others are plain. Tuples become lists.

    Parameters
    ----------
    tree
        Dictionaries and lists; anything else is a leaf.
    variable
        From a variable and its place, `model.@variables.out_bias` for example, to what replaces it.
    plain
        The same for all other leaves.

    Raises
    ------
    ModelFileError
        The tree is no dictionary, a key is no text, or there are more levels or entries than any model has.
    """
    if not isinstance(tree, Mapping):
        raise unexpected("the tree", tree, "a dictionary", ModelFileError)
    converted: dict[str, Any] = _Walk(variable, plain).convert(tree, "", False, 0)
    return converted


class _Walk:
    """One walk over a tree, which counts as it goes: a few shared lists can stand for billions of entries."""

    def __init__(self, variable: Convert, plain: Convert) -> None:
        self.leaf = {True: variable, False: plain}
        self.entries = 0

    def convert(self, node: Any, where: str, variable: bool, depth: int) -> Any:
        self._count(where, depth)
        if isinstance(node, Mapping):
            if IS_VARIABLE in node:
                raise unexpected(where, f"a dictionary with `{IS_VARIABLE}`", "an array", ModelFileError)
            return {
                _text(key, where): self.convert(
                    value, f"{where}.{key}" if where else key, variable or key == VARIABLES, depth + 1
                )
                for key, value in node.items()
            }
        if isinstance(node, list | tuple):
            return [self.convert(x, f"{where}[{k}]", variable, depth + 1) for k, x in enumerate(node)]
        return self.leaf[variable and node is not None](node, where)

    def _count(self, where: str, depth: int) -> None:
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            message = f"more than {MAX_ENTRIES} entries, which no model has"
            raise ModelFileError(message)
        if depth > MAX_DEPTH:
            message = f"`{where[:60]}...`: more than {MAX_DEPTH} levels deep, which no model is"
            raise ModelFileError(message)


def plain_value(value: Any, where: str) -> Any:
    """Return a leaf that is no variable as Python's own kind of value, NumPy's scalars included.

    Raises
    ------
    ModelFileError
        It is an array, an integer beyond 64 bits, no Unicode text, or of another kind.
    """
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, int):
        return _integer(value, where)
    if isinstance(value, float):
        return float(value)
    expected = f"text, a number, true, false or none; arrays stand below `{VARIABLES}`"
    raise unexpected(where, type(value).__name__, expected, ModelFileError)


def _integer(value: int, where: str) -> int:
    if value not in INTEGERS:
        raise unexpected(where, f"one of {value.bit_length()} bits", "an integer of 64 bits", ModelFileError)
    return int(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise unexpected(where, value, "keys that are text", ModelFileError)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise unexpected(where, ascii(value), "Unicode text", ModelFileError) from None
    return str(value)
