"""What to say of one backend, or of another file: part by part, and then the worst of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from parity.backends.pool import Result
from parity.models.case import ModelInputs
from parity.models.conversion_report import Row
from parity.models.deviations import Chunk, deviations, mismatch, wrong_frames
from parity.models.known import explain_failure, key_of, shown_by
from parity.models.parts import Part

__all__ = ["Answer", "chunk_of", "row_of"]

Status = Literal["agrees", "differs", "known", "undecided", "refuses", "fails"]
# A row is what its worst part is.
WORST: tuple[Status, ...] = ("differs", "fails", "refuses", "undecided", "known", "agrees")


class Answer(NamedTuple):
    """What is known of one part.

    Attributes
    ----------
    part, data
        The frames, and the dictionary of the model.
    expected, result
        What refdp gives, and what another.
    """

    part: Part
    data: dict[str, Any]
    expected: Mapping[str, Any]
    result: Result


class _Said(NamedTuple):
    status: Status
    reasons: tuple[str, ...] = ()
    chunk: Chunk | None = None


def row_of(name: str, engine: str, lacks: Sequence[str], answers: Sequence[Answer]) -> Row:
    """Return the row, its version and whether it is another file left open.

    Parameters
    ----------
    name, engine
        What to call it; the backend whose known defects it has.
    lacks
        Outputs that it never gives.
    answers
        One for each part.
    """
    said = [_said(engine, lacks, answer) for answer in answers]
    status = next(worst for worst in WORST if any(s.status == worst for s in said))
    reasons = list(dict.fromkeys(text for s in said if s.status == status for text in s.reasons))
    # Of several reasons that name places, the first place is where one looks.
    told = " ".join(reasons if status == "known" else reasons[:1])
    shown = [s.chunk for s in said if s.chunk is not None and (status != "differs" or s.status == status)]
    return Row(
        backend=name,
        version="",
        status=status,
        reason=told,
        seconds=sum(answer.result.seconds for answer in answers),
        outputs=() if not shown or (status == "differs" and told) else deviations(shown),
    )


def chunk_of(answer: Answer, known: str = "") -> Chunk:
    """Return what is compared, with what refdp gives or, where `known` is named, with what that explains."""
    numbers, part = answer.expected["numbers"][known], answer.part
    return Chunk(**numbers, other=answer.result.outputs or {}, frames=part.frames.index, species=part.species)


def _said(engine: str, lacks: Sequence[str], answer: Answer) -> _Said:
    result = answer.result
    inputs = msgspec.structs.replace(answer.part.inputs, data=answer.data)
    if result.status != "done":
        sentence = explain_failure(engine, inputs, result.reason)
        return _Said("refuses", (sentence,)) if sentence else _failed(result)
    chunk = chunk_of(answer)
    if wrong := mismatch([chunk], lacks):
        return _Said("differs", (wrong,))
    return _compared(engine, inputs, answer, chunk)


def _compared(engine: str, inputs: ModelInputs, answer: Answer, chunk: Chunk) -> _Said:
    expected = answer.expected
    if expected["undecided"]:
        told = f"rounding may decide a comparison either way: {expected['undecided']}"
        return _Said("undecided", (told,))
    frames = wrong_frames(chunk)
    if not frames.any():
        return _Said("agrees", (), chunk)
    if sentences := _explanation(engine, inputs, answer):
        return _Said("known", sentences, chunk)
    tied = {int(frame): (int(atom), r) for frame, atom, r in expected["ties"]}
    if all(int(frame) in tied for frame in frames.nonzero()[0]):
        first = int(frames.argmax())
        return _Said("undecided", (_tie(answer.part, first, *tied[first]),))
    return _Said("differs", (), chunk)


def _failed(result: Result) -> _Said:
    return _Said("refuses" if result.status == "refuses" else "fails", (result.reason,))


def _explanation(engine: str, inputs: ModelInputs, answer: Answer) -> tuple[str, ...]:
    """Return the sentences of the known differences that together explain all of it, or none."""
    shown = shown_by(engine, inputs)
    key = key_of(shown)
    if not shown or key not in answer.expected["numbers"]:
        return ()
    if wrong_frames(chunk_of(answer, key)).any():
        return ()
    return tuple(known.explanation for known in shown)


def _tie(part: Part, row: int, atom: int, distance: float) -> str:
    species = str(part.species[row, atom])
    return (
        f"frame {int(part.frames.index[row])}, atom {atom}{species and f' ({species})'}: more neighbours are "
        f"{distance:.6g} angstrom away than `sel` has slots left for, and which are kept is anybody's choice"
    )
