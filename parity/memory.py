"""Peak memory of `refdp.describe` above the import, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import refdp

__all__ = ["peak_above_import", "peak_bytes"]

STATUS = Path("/proc/self/status")


def peak_above_import(config: Mapping[str, Any], repeat: int) -> int:
    """Return by how many bytes one `describe` of water raises the peak memory of a new process.

    What is imported on the way, and the descriptor itself, is counted in.

    Parameters
    ----------
    config
        The descriptor section.
    repeat
        Cells of 192 atoms along each direction.
    """
    request = json.dumps({"config": dict(config), "repeat": repeat})
    command = [sys.executable, "-m", "parity.memory", request]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own module
    return int(done.stdout)


def peak_bytes() -> int:
    """Return the largest resident memory that this process has had, in bytes."""
    if STATUS.exists():
        # `ru_maxrss` begins, on Linux, with the peak of the process that started this one.
        fields = dict(line.split(":", 1) for line in STATUS.read_text(encoding="ascii").splitlines())
        if "VmHWM" in fields:
            return int(fields["VmHWM"].split()[0]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _measure(request: str) -> int:
    before = peak_bytes()
    wanted = json.loads(request)
    system = refdp.examples.water(wanted["repeat"]).frame(0)
    descriptor = refdp.from_config(wanted["config"], type_map=system.type_map, seed=1)
    refdp.describe(descriptor, system)
    return peak_bytes() - before


if __name__ == "__main__":
    sys.stdout.write(str(_measure(sys.argv[1])))
