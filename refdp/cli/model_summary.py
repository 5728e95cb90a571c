"""What a model file holds, in short: nets as their widths, arrays as their shapes, everything else as it is.

Made from the tree alone, so that models of kinds that refdp does not evaluate are shown as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from refdp.io.model_tree import VARIABLES

__all__ = ["FEW", "NetSummary", "Shape", "count_numbers", "summarize"]

LONGEST_NAME = 32
FEW = 8
"""How many numbers of an array are shown, biases of the types for example."""


class NetSummary(dict[str, Any]):
    """A net in short, a dictionary that no other in a tree can be taken for."""


class Shape(dict[str, Any]):
    """An array in short, likewise."""


def summarize(node: Any) -> Any:
    """Return a tree that JSON can say, with a `NetSummary` for each net and a `Shape` for each array."""
    if isinstance(node, np.ndarray | np.generic):
        return _array(np.asarray(node))
    if isinstance(node, Mapping):
        layers = _layers(node)
        return _net(layers) if layers else {key: summarize(value) for key, value in node.items()}
    if isinstance(node, list):
        return [summarize(item) for item in node]
    return _sayable(node)


def count_numbers(node: Any) -> tuple[int, int]:
    """Return how many numbers are weights and biases of layers, and how many others there are."""
    inside = outside = 0
    for part in _dictionaries(node):
        variables = part.get(VARIABLES)
        size = sum(x.size for x in _arrays(variables))
        if _is_layer(part):
            inside += size
        else:
            outside += size
    return inside, outside


def _dictionaries(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in children:
        yield from _dictionaries(child)


def _arrays(node: Any) -> Iterator[Any]:
    if isinstance(node, np.ndarray | np.generic):
        yield node
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in children:
        yield from _arrays(child)


def _is_layer(part: Any) -> bool:
    variables = part.get(VARIABLES) if isinstance(part, Mapping) else None
    return isinstance(variables, Mapping) and isinstance(variables.get("w"), np.ndarray)


def _layers(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the layers of a dictionary that is a net or a layer, none for others."""
    found = part.get("layers")
    if isinstance(found, list) and found and all(map(_is_layer, found)):
        return found
    return [part] if _is_layer(part) else []


def _net(layers: list[Mapping[str, Any]]) -> NetSummary:
    shapes = [layer[VARIABLES]["w"].shape for layer in layers]
    widths = [*shapes[0][:1], *(shape[-1] for shape in shapes if shape)]
    kinds = dict.fromkeys(_kind(layer) for layer in layers)
    return NetSummary(
        net=widths if len(shapes[0]) > 1 else list(shapes[0]),
        activation_function=", then ".join(kinds),
        dtype=", ".join(dict.fromkeys(layer[VARIABLES]["w"].dtype.name for layer in layers)),
        numbers=sum(x.size for layer in layers for x in _arrays(layer[VARIABLES])),
    )


def _kind(layer: Mapping[str, Any]) -> str:
    if "activation_function" not in layer:
        return str(layer.get("@class", "layer"))[:LONGEST_NAME]
    name = str(layer["activation_function"])[:LONGEST_NAME]
    return "linear" if name.lower() in {"none", "linear"} else name


def _array(x: Any) -> Shape:
    few = {"values": summarize(x.tolist())} if x.size <= FEW else {}
    return Shape(shape=list(x.shape), dtype=x.dtype.name, **few)


def _sayable(value: Any) -> Any:
    # JSON has no word for these.
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
