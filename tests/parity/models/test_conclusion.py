from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.models.conclusion import is_faithful, sentence_of
from parity.models.conversion_report import Deviation, Extent, Row, Size, unit_of

FINE = Deviation(
    output="forces",
    unit="eV/angstrom",
    used=0.031,
    largest=1e-14,
    beyond=0,
    frame=0,
    atom=3,
    species="O",
    deviation=1e-14,
    allowed=3e-13,
)
WRONG = msgspec.structs.replace(
    FINE, used=2.9e8, largest=4e-4, beyond=7, frame=2, atom=17, deviation=3.2e-4, allowed=1.1e-12
)
FORCES = Size(output="forces", unit="eV/angstrom", largest=2.0, allowed=1e-12)
ENERGY = Size(output="energy", unit="eV", largest=10.0, allowed=1e-11)
EXTENT = Extent(frames=1, atoms=(8, 8), sizes=(FORCES,))


def _row(backend, status="agrees", reason="", outputs=(FINE,), against=False):
    return Row(backend=backend, version="", status=status, reason=reason, outputs=outputs, against=against)


def _sentence(*rows, extent=EXTENT):
    return sentence_of("m.dp", rows, extent)


def _sized(**changes):
    return msgspec.structs.replace(EXTENT, sizes=(msgspec.structs.replace(FORCES, **changes),))


class TestSentenceOf:
    def test_faithful(self):
        extent = msgspec.structs.replace(EXTENT, frames=4, atoms=(192, 192))
        rows = (_row("deepmd-pytorch"), _row("deepmd-jax"), _row("x", "refuses", "no", ()))
        assert _sentence(*rows, extent=extent) == (
            "faithful: deepmd-pytorch and deepmd-jax agree with m.dp on 4 frames of 192 atoms; "
            "at most 3.1 % of what rounding may do; x could not be asked"
        )

    def test_one_of_each(self):
        told = _sentence(_row("a"), extent=msgspec.structs.replace(EXTENT, atoms=(8, 9)))
        assert told.startswith("faithful: a agrees with m.dp on 1 frame of 8 to 9 atoms; ")

    def test_known_differences_are_told(self):
        rows = (_row("a"), _row("b", "known", "Because.", (WRONG,)))
        told = _sentence(*rows)
        assert "a and b agree with m.dp on 1 frame of 8 atoms, apart from known differences of b; " in told
        assert told.endswith("at most 3.1 % of what rounding may do")

    def test_known_differences_alone_use_no_share(self):
        told = _sentence(_row("b", "known", "Because.", (WRONG,)))
        assert told == (
            "faithful: b agrees with m.dp on 1 frame of 8 atoms, apart from known differences of b"
        )

    def test_what_nobody_gives_is_told(self):
        extent = msgspec.structs.replace(EXTENT, sizes=(ENERGY, FORCES))
        energy = msgspec.structs.replace(FINE, output="energy", unit="eV")
        assert _sentence(_row("a", outputs=(energy,)), extent=extent).endswith("; forces were not compared")
        both = (_row("a", outputs=(energy,)), _row("b", outputs=(energy, FINE)))
        assert "not compared" not in _sentence(*both, extent=extent)

    def test_not_faithful(self):
        rows = (_row("deepmd-pytorch"), _row("deepmd-jax", "differs", "", (FINE, WRONG)))
        assert _sentence(*rows) == (
            "not faithful: forces of deepmd-jax differ first at frame 2, atom 17 (O): "
            "3.2e-04 eV/angstrom where rounding allows 1.1e-12"
        )

    def test_a_quantity_of_frames_without_a_unit(self):
        gap = msgspec.structs.replace(WRONG, output="gap", unit=unit_of("gap"), atom=None, species="")
        told = _sentence(_row("a", "differs", "", (gap,)))
        assert (
            told == "not faithful: `gap` of a differ first at frame 2: 3.2e-04 where rounding allows 1.1e-12"
        )

    @pytest.mark.parametrize("status", ["fails", "refuses"])
    def test_who_gives_no_numbers_shows_nothing(self, status):
        silent = _row("a", status, "no luck", ())
        assert _sentence(silent) == "nothing is shown: a could not be asked: no luck"
        assert _sentence(_row("b"), silent).endswith("; a could not be asked")

    def test_another_file_that_could_not_be_asked(self):
        rows = (_row("a"), _row("b", "fails", "no memory", ()), _row("x.pth", "refuses", "no", (), True))
        assert _sentence(*rows) == "nothing is shown: x.pth could not be asked: no"

    def test_ties_are_told(self):
        told = _sentence(_row("a", "undecided", "a tie", ()), _row("b"))
        assert told == "nothing is shown: a: a tie"

    def test_what_rounding_may_do_is_told_where_it_is_not_small(self):
        told = _sentence(_row("a"), extent=_sized(allowed=1e-4))
        assert told.endswith("; rounding may change forces by 1.0e-04 eV/angstrom (the largest is 2.0e+00)")
        told = _sentence(_row("a"), extent=_sized(allowed=1e-2))
        assert told == (
            "nothing is shown: rounding alone may change forces by 1.0e-02 eV/angstrom "
            "(the largest is 2.0e+00)"
        )

    @pytest.mark.parametrize(
        ("extent", "why"),
        [
            (Extent(frames=0, atoms=(0, 0)), "no frame has a real atom"),
            (_sized(largest=np.nan), "forces of refdp itself are not finite"),
            (_sized(allowed=np.inf), "rounding alone may change forces by any amount"),
        ],
    )
    def test_what_says_nothing_whoever_agrees(self, extent, why):
        for row in (_row("a"), _row("a", "differs", "", (WRONG,))):
            assert _sentence(row, extent=extent) == f"nothing is shown: {why}"
            assert is_faithful((row,), extent) is None


class TestIsFaithful:
    @pytest.mark.parametrize(
        ("statuses", "faithful"),
        [
            (("agrees", "refuses"), True),
            (("agrees", "fails"), True),
            (("known",), True),
            (("refuses",), None),
            (("fails",), None),
            (("agrees", "undecided"), None),
            (("agrees", "differs"), False),
            (("undecided", "differs"), False),
        ],
    )
    def test_something_agrees_and_nothing_is_wrong(self, statuses, faithful):
        assert is_faithful(tuple(_row("x", status) for status in statuses), EXTENT) is faithful

    @pytest.mark.parametrize(
        ("status", "faithful"), [("agrees", True), ("refuses", None), ("fails", None), ("differs", False)]
    )
    def test_another_file_must_agree(self, status, faithful):
        rows = (_row("numpy-f64"), _row("x.pth", status, against=True))
        assert is_faithful(rows, EXTENT) is faithful

    def test_numbers_that_rounding_changes_much_show_nothing(self):
        assert is_faithful((_row("a"),), _sized(allowed=1.9e-3)) is True
        assert is_faithful((_row("a"),), _sized(allowed=2.1e-3)) is None
        # Forces that vanish by symmetry.
        assert is_faithful((_row("a"),), _sized(largest=0.0, allowed=1e-13)) is True
        assert is_faithful((_row("a", "differs", "", (WRONG,)),), _sized(allowed=1.0)) is False
