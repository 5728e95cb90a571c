"""One worker process: how it is started, heard and ended, and what to say of its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, Queue
from typing import IO

__all__ = ["Worker"]

_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "DP_INTRA_OP_PARALLELISM_THREADS",
        "DP_INTER_OP_PARALLELISM_THREADS",
    ),
    "1",
)
_ONE_XLA_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


class Worker:
    """A process with one thread, whose lines on standard output are waited for one by one.

    Parameters
    ----------
    arguments
        Of `parity.backends.worker`.
    variables
        Environment variables beside those of this process.
    stderr
        An open file for what it says on standard error.
    """

    def __init__(self, arguments: list[str], variables: Mapping[str, str], stderr: IO[str]) -> None:
        self._stderr = stderr
        self._lines: Queue[str | None] = Queue()
        self._process = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "parity.backends.worker", *arguments],
            stdin=subprocess.PIPE,  # never written to: it ends with us, however we end
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(variables),
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def line(self, limit: float) -> str | None:
        """Return the next line, None at the end.

        Raises
        ------
        TimeoutError
            Nothing came within `limit` seconds.
        """
        try:
            return self._lines.get(timeout=limit)
        except Empty:
            message = f"no answer within {limit:g} s"
            raise TimeoutError(message) from None

    def end(self) -> None:
        """Kill the process and what it started; done already where it has ended by itself."""
        try:
            # Also where it has ended: it may have left processes behind.
            os.killpg(self._process.pid, signal.SIGKILL)
        except (AttributeError, ProcessLookupError, PermissionError):
            self._process.kill()
        self._process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        self._process.wait()

    def obituary(self) -> str:
        """Return how the process ended, waiting for it, and its last words."""
        code = self._process.wait()
        ended = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit status {code}"
        return f"{ended}{self.last_words()}"

    def last_words(self, lines: int = 3) -> str:
        """Return the end of what was said on standard error."""
        self._stderr.seek(0)
        said = [line.strip() for line in self._stderr.read().splitlines() if line.strip()]
        return f"; {' | '.join(said[-lines:])[-300:]}" if said else ""

    def _listen(self) -> None:
        with self._process.stdout as lines:  # type: ignore[union-attr]  # it is a pipe
            for line in lines:
                self._lines.put(line.strip())
        self._lines.put(None)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    # A worker must find the modules that this process finds.
    path = os.pathsep.join([str(Path.cwd()), *filter(None, sys.path)])
    flags = [os.environ.get("XLA_FLAGS"), variables.get("XLA_FLAGS"), _ONE_XLA_THREAD]
    return (
        os.environ
        | _ONE_THREAD
        | dict(variables)
        | {"XLA_FLAGS": " ".join(filter(None, flags)), "PYTHONPATH": path}
    )
