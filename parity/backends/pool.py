"""Worker processes: a few at a time, watched case by case, so that no case costs more than its own row."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from parity.backends.files import load, save
from parity.backends.process import Worker
from parity.backends.worker import folder_of

__all__ = ["Result", "Task", "run_tasks"]

STARTING = 120.0


@dataclass(frozen=True)
class Task:
    """Cases for backends that can share a process.

    Attributes
    ----------
    backends
        Names or places, as `parity.backends.registry.find` knows them.
    cases
        Names of case files.
    variables
        Environment variables of the process.
    """

    backends: tuple[str, ...]
    cases: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What came of one case: `status` is `done`, `refuses` or `fails`; where `done`, there are `outputs`."""

    backend: str
    case: str
    status: str
    reason: str = ""
    seconds: float = 0.0
    outputs: Any = None


def run_tasks(
    tasks: Sequence[Task], cases: Path, *, jobs: int, time_limit: float, starting: float = STARTING
) -> Generator[Result]:
    """Work through the tasks, first come first served, and yield the result of each case as it comes.

    When the generator is closed, or an exception passes through it, its processes are killed.

    Parameters
    ----------
    tasks
        What is to be done.
    cases
        Folder with the case files; results are written to folders beside it.
    jobs
        How many processes at a time.
    time_limit, starting
        Seconds that a case, and a start, may take.
    """
    results: Queue[Result | BaseException | None] = Queue()
    crew = _Crew(cases, time_limit, starting, results.put)
    threads = ThreadPoolExecutor(jobs)
    try:
        for number, task in enumerate(tasks):
            threads.submit(_reported, crew.work, task, cases.parent / f"task{number}", results.put)
        for _ in tasks:
            while (item := results.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
    finally:
        crew.stop()
        threads.shutdown(wait=True, cancel_futures=True)


def _reported(work: Callable[..., None], task: Task, folder: Path, put: Callable[[Any], None]) -> None:
    try:
        work(task, folder)
    except BaseException as error:  # noqa: BLE001 (raised again by whoever waits)
        put(error)
    put(None)


class _Crew:
    """The processes that run at the moment, and how to end them."""

    def __init__(
        self, cases: Path, time_limit: float, starting: float, put: Callable[[Result], None]
    ) -> None:
        self.cases, self.time_limit, self.starting, self.put = cases, time_limit, starting, put
        self._running: set[Worker] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Kill what runs, and start nothing more."""
        with self._lock:
            self._stopped = True
            for worker in self._running:
                worker.end()

    def work(self, task: Task, folder: Path) -> None:
        """Work through a task, with a new process after each one that ends before its time."""
        (folder / "cases").mkdir(parents=True)
        (folder / "results").mkdir()
        for name in task.cases:
            shutil.copyfile(self.cases / f"{name}.npz", folder / "cases" / f"{name}.npz")
        left = [(backend, case) for backend in task.backends for case in sorted(task.cases)]
        while left and not self._stopped:
            left = self._process(task, folder, left)
        shutil.rmtree(folder)

    def _process(self, task: Task, folder: Path, left: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Run one process; return what remains to be done."""
        with (folder / "stderr").open("w+", encoding="utf-8", errors="replace") as stderr:
            with self._lock:
                if self._stopped:
                    return []
                arguments = [",".join(task.backends), str(folder / "cases"), str(folder / "results")]
                worker = Worker(arguments, task.variables, stderr)
                self._running.add(worker)
            try:
                begun, done, reason = self._follow(worker, folder / "results")
            finally:
                worker.end()
                with self._lock:
                    self._running.discard(worker)
        left = [item for item in left if item not in done]
        if not left or self._stopped:
            return []
        backend, case = begun or left[0]
        if not begun:
            reason = f"did not start: {reason}"
        lost = [(backend, case)] if begun else [item for item in left if item[0] == backend]
        for item in lost:
            self._give_up(folder / "results", Result(*item, "fails", reason))
        return [item for item in left if item not in lost]

    def _follow(
        self, worker: Worker, folder: Path
    ) -> tuple[tuple[str, str] | None, set[tuple[str, str]], str]:
        """Return what was under way at the end, what was done, and how it ended."""
        begun, done = None, set[tuple[str, str]]()
        limit = self.starting
        try:
            while (line := worker.line(limit)) is not None:
                word, backend, case = line.split(" ", 2)
                begun, limit = (
                    ((backend, case), self.time_limit) if word == "begin" else (None, self.starting)
                )
                if word == "end":
                    done.add((backend, case))
                    self.put(_stored(folder, backend, case))
        except TimeoutError as error:
            return begun, done, f"{error}{worker.last_words()}"
        return begun, done, worker.obituary()

    def _give_up(self, folder: Path, result: Result) -> None:
        """Report a case as failed, and leave a result so that the next process passes it by."""
        place = folder_of(folder, result.backend)
        place.mkdir(parents=True, exist_ok=True)
        save(place / f"{result.case}.npz", {"status": result.status})
        self.put(result)


def _stored(folder: Path, backend: str, case: str) -> Result:
    try:
        return Result(backend, case, **load(folder_of(folder, backend) / f"{case}.npz"))
    except Exception as error:  # noqa: BLE001 (a backend may return anything; it costs its own row)
        return Result(backend, case, "fails", f"unreadable result: {type(error).__name__}")
