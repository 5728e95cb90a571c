"""Is a converted model faithful: the same file in refdp and in other implementations, on frames of data."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from parity.backends.backend import Backend
from parity.backends.files import save_inputs
from parity.backends.pool import Result, Task, run_tasks
from parity.backends.registry import find
from parity.models import deepmd_infer, reference
from parity.models.case import ModelInputs
from parity.models.conclusion import is_faithful, sentence_of
from parity.models.conversion_report import Conversion, Extent, Row
from parity.models.deviations import sizes
from parity.models.label_errors import label_errors
from parity.models.parts import Part, cut
from parity.models.reference import dictionary_of
from parity.models.rows import Answer, chunk_of, row_of
from refdp.errors import InputError
from refdp.io.dataset.frames import Frames
from refdp.io.model_files import SUFFIXES
from refdp.progress import follow

__all__ = ["TIME_LIMIT", "check_conversion"]

# In seconds; a part of many atoms, which is one frame, has some for each of them.
TIME_LIMIT, PER_ATOM = 600.0, 2.0
OTHER = "other-"
Results = Mapping[tuple[str, str], Result]


class _Subject(NamedTuple):
    """Who is compared with refdp: a backend on the model's own file, or on another one.

    Attributes
    ----------
    name, engine
        As in the report; the backend whose known defects it has.
    place
        Of the backend.
    file
        What it reads.
    prefix
        Of the names of the cases that it evaluates.
    """

    name: str
    engine: str
    place: str
    file: Path
    prefix: str = ""

    @property
    def backend(self) -> Backend:
        """What evaluates it."""
        return find(self.place)

    def cases(self, parts: Sequence[Part]) -> dict[str, ModelInputs]:
        """Return what it evaluates, by name."""
        return {f"{self.prefix}{part.name}": part.of(self.file, self.prefix) for part in parts}


def check_conversion(
    file: Path,
    model: Any,
    frames: Iterable[Frames],
    places: Sequence[str],
    *,
    against: Path | None = None,
    jobs: int = 1,
    progress: bool | None = None,
) -> Conversion:
    """Compare a model file in refdp with the same file in other implementations.

    Parameters
    ----------
    file, model
        A model file, and what refdp read from it.
    frames
        Atoms to evaluate it for, and labels, if there are such.
    places
        Of the backends.
    against
        Another file, such as the one that was converted.
    jobs
        How many processes at a time.
    progress
        Whether to show a progress bar; by default in a terminal.

    Raises
    ------
    InputError
        There are no frames, or refdp itself cannot evaluate them.
    """
    given = [each for each in frames if len(each)]
    if not given:
        message = "`frames`: expected some, got none"
        raise InputError(message)
    parts = cut(Path(file), model, given)
    subjects = [_Subject(find(place).name, find(place).name, place, Path(file)) for place in places]
    if against is not None:
        subjects.append(_other(against))
    results = _results(subjects, parts, jobs, progress)
    rows = tuple(_row(subject, results, parts) for subject in subjects) if parts else ()
    extent = _extent(results, parts)
    values = [results[reference.PLACE, part.name].outputs["numbers"][""]["value"] for part in parts]
    return Conversion(
        model=str(file),
        data="",
        extent=extent,
        rows=rows,
        errors=label_errors(values, [part.frames for part in parts]),
        faithful=is_faithful(rows, extent),
        sentence=sentence_of(Path(file).name, rows, extent),
    )


def _other(file: Path) -> _Subject:
    """Return who reads another file: refdp where it can, else DeePMD-kit."""
    if file.suffix.lower() in SUFFIXES:
        return _Subject(file.name, "numpy-f64", "model:numpy-f64", file, OTHER)
    return _Subject(file.name, deepmd_infer.engine_of(file), deepmd_infer.PLACE, file, OTHER)


def _extent(results: Results, parts: Sequence[Part]) -> Extent:
    answers = [_answer(results[reference.PLACE, part.name], results, part, {}) for part in parts]
    counts = [part.frames.system.natoms for part in parts]
    return Extent(
        frames=sum(len(part.frames) for part in parts),
        atoms=(min(counts, default=0), max(counts, default=0)),
        sizes=sizes([chunk_of(answer) for answer in answers if not answer.expected["undecided"]]),
    )


def _results(
    subjects: Sequence[_Subject], parts: Sequence[Part], jobs: int, progress: bool | None
) -> Results:
    names = tuple(part.name for part in parts)
    cases = {part.name: part.inputs for part in parts}
    # The reference takes longest: each process gets a share of it.
    shares = (names[k::jobs] for k in range(jobs))
    tasks = [Task((reference.PLACE,), own, reference.REFERENCE.variables) for own in shares if own]
    found: dict[tuple[str, str], Result] = {}
    for subject in subjects:
        mine = subject.cases(parts)
        cases |= mine
        if why := subject.backend.missing():
            found |= {(subject.place, name): Result(subject.place, name, "refuses", why) for name in mine}
        elif mine:
            tasks.append(Task((subject.place,), tuple(mine), subject.backend.variables))
    found |= _run(tasks, cases, jobs, progress)
    for name in names:
        _check_reference(found[reference.PLACE, name])
    return found


def _run(
    tasks: Sequence[Task], cases: Mapping[str, ModelInputs], jobs: int, progress: bool | None
) -> dict[tuple[str, str], Result]:
    limit = max(TIME_LIMIT, PER_ATOM * max((x.atype.size for x in cases.values()), default=0))
    with tempfile.TemporaryDirectory(prefix="refdp-conversion-") as folder:
        place = Path(folder) / "cases"
        place.mkdir()
        for name, inputs in cases.items():
            save_inputs(place / f"{name}.npz", inputs)
        running = run_tasks(tasks, place, jobs=jobs, time_limit=limit)
        total = sum(len(task.cases) for task in tasks)
        with closing(running) as results:
            return {(r.backend, r.case): r for r in follow(results, total, "conversion", progress)}


def _check_reference(result: Result) -> None:
    if result.status != "done":
        message = f"refdp cannot evaluate the model for these frames: {result.reason}"
        raise InputError(message)


def _row(subject: _Subject, results: Results, parts: Sequence[Part]) -> Row:
    data = dictionary_of(parts[0].inputs)
    answers = [
        _answer(results[subject.place, f"{subject.prefix}{part.name}"], results, part, data) for part in parts
    ]
    row = row_of(subject.name, subject.engine, subject.backend.lacks, answers)
    changes = {"version": subject.backend.version(), "against": bool(subject.prefix)}
    return msgspec.structs.replace(row, **changes)


def _answer(result: Result, results: Results, part: Part, data: dict[str, Any]) -> Answer:
    return Answer(part, data, results[reference.PLACE, part.name].outputs, result)
