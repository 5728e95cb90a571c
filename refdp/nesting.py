"""Sections and dictionaries that hold others of their kind: how many, and how deep, is still no accident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from refdp.errors import InputError, unexpected

__all__ = ["Nesting"]


class Nesting(NamedTuple):
    """How many parts within parts there may be.

    Attributes
    ----------
    key
        Under which a part holds others, in a list.
    parts
        What they are called.
    most
        How many there may be at one depth.
    lists
        What a level of them is called.
    levels
        How deep they may go.
    """

    key: str
    parts: str
    most: int
    lists: str
    levels: int

    def check(self, data: Any, error: type[InputError]) -> None:
        """Raise an error of this class where parts are too many, or too deep."""
        level: list[Any] = [data]
        for _ in range(self.levels + 1):
            level = [part for each in level for part in self._within(each)]
            if len(level) > self.most:
                raise unexpected(self.key, len(level), f"at most {self.most} {self.parts}", error)
            if not level:
                return
        raise unexpected(self.key, "more", f"at most {self.levels} levels of {self.lists}", error)

    def _within(self, data: Any) -> list[Any]:
        parts = data.get(self.key) if isinstance(data, Mapping) else None
        return [*parts] if isinstance(parts, list | tuple) else []
