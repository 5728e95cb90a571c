"""A parity run: build the cases, let every backend evaluate them, compare with the truth, report."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from parity.backends.backend import Backend
from parity.backends.files import save_inputs
from parity.backends.pool import Result, Task, run_tasks
from parity.case import build
from parity.judge import JUDGE, PLACE
from parity.localize import PREFIX
from parity.models.build import build as build_model
from parity.models.case import FAMILY
from parity.models.judge import PLACE as MODEL_JUDGE
from parity.models.verdict import model_verdict
from parity.report.model import CaseReport, Report, Verdict, merged
from parity.select import select_backends, select_cases, select_families, select_model_backends
from parity.verdict import verdict
from refdp._version import __version__
from refdp.errors import unexpected
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
    reports = []
    for subject in (DESCRIPTORS, MODELS):
        mine = [case for case in chosen if (case.family == FAMILY) == (subject is MODELS)]
        if mine and (places := subject.select(backends)):
            reports.append(
                run_cases(mine, places, jobs, progress, time_limit, thorough=everywhere, subject=subject)
            )
    if not reports:
        raise unexpected("backends", list(backends or ()), "some that evaluate the cases that were chosen")
    return merged(reports)


class Subject(NamedTuple):
    """What is compared: how its cases become arrays, who judges them, and how.

    Attributes
    ----------
    build
        From a case to its arrays.
    select
        The backends by place that some patterns mean.
    judge
        The place of what computes truth, budgets and signs of life.
    verdict
        As `parity.verdict.verdict`.
    """

    build: Callable[[Any], Any]
    select: Callable[[Sequence[str] | None], dict[str, Backend]]
    judge: str
    verdict: Callable[[Backend, Any, Result, Result], Verdict]


DESCRIPTORS = Subject(build, select_backends, PLACE, verdict)
MODELS = Subject(build_model, select_model_backends, MODEL_JUDGE, model_verdict)


def run_cases(
    cases: Sequence[Any],
    backends: Mapping[str, Backend],
    jobs: int | None = None,
    progress: bool | None = None,
    time_limit: float = TIME_LIMIT,
    *,
    thorough: bool = True,
    subject: Subject = DESCRIPTORS,
) -> Report:
    """Compare backends, by name or place, on some cases of one subject; see `run`."""
    start = time.perf_counter()
    inputs = {case.name: subject.build(case) for case in cases}
    absent = {place: backend.missing() for place, backend in backends.items()}
    present = {place: backend for place, backend in backends.items() if not absent[place]}
    with tempfile.TemporaryDirectory(prefix="refdp-parity-") as folder:
        pool = _Pool(Path(folder), inputs, jobs or _cores(), time_limit)
        tasks = list(_tasks(cases, present, thorough, subject.judge))
        results = pool.run(tasks, "parity", progress)
        judged = {name: results[subject.judge, name] for name in inputs}
        for place, why in absent.items():
            if why:
                results |= {(place, name): Result(place, name, "refuses", why) for name in inputs}
        verdicts = {
            (place, name): subject.verdict(backend, each, results[place, name], judged[name])
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

    def __init__(self, folder: Path, inputs: Mapping[str, Any], jobs: int, time_limit: float) -> None:
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


def _tasks(
    cases: Sequence[Any], backends: Mapping[str, Backend], thorough: bool, judge: str
) -> Iterator[Task]:
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
        yield Task((judge,), names[shard::SHARDS], JUDGE.variables)


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


def _case_report(case: Any, judged: Result) -> CaseReport:
    signs = judged.outputs if judged.status == "done" else {"alive": {}, "dead": {"truth": judged.reason}}
    return CaseReport(
        name=case.name,
        family=case.family,
        system=case.system,
        config=_config(case),
        under_test=case.under_test,
        alive=signs["alive"],
        dead=signs["dead"],
    )


def _config(case: Any) -> dict[str, Any]:
    """Return all of a case that makes its numbers, besides the system."""
    own = msgspec.structs.asdict(case)
    stated = {key: own[key] for key in ("statistics", "parameters", "weights", "seed") if key in own}
    config: dict[str, Any] = case.config | stated
    return config
