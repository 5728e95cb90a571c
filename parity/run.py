"""A parity run: build the cases, let every backend evaluate them, compare with the truth, report."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from parity.backends.backend import Backend
from parity.backends.files import save_inputs
from parity.backends.pool import Result, Task, run_tasks
from parity.case import Case, Inputs, build
from parity.judge import JUDGE, PLACE
from parity.localize import PREFIX
from parity.report.model import CaseReport, Report, Verdict
from parity.select import select_backends, select_cases, select_families
from parity.verdict import verdict
from refdp._version import __version__
from refdp.progress import follow

__all__ = ["TIME_LIMIT", "run", "run_cases"]

TIME_LIMIT = 60.0
SHARDS = 4


def run(
    families: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    cases: Sequence[str] | None = None,
    jobs: int | None = None,
    progress: bool | None = None,
    time_limit: float = TIME_LIMIT,
    *,
    thorough: bool = False,
) -> Report:
    """Compare backends with the certified truth, case by case.

    Backends that compile, a second or more for each case, evaluate a few cases of the larger families, in
    which together every level of every option occurs.

    Parameters
    ----------
    families, backends, cases
        Names, or patterns such as `torch-*`; all by default. A backend may also be given by its place,
        `package.module:attribute`.
    jobs
        How many worker processes at a time; one for each core by default.
    progress
        Whether to show a progress bar; by default in a terminal.
    time_limit
        Seconds that a backend may take for a case.
    thorough
        Whether backends that compile evaluate all cases, too, as they do where `cases` are named.

    Raises
    ------
    InputError
        Nothing has such a name.
    """
    chosen = select_cases(select_families(families), cases)
    everywhere = thorough or cases is not None
    return run_cases(chosen, select_backends(backends), jobs, progress, time_limit, thorough=everywhere)


def run_cases(
    cases: Sequence[Case],
    backends: Mapping[str, Backend],
    jobs: int | None = None,
    progress: bool | None = None,
    time_limit: float = TIME_LIMIT,
    *,
    thorough: bool = True,
) -> Report:
    """Compare backends, by name or place, on some cases; see `run`."""
    start = time.perf_counter()
    inputs = {case.name: build(case) for case in cases}
    absent = {place: backend.missing() for place, backend in backends.items()}
    present = {place: backend for place, backend in backends.items() if not absent[place]}
    with tempfile.TemporaryDirectory(prefix="refdp-parity-") as folder:
        pool = _Pool(Path(folder), inputs, jobs or _cores(), time_limit)
        tasks = list(_tasks(cases, present, thorough))
        results = pool.run(tasks, "parity", progress)
        judged = {name: results[PLACE, name] for name in inputs}
        for place, why in absent.items():
            if why:
                results |= {(place, name): Result(place, name, "refuses", why) for name in inputs}
        verdicts = {
            (place, name): verdict(backend, each, results[place, name], judged[name])
            for place, backend in backends.items()
            for name, each in inputs.items()
            if (place, name) in results
        }
        verdicts |= _localized(pool, verdicts, present, progress)
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=time.perf_counter() - start,
        environment=_environment(backends),
        backends=tuple(backend.name for backend in backends.values()),
        families=tuple(dict.fromkeys(case.family for case in cases)),
        cases=tuple(_case_report(case, judged[case.name]) for case in cases),
        verdicts=tuple(verdicts.values()),
    )


class _Pool:
    """Where the cases of a run lie, and who works on them."""

    def __init__(self, folder: Path, inputs: Mapping[str, Inputs], jobs: int, time_limit: float) -> None:
        self.cases, self.jobs, self.time_limit = folder / "cases", jobs, time_limit
        self.cases.mkdir()
        for name, each in inputs.items():
            save_inputs(self.cases / f"{name}.npz", each)

    def run(self, tasks: list[Task], what: str, progress: bool | None) -> dict[tuple[str, str], Result]:
        """Return the results of some tasks by backend and case."""
        total = sum(len(task.backends) * len(task.cases) for task in tasks)
        running = run_tasks(tasks, self.cases, jobs=self.jobs, time_limit=self.time_limit)
        with closing(running) as results:
            return {(r.backend, r.case): r for r in follow(results, total, what, progress)}


def _localized(
    pool: _Pool,
    verdicts: Mapping[tuple[str, str], Verdict],
    backends: Mapping[str, Backend],
    progress: bool | None,
) -> dict[tuple[str, str], Verdict]:
    """Return the verdicts that say `differs` again, with the first wrong step where steps are recorded."""
    wrong: dict[str, list[str]] = {}
    for (place, case), v in verdicts.items():
        if v.status == "differs" and backends[place].traceable:
            wrong.setdefault(place, []).append(case)
    tasks = [Task((f"{PREFIX}{p}",), tuple(names), backends[p].variables) for p, names in wrong.items()]
    found = pool.run(tasks, "first wrong steps", progress)
    steps = {key: r.outputs["step"] for key, r in found.items() if r.status == "done"}
    return {
        (place, case): msgspec.structs.replace(verdicts[place, case], first_step=step)
        for (prefixed, case), step in steps.items()
        if (place := prefixed.removeprefix(PREFIX))
    }


def _tasks(cases: Sequence[Case], backends: Mapping[str, Backend], thorough: bool) -> Iterator[Task]:
    """Put backends with the same needs into one process; the longest work first."""
    names = tuple(case.name for case in cases)
    few = names if thorough else tuple(case.name for case in cases if case.compiled)
    together: dict[Any, list[str]] = {}
    for place, backend in backends.items():
        key = (backend.modules, tuple(sorted(backend.variables.items())), backend.compiles)
        together.setdefault(key, []).append(place)
    for places in sorted(together.values(), key=lambda places: -sum(backends[p].cost for p in places)):
        first = backends[places[0]]
        if chosen := few if first.compiles else names:
            yield Task(tuple(places), chosen, first.variables)
    for shard in range(min(SHARDS, len(names))):
        yield Task((PLACE,), names[shard::SHARDS], JUDGE.variables)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _environment(backends: Mapping[str, Backend]) -> dict[str, str]:
    own = {
        "refdp": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": str(_cores()),
        "truth": JUDGE.version(),
    }
    return own | {backend.name: backend.version() for backend in backends.values()}


def _case_report(case: Case, judged: Result) -> CaseReport:
    signs = judged.outputs if judged.status == "done" else {"alive": {}, "dead": {"truth": judged.reason}}
    return CaseReport(
        name=case.name,
        family=case.family,
        system=case.system,
        config=case.config | {"statistics": case.statistics, "seed": case.seed},
        under_test=case.under_test,
        alive=signs["alive"],
        dead=signs["dead"],
    )
