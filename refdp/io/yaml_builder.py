"""From the events of a YAML parser straight to a tree: no tags, no bombs, no recursion."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from refdp.errors import ModelFileError, unexpected
from refdp.io.array_dict import array_from_dict
from refdp.io.model_tree import IS_VARIABLE, MAX_DEPTH
from refdp.io.yaml_scalars import parse_scalar

__all__ = ["build_tree"]

LISTS_ANYHOW = 20_000
"""Lists and dictionaries that a file may have however short it is."""

BYTES_OF_A_LIST = 20
"""An array of a single column has a list for each number, which DeePMD-kit writes in a line of its own."""


def build_tree(events: Iterable[Any], size: int) -> Any:
    """Return what the one document of a file holds; dictionaries that describe arrays become arrays.

    Parameters
    ----------
    events
        From `yaml.parse`.
    size
        Of the file in bytes, which bounds what aliases stand for.

    Raises
    ------
    ModelFileError
        There is none or more than one document, a tag, a key that is no text or stands there twice, an alias
        that stands for more than the file could hold, or an array is none.
    """
    builder = _Builder(size)
    for event in events:
        builder.take(event)
    if len(builder.root.items) != 1:
        raise unexpected("documents", len(builder.root.items), "one in a file", ModelFileError)
    return builder.root.items[0]


@dataclass(slots=True)
class _Open:
    """A list or dictionary that has begun: what it holds so far, and the number of entries before it."""

    items: Any
    anchor: str | None = None
    before: int = 0
    key: str | None = None

    def place(self) -> str:
        return f"[{len(self.items)}]" if isinstance(self.items, list) else f".{self.key or ''}"


class _Builder:
    def __init__(self, size: int) -> None:
        import yaml

        self.root = _Open([])
        self.stack = [self.root]
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.entries, self.containers, self.size = 0, 0, size
        self.handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: lambda event: self._open(event, []),
            yaml.MappingStartEvent: lambda event: self._open(event, {}),
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.AliasEvent: self._alias,
        }

    def take(self, event: Any) -> None:
        """Use one event; the error of a bad one tells where it stands."""
        handler = self.handlers.get(type(event))
        if handler is None:
            return
        try:
            handler(event)
        except ModelFileError as error:
            message = f"line {event.start_mark.line + 1}: {error}"
            raise ModelFileError(message) from None

    def _where(self) -> str:
        return "".join(part.place() for part in self.stack[1:]).lstrip(".")

    def _scalar(self, event: Any) -> None:
        self._refuse_tag(event)
        value = parse_scalar(event.value) if event.implicit[0] else event.value
        self.entries += 1
        self._remember(event.anchor, value, 1)
        self._put(value)

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            raise unexpected(self._where(), event.tag, "plain values, without tags", ModelFileError)

    def _open(self, event: Any, items: Any) -> None:
        self._refuse_tag(event)
        self.containers += 1
        if len(self.stack) > MAX_DEPTH:
            message = f"`{self._where()[:60]}...`: more than {MAX_DEPTH} levels deep, which no model is"
            raise ModelFileError(message)
        if self.containers > LISTS_ANYHOW + self.size // BYTES_OF_A_LIST:
            message = "more lists and dictionaries than a model of this size has"
            raise ModelFileError(message)
        self.stack.append(_Open(items, event.anchor, self.entries))

    def _close(self, _: Any) -> None:
        self.entries += 1
        done = self.stack[-1]
        value = done.items
        if isinstance(value, dict) and value.get(IS_VARIABLE) is True:
            value = array_from_dict(value, self._where().removesuffix("."))
        self.stack.pop()
        self._remember(done.anchor, value, self.entries - done.before)
        self._put(value)

    def _put(self, value: Any) -> None:
        top = self.stack[-1]
        if isinstance(top.items, list):
            top.items.append(value)
        elif top.key is not None:
            top.items[top.key] = value
            top.key = None
        elif not isinstance(value, str) or value in top.items or value == "<<":
            raise unexpected(self._where(), value, "keys that are text, each once", ModelFileError)
        else:
            top.key = value

    def _remember(self, anchor: str | None, value: Any, entries: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = value, entries

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise unexpected(
                self._where(), f"*{event.anchor}", "something that stands before", ModelFileError
            )
        value, entries = self.anchors[event.anchor]
        self.entries += entries
        if self.entries > self.size:
            message = f"`{self._where()}`: aliases stand for more than a file of {self.size} bytes could hold"
            raise ModelFileError(message)
        self._put(copy.deepcopy(value))
