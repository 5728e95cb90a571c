"""`python -m refdp`."""

from __future__ import annotations

import subprocess
import sys

import refdp


def test_is_the_command():
    run = subprocess.run(
        [sys.executable, "-m", "refdp", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"refdp, version {refdp.__version__}\n"
