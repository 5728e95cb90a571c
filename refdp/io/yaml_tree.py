"""Trees in YAML: arrays in words, keys sorted, the text that DeePMD-kit's writer gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from refdp.errors import ModelFileError, unexpected
from refdp.io.array_dict import DTYPES, array_header
from refdp.io.model_tree import convert_leaves, plain_value
from refdp.io.yaml_builder import build_tree
from refdp.io.yaml_scalars import float_text, looks_like_something_else

__all__ = ["read_yaml", "write_yaml"]

DTYPES_OF_PYTHON = ("float64", "int64", "bool")
PLAIN, QUOTED_OR_NOT, QUOTED = (True, False), (True, True), (False, True)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the tree of a file, as `yaml.safe_load` would, with arrays where dictionaries describe them.

    Raises
    ------
    ModelFileError
        The file is no YAML, or none that DeePMD-kit would write.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open("rb") as file:
            tree = build_tree(yaml.parse(file, Loader=loader), path.stat().st_size)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())[:200]
        message = f"damaged, or no YAML file: {said}"
        raise ModelFileError(message) from error
    return convert_leaves(tree, _array_or_plain, plain_value)


def _array_or_plain(value: Any, where: str) -> Any:
    return value if isinstance(value, np.ndarray) else plain_value(value, where)


def write_yaml(path: Path, tree: Mapping[str, Any]) -> None:
    """Write a tree.

    Raises
    ------
    ModelFileError
        A leaf is something that does not come back.
    """
    import yaml

    checked = convert_leaves(tree, _storable, plain_value)
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    with path.open("w", encoding="utf-8") as file:
        yaml.emit(_document(checked), file, Dumper=dumper)


def _storable(value: Any, where: str) -> Any:
    """Return an array, or a plain value where nothing but an array's lack of axes would be lost."""
    if isinstance(value, np.generic) and value.dtype.name not in DTYPES_OF_PYTHON:
        value = np.asarray(value)
    if not isinstance(value, np.ndarray):
        return plain_value(value, where)
    if value.dtype.name not in DTYPES:
        raise unexpected(where, value.dtype.name, f"one of {', '.join(sorted(DTYPES))}", ModelFileError)
    return value


def _document(tree: Mapping[str, Any]) -> Iterator[Any]:
    import yaml

    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent(explicit=False)
    yield from _events(tree)
    yield yaml.DocumentEndEvent(explicit=False)
    yield yaml.StreamEndEvent()


def _events(value: Any) -> Iterator[Any]:
    import yaml

    if isinstance(value, np.ndarray):
        value = array_header(value) | {"value": value.tolist()}
    if isinstance(value, Mapping):
        yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
        for key in sorted(value):
            yield _text_event(key)
            yield from _events(value[key])
        yield yaml.MappingEndEvent()
    elif isinstance(value, list):
        yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
        for item in value:
            yield from _events(item)
        yield yaml.SequenceEndEvent()
    else:
        yield _text_event(value) if isinstance(value, str) else _number_event(value)


def _text_event(text: str) -> Any:
    import yaml

    return yaml.ScalarEvent(None, None, QUOTED if looks_like_something_else(text) else QUOTED_OR_NOT, text)


def _number_event(value: float | None) -> Any:
    import yaml

    words = {None: "null", True: "true", False: "false"}
    text = float_text(value) if isinstance(value, float) else str(value)
    if value is None or isinstance(value, bool):
        text = words[value]
    return yaml.ScalarEvent(None, None, PLAIN, text)
