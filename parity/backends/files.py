"""Trees of plain values and arrays as files: one `.npz` with the arrays and, as JSON text, the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.case import Case, Inputs
from parity.models.case import FAMILY, ModelCase, ModelInputs

__all__ = ["load", "load_inputs", "save", "save_inputs"]

TREE = "tree"
ARRAY = "@array"


def save(file: Path, tree: Any) -> None:
    """Write a tree of dictionaries, lists, numbers, texts, None and arrays, beside it first."""
    arrays: dict[str, NDArray[Any]] = {}
    text = json.dumps(_without_arrays(tree, arrays))
    arrays[TREE] = np.frombuffer(text.encode(), dtype=np.uint8)
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
    part.replace(file)


def load(file: Path) -> Any:
    """Read what `save` wrote; nothing in the file is ever executed."""
    with np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return _with_arrays(json.loads(arrays.pop(TREE).tobytes().decode()), arrays)


def save_inputs(file: Path, inputs: Inputs | ModelInputs) -> None:
    """Write a case and its arrays."""
    save(file, msgspec.structs.asdict(inputs) | {"case": msgspec.to_builtins(inputs.case)})


def load_inputs(file: Path) -> Any:
    """Read what `save_inputs` wrote: `Inputs`, or `ModelInputs` where the family says so."""
    tree = load(file)
    if tree["case"]["family"] == FAMILY:
        return ModelInputs(**tree | {"case": msgspec.convert(tree["case"], ModelCase)})
    return Inputs(**tree | {"case": msgspec.convert(tree["case"], Case)})


def _without_arrays(tree: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(tree, np.ndarray):
        name = f"array{len(arrays)}"
        arrays[name] = tree
        return {ARRAY: name}
    if isinstance(tree, dict):
        return {key: _without_arrays(value, arrays) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_without_arrays(value, arrays) for value in tree]
    return tree.item() if isinstance(tree, np.generic) else tree


def _with_arrays(tree: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(tree, list):
        return [_with_arrays(value, arrays) for value in tree]
    if not isinstance(tree, dict):
        return tree
    if set(tree) == {ARRAY}:
        return arrays[tree[ARRAY]]
    return {key: _with_arrays(value, arrays) for key, value in tree.items()}
