"""Parameters of frames and atoms as they come from outside: every shape that makes sense, no other."""

from __future__ import annotations

import re

import numpy as np
import pytest

import refdp
from refdp.conditions import checked_conditions
from refdp.errors import InputError
from tests.force_cases import model

SYSTEM = refdp.System(np.arange(18.0).reshape(2, 3, 3), [0, 1, 1])
WITH = {
    (p, q): model(fitting={"numb_fparam": p, "numb_aparam": q} | extra)
    for p, q, extra in [(0, 0, {}), (1, 0, {}), (2, 0, {}), (0, 1, {}), (0, 2, {}), (2, 1, {})]
}


def checked(p, q, fparam=None, aparam=None, system=SYSTEM):
    return checked_conditions(WITH[p, q], system, fparam, aparam)


class TestCheckedConditions:
    def test_none(self):
        assert checked(0, 0) == (None, None, None)

    @pytest.mark.parametrize(
        ("p", "fparam", "expected"),
        [
            (2, [[1, 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]]),
            (2, [1, 2], [[1.0, 2.0], [1.0, 2.0]]),
            (1, [[1], [2]], [[1.0], [2.0]]),
            (1, [1, 2], [[1.0], [2.0]]),
            (1, [5.0], [[5.0], [5.0]]),
            (1, 5, [[5.0], [5.0]]),
            (1, np.float32(0.5), [[0.5], [0.5]]),
        ],
        ids=str,
    )
    def test_of_frames(self, p, fparam, expected):
        found = checked(p, 0, fparam).fparam
        np.testing.assert_array_equal(found, np.array(expected), strict=True)

    @pytest.mark.parametrize(
        ("q", "aparam", "expected"),
        [
            (2, np.arange(12).reshape(2, 3, 2), np.arange(12.0).reshape(2, 3, 2)),
            (2, np.arange(6).reshape(3, 2), np.tile(np.arange(6.0).reshape(3, 2), (2, 1, 1))),
            (1, np.arange(6).reshape(2, 3), np.arange(6.0).reshape(2, 3, 1)),
            (1, np.arange(6).reshape(2, 3, 1), np.arange(6.0).reshape(2, 3, 1)),
            (1, [1, 2, 3], [[[1.0], [2], [3]]] * 2),
            (1, [[1], [2], [3]], [[[1.0], [2], [3]]] * 2),
        ],
        ids=[
            "all",
            "all frames alike",
            "one each",
            "one each, with its axis",
            "alike",
            "alike, with its axis",
        ],
    )
    def test_of_atoms(self, q, aparam, expected):
        found = checked(0, q, aparam=aparam).aparam
        np.testing.assert_array_equal(found, np.array(expected), strict=True)

    def test_both(self):
        found = checked(2, 1, [1, 2], [1, 2, 3])
        assert (found.fparam.shape, found.aparam.shape, found.types) == ((2, 2), (2, 3, 1), None)

    def test_what_came_is_not_kept(self):
        given = np.array([[1.0, 2.0], [3.0, 4.0]])
        found = checked(2, 0, given).fparam
        given[:] = 0.0
        assert found[1, 1] == 4.0

    def test_a_default_may_stand_for_those_of_frames(self):
        made = model(fitting={"numb_fparam": 2, "default_fparam": [1.0, 2.0]})
        assert checked_conditions(made, SYSTEM, None, None).fparam is None
        given = checked_conditions(made, SYSTEM, [3, 4], None).fparam
        np.testing.assert_array_equal(given, [[3.0, 4.0]] * 2)

    @pytest.mark.parametrize(("nf", "natoms"), [(0, 3), (2, 0)])
    def test_of_nothing(self, nf, natoms):
        system = refdp.System(np.zeros((nf, natoms, 3)), np.zeros((nf, natoms), int))
        found = checked(2, 1, [1, 2], np.zeros((nf, natoms)), system)
        assert (found.fparam.shape, found.aparam.shape) == ((nf, 2), (nf, natoms, 1))


class TestMistakes:
    @pytest.mark.parametrize(
        ("numbers", "given", "message"),
        [
            ((2, 0), (None, None), "`fparam`: expected numbers of the shape (2, 2): the model has 2"),
            ((0, 2), (None, None), "`aparam`: expected numbers of the shape (2, 3, 2): the model has 2"),
            ((0, 0), (1.0, None), "`fparam`: expected None, as the model has no such parameters, got"),
            ((0, 0), (None, [1, 1, 0]), "which atoms are real is told by `System(..., mask=...)`"),
            (
                (2, 0),
                ([1, 2, 3], None),
                "expected the shape (2, 2), or (2,) for all frames, got (3,)",
            ),
            ((2, 0), (np.zeros((3, 2)), None), "got (3, 2)"),
            (
                (0, 1),
                (None, [1, 2]),
                "expected the shape (2, 3, 1), or (3, 1) for all frames, got (2,",
            ),
            ((1, 0), (np.nan, None), "`fparam`: expected finite numbers, got nan"),
            ((0, 1), (None, [1, np.inf, 0]), "`aparam`: expected finite numbers, got inf"),
            ((1, 0), ("much", None), "`fparam`: expected real numbers"),
            ((1, 0), (1j, None), "`fparam`: expected real numbers"),
            ((1, 0), (np.array([1j]), None), "`fparam`: expected real numbers"),
            ((2, 0), ([[1, 2], [3]], None), "`fparam`: expected real numbers"),
        ],
        ids=str,
    )
    def test_are_named(self, numbers, given, message):
        with pytest.raises(InputError, match=re.escape(message)):
            checked(*numbers, *given)
