"""Backends, one file each, and the protocol that keeps each in processes of its own."""

from __future__ import annotations

from parity.backends.backend import OUTPUTS, Backend

__all__ = ["OUTPUTS", "Backend"]
