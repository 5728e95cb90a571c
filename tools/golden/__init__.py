"""Golden data from DeePMD-kit's TensorFlow backend; the command is `tools/make_golden.py`."""

from __future__ import annotations

__all__: list[str] = []
