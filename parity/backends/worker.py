"""The process that backends run in: `python -m parity.backends.worker NAME[,NAME...] CASE_DIR RESULT_DIR`.

It reads `CASE_DIR/*.npz` in order of name, for one backend after another, and writes a result of the same
name to `RESULT_DIR/NAME` for each; results that are there already are left alone. On standard output it says
one line before each case, `begin NAME CASE`, and one after it, `end NAME CASE`; whatever else is printed in
this process goes to standard error. It ends when its standard input does, so that it never outlives who
started it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any, TextIO

from parity.backends.backend import Evaluate
from parity.backends.files import load_inputs, save
from parity.backends.registry import find
from parity.case import Inputs

__all__ = ["evaluate_case", "folder_of", "main", "start"]


def main(names: str, case_dir: str, result_dir: str) -> None:
    """Evaluate all cases of a folder with some backends."""
    channel = _private_output()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    warnings.simplefilter("ignore")
    files = sorted(Path(case_dir).glob("*.npz"))
    for name in names.split(","):
        folder = folder_of(Path(result_dir), name)
        folder.mkdir(exist_ok=True)
        waiting = [file for file in files if not (folder / file.name).exists()]
        if not waiting:
            continue
        evaluate = start(name)
        for file in waiting:
            print(f"begin {name} {file.stem}", file=channel, flush=True)
            save(folder / file.name, evaluate_case(evaluate, file))
            print(f"end {name} {file.stem}", file=channel, flush=True)


def folder_of(result_dir: Path, name: str) -> Path:
    """Return where the results of a backend are written."""
    return result_dir / name.replace(":", "-")


def start(name: str) -> Evaluate:
    """Start a backend; one that refuses to start refuses every case."""
    try:
        return find(name).start()
    except NotImplementedError as error:
        reason = str(error)

    def refuse(inputs: Inputs) -> Any:
        raise NotImplementedError(reason)

    return refuse


def evaluate_case(evaluate: Evaluate, file: Path) -> dict[str, Any]:
    """Return `status` (`done`, `refuses` or `fails`), `reason`, `seconds` and the `outputs` of one case."""
    inputs = load_inputs(file)
    begin = time.perf_counter()
    status, reason, outputs = "done", "", None
    try:
        outputs = evaluate(inputs)
    except NotImplementedError as error:
        status, reason = "refuses", _said(error)
    except Exception as error:  # noqa: BLE001 (a backend may do anything; it costs its own row)
        status, reason = "fails", _said(error)
    return {"status": status, "reason": reason, "seconds": time.perf_counter() - begin, "outputs": outputs}


def _said(error: BaseException) -> str:
    text = " ".join(str(error).encode("utf-8", "backslashreplace").decode("utf-8").split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def _private_output() -> TextIO:
    """Keep standard output for the protocol; send everybody else's, C libraries' too, to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return channel


def _leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
