"""Peak memory of one calculation above the import, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import refdp

__all__ = ["MEASURED", "measured", "peak_above_import", "peak_bytes"]

STATUS = Path("/proc/self/status")


def peak_above_import(config: Mapping[str, Any], repeat: int, who: str = "refdp") -> int | None:
    """Return by how many bytes one calculation on water raises the peak memory of a new process.

    What we import on the way, and our neighbour search, is counted in; what DeePMD-kit imports is not, and it
    is given the neighbour table.

    Parameters
    ----------
    config
        The descriptor section, or that of a whole model.
    repeat
        Cells of 192 atoms along each direction.
    who
        One of `MEASURED`.

    Returns
    -------
    int or None
        None where the package is not installed.
    """
    if find_spec(MEASURED[who][0]) is None:
        return None
    request = json.dumps({"config": dict(config), "repeat": repeat, "who": who})
    command = [sys.executable, "-m", "parity.memory", request]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own module
    return int(done.stdout.split()[-1])


def measured(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return who is measured at a task: everybody at descriptors, refdp alone at forces."""
    return (OURS,) if "fitting_net" in config else tuple(MEASURED)


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
    wanted = json.loads(request)
    return MEASURED[wanted["who"]][1](wanted["config"], wanted["repeat"])


def _ours(config: dict[str, Any], repeat: int) -> int:
    before = peak_bytes()
    if "fitting_net" in config:
        refdp.evaluate(refdp.model_from_config(config, seed=1), refdp.examples.water(repeat).frame(0))
    else:
        refdp.describe(*_task(config, repeat))
    return peak_bytes() - before


def _deepmd(config: dict[str, Any], repeat: int) -> int:
    from parity.contestants import in_deepmd, table

    descriptor, system = _task(config, repeat)
    theirs, arrays = in_deepmd(descriptor), table(descriptor, system)
    before = peak_bytes()
    theirs.call(*arrays)
    return peak_bytes() - before


def _task(config: dict[str, Any], repeat: int) -> tuple[Any, Any]:
    system = refdp.examples.water(repeat).frame(0)
    return refdp.from_config(config, type_map=system.type_map, seed=1), system


OURS = "refdp"
MEASURED: dict[str, tuple[str, Callable[[dict[str, Any], int], int]]] = {
    OURS: ("refdp", _ours),
    "DeePMD-kit": ("deepmd", _deepmd),
}
"""By name, the package that is needed, and what measures it."""


if __name__ == "__main__":
    sys.stdout.write(str(_measure(sys.argv[1])))
