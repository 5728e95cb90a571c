"""The `refdp` command: one file a command, imported when it is called."""

from __future__ import annotations

from refdp.cli.group import main

__all__ = ["main"]
