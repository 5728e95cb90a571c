"""`python -m refdp` is the command `refdp`."""

from __future__ import annotations

from refdp.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
