"""Is a converted model faithful: the same file in refdp and in other implementations, on frames of data."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.backends.backend import Backend
from parity.backends.files import save_inputs
from parity.backends.pool import Result, Task, run_tasks
from parity.backends.registry import find
from parity.models import deepmd_infer, reference
from parity.models.case import ModelCase, ModelInputs
from parity.models.conversion_report import Conversion, Row, is_faithful, sentence_of
from parity.models.deviations import Chunk, deviations, mismatch
from parity.models.known import KNOWN, explain_failure
from parity.models.label_errors import label_errors
from parity.models.reference import dictionary_of
from refdp.errors import InputError
from refdp.io.dataset.frames import Frames
from refdp.io.model_files import SUFFIXES
from refdp.progress import follow
from refdp.species import match_types

__all__ = ["TIME_LIMIT", "check_conversion"]

TIME_LIMIT = 600.0
OTHER = "other-"
Results = Mapping[tuple[str, str], Result]


class _Subject(NamedTuple):
    """Who is compared with refdp: a backend on the model's own file, or on another one.

    Attributes
    ----------
    name
        As in the report.
    place
        Of the backend.
    prefix
        Of the names of the cases that it evaluates.
    """

    name: str
    place: str
    prefix: str

    @property
    def backend(self) -> Backend:
        """What evaluates it."""
        return find(self.place)


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
    parts = [_renumbered(model, part) for part in frames]
    if not parts:
        message = "`frames`: expected some, got none"
        raise InputError(message)
    subjects = [_Subject(find(place).name, place, "") for place in places]
    if against is not None:
        subjects.append(_Subject(against.name, _reader(against), OTHER))
    cases = _cases(file, model, parts, against)
    results = _results(subjects, cases, jobs, progress)
    rows = tuple(_row(subject, results, parts, cases) for subject in subjects)
    counts = [part.system.natoms for part in parts]
    atoms, total = (min(counts), max(counts)), sum(map(len, parts))
    return Conversion(
        model=str(file),
        data="",
        frames=total,
        atoms=atoms,
        rows=rows,
        errors=label_errors(_values(results, parts), parts),
        faithful=is_faithful(rows),
        sentence=sentence_of(file.name, total, atoms, rows),
    )


def _reader(file: Path) -> str:
    """Return the place of what evaluates another file."""
    return "model:numpy-f64" if file.suffix.lower() in SUFFIXES else deepmd_infer.PLACE


def _renumbered(model: Any, frames: Frames) -> Frames:
    return Frames(match_types(model, frames.system), frames.labels, frames.index)


def _cases(file: Path, model: Any, parts: Sequence[Frames], against: Path | None) -> dict[str, ModelInputs]:
    """Return the inputs by name, once more for another file."""
    files = {"": file} | ({} if against is None else {OTHER: against})
    return {
        f"{prefix}{k:04d}": _inputs(f"{prefix}{k:04d}", path, model, part)
        for prefix, path in files.items()
        for k, part in enumerate(parts)
    }


def _inputs(name: str, file: Path, model: Any, frames: Frames) -> ModelInputs:
    system = frames.system
    given = {
        key: frames.labels[key]
        for key in ("fparam", "aparam")
        if key in frames.labels and getattr(model, f"numb_{key}")
    }
    return ModelInputs(
        case=ModelCase(name=name, system="", config={}),
        data=None,
        coords=system.coords,
        atype=system.atype,
        cell=system.cell,
        file=str(file.resolve()),
        **given,
    )


def _results(
    subjects: Sequence[_Subject], cases: Mapping[str, ModelInputs], jobs: int, progress: bool | None
) -> Results:
    own = tuple(name for name in cases if not name.startswith(OTHER))
    tasks = [Task((reference.PLACE,), own, reference.REFERENCE.variables)]
    found: dict[tuple[str, str], Result] = {}
    for subject in subjects:
        mine = tuple(name for name in cases if name.startswith(OTHER) == bool(subject.prefix))
        if why := subject.backend.missing():
            found |= {(subject.place, name): Result(subject.place, name, "refuses", why) for name in mine}
        else:
            tasks.append(Task((subject.place,), mine, subject.backend.variables))
    with tempfile.TemporaryDirectory(prefix="refdp-conversion-") as folder:
        place = Path(folder) / "cases"
        place.mkdir()
        for name, inputs in cases.items():
            save_inputs(place / f"{name}.npz", inputs)
        running = run_tasks(tasks, place, jobs=jobs, time_limit=TIME_LIMIT)
        total = sum(len(task.cases) for task in tasks)
        with closing(running) as results:
            found |= {(r.backend, r.case): r for r in follow(results, total, "conversion", progress)}
    _check_reference(found, own)
    return found


def _check_reference(results: Results, names: Sequence[str]) -> None:
    for name in names:
        result = results[reference.PLACE, name]
        if result.status != "done":
            message = f"refdp cannot evaluate the model for these frames: {result.reason}"
            raise InputError(message)


def _row(
    subject: _Subject, results: Results, parts: Sequence[Frames], cases: Mapping[str, ModelInputs]
) -> Row:
    mine = [results[subject.place, f"{subject.prefix}{k:04d}"] for k in range(len(parts))]
    seconds, backend = sum(result.seconds for result in mine), subject.backend

    def row(status: Any, reason: str = "", outputs: Any = ()) -> Row:
        return Row(
            backend=subject.name,
            version=backend.version(),
            status=status,
            reason=reason,
            seconds=seconds,
            outputs=outputs,
        )

    if bad := next((result for result in mine if result.status != "done"), None):
        inputs = cases[bad.case]
        read = msgspec.structs.replace(inputs, data=None if subject.prefix else dictionary_of(inputs))
        sentence = explain_failure(backend.name, read, bad.reason)
        return row("refuses", sentence) if sentence else row(bad.status, bad.reason)
    chunks = _chunks(mine, results, parts, "")
    if wrong := mismatch(chunks, backend.lacks):
        return row("differs", wrong)
    found = deviations(chunks)
    if not any(d.beyond for d in found):
        return row("agrees", "", found)
    sentence = _explanation(subject, mine, results, parts)
    return row("known", sentence, found) if sentence else row("differs", "", found)


def _chunks(mine: Sequence[Result], results: Results, parts: Sequence[Frames], known: str) -> list[Chunk]:
    """Return what is compared, with what refdp gives or, where `known` is named, with what that explains."""
    expected = [results[reference.PLACE, f"{k:04d}"].outputs for k in range(len(parts))]
    return [
        Chunk(**exact.get(known, exact[""]), other=result.outputs, frames=part.index, species=_species(part))
        for exact, result, part in zip(expected, mine, parts, strict=True)
    ]


def _species(frames: Frames) -> NDArray[np.str_]:
    names = np.asarray([*(frames.system.type_map or ()), ""])
    known = frames.system.atype < len(names) - 1
    return names[np.where(known, frames.system.atype, -1)]


def _explanation(subject: _Subject, mine: Sequence[Result], results: Results, parts: Sequence[Frames]) -> str:
    """Return the sentence of the known difference that explains all of it, an empty text where none does."""
    exact = results[reference.PLACE, "0000"].outputs
    for known in KNOWN:
        if known.name in exact and known.is_of(subject.backend.name):
            found = deviations(_chunks(mine, results, parts, known.name))
            if not any(d.beyond for d in found):
                return known.explanation
    return ""


def _values(results: Results, parts: Sequence[Frames]) -> list[Any]:
    return [results[reference.PLACE, f"{k:04d}"].outputs[""]["value"] for k in range(len(parts))]
