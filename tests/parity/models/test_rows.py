from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from parity.backends.pool import Result
from parity.models.own import model_of
from parity.models.parts import cut
from parity.models.rows import Answer, row_of
from refdp.io.dataset.frames import Frames
from refdp.system import System
from tests.parity.models.few import inputs_of

KNOWN = "left-handed-cell"
TOLD = "no periodic images"


def _numbers(energy):
    energy = np.asarray(energy, dtype=float)
    return {"value": {"energy": energy}, "budget": {"energy": np.full(energy.shape, 1e-12)}}


def _answer(energy=(1.0, 1.0), *, left=False, status="done", reason="", ties=(), undecided="", **numbers):
    cell = np.repeat(np.diag([9.0, 9.0, -9.0 if left else 9.0])[None], 2, axis=0)
    system = System(np.zeros((2, 1, 3)), [0], cell, type_map=["O"])
    part = cut(Path("m.dp"), model_of(inputs_of("free")), [Frames(system, {}, np.asarray([4, 5]))])[0]
    expected = {"numbers": {"": _numbers([1.0, 1.0])} | numbers, "ties": ties, "undecided": undecided}
    outputs = {"energy": np.asarray(energy)} if status == "done" else None
    return Answer(part, {}, expected, Result("x", part.name, status, reason, 1.0, outputs))


def _row(*answers, engine="deepmd-pytorch"):
    return row_of("x", engine, (), answers)


class TestRowOf:
    def test_agrees(self):
        row = _row(_answer(), _answer())
        assert (row.status, row.reason, row.seconds, row.outputs[0].used) == ("agrees", "", 2.0, 0.0)

    def test_each_part_has_its_own_known_difference(self):
        instead = {KNOWN: _numbers([7.0, 7.0])}
        parts = (_answer(), _answer((7.0, 7.0), left=True, **instead))
        for order in (parts, parts[::-1]):
            row = _row(*order)
            assert row.status == "known"
            assert TOLD in row.reason
        assert _row(*parts, engine="numpy-f64").status == "differs"

    def test_each_sentence_is_told_once(self):
        instead = {KNOWN: _numbers([7.0, 7.0])}
        parts = [_answer((7.0, 7.0), left=True, **instead) for _ in range(2)]
        assert _row(*parts).reason.count(TOLD) == 1

    def test_what_a_known_difference_does_not_explain_differs(self):
        row = _row(_answer((7.0, 7.1), left=True, **{KNOWN: _numbers([7.0, 7.0])}))
        assert (row.status, row.reason) == ("differs", "")

    def test_a_part_that_differs_is_the_one_named(self):
        instead = {KNOWN: _numbers([7.0, 7.0])}
        row = _row(_answer((7.0, 7.0), left=True, **instead), _answer((1.0, 2.0)))
        assert (row.status, row.outputs[0].frame, row.outputs[0].deviation) == ("differs", 5, 1.0)

    def test_a_tie_excuses_its_own_frame_only(self):
        tied = {"ties": [[1, 0, 2.5]]}
        row = _row(_answer((1.0, 2.0), **tied))
        assert row.status == "undecided"
        assert row.reason.startswith("frame 5, atom 0 (O): more neighbours are 2.5 angstrom away than `sel`")
        assert _row(_answer((2.0, 1.0), **tied)).status == "differs"
        assert _row(_answer(**tied)).status == "agrees"

    def test_what_rounding_decides_is_undecided(self):
        row = _row(_answer((2.0, 2.0), undecided="two balls overlap"))
        assert row.status == "undecided"
        assert row.reason == "rounding may decide a comparison either way: two balls overlap"

    @pytest.mark.parametrize("status", ["fails", "refuses"])
    def test_no_numbers(self, status):
        row = _row(_answer(), _answer(status=status, reason="no luck"))
        assert (row.status, row.reason) == (status, "no luck")
        # A difference elsewhere says more.
        assert _row(_answer((1.0, 2.0)), _answer(status=status)).status == "differs"

    def test_what_is_missing_differs(self):
        answer = _answer()
        answer.result.outputs.clear()
        assert (_row(answer).status, _row(answer).reason) == ("differs", "`energy` is missing")
