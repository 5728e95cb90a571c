from __future__ import annotations

import pytest

from parity.models.conversion_report import Deviation, Row, is_faithful, sentence_of, unit_of

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
WRONG = Deviation(
    output="forces",
    unit="eV/angstrom",
    used=2.9e8,
    largest=4e-4,
    beyond=7,
    frame=2,
    atom=17,
    species="O",
    deviation=3.2e-4,
    allowed=1.1e-12,
)


def _row(backend, status="agrees", reason="", outputs=(FINE,)):
    return Row(backend=backend, version="", status=status, reason=reason, outputs=outputs)


class TestSentenceOf:
    def test_faithful(self):
        rows = (_row("deepmd-pytorch"), _row("deepmd-jax"), _row("x", "refuses", "no", ()))
        assert sentence_of("model.dp", 4, (192, 192), rows) == (
            "faithful: deepmd-pytorch and deepmd-jax agree with model.dp on 4 frames of 192 atoms; "
            "at most 3.1 % of what rounding may do"
        )

    def test_one_of_each(self):
        told = sentence_of("model.dp", 1, (8, 9), (_row("deepmd-pytorch"),))
        assert told.startswith("faithful: deepmd-pytorch agrees with model.dp on 1 frame of 8 to 9 atoms; ")

    def test_known_differences_are_told(self):
        rows = (_row("a"), _row("b", "known", "Because.", (WRONG,)))
        told = sentence_of("m", 1, (8, 8), rows)
        assert "a and b agree with m on 1 frame of 8 atoms, apart from known differences of b; " in told
        assert told.endswith("at most 3.1 % of what rounding may do")

    def test_not_faithful(self):
        rows = (_row("deepmd-pytorch"), _row("deepmd-jax", "differs", "", (FINE, WRONG)))
        assert sentence_of("model.dp", 4, (192, 192), rows) == (
            "not faithful: forces of deepmd-jax differ first at frame 2, atom 17 (O): "
            "3.2e-04 eV/angstrom where rounding allows 1.1e-12"
        )

    def test_a_quantity_of_frames_without_a_unit(self):
        import msgspec

        gap = msgspec.structs.replace(WRONG, output="gap", unit=unit_of("gap"), atom=None, species="")
        told = sentence_of("m", 1, (8, 8), (_row("a", "differs", "", (gap,)),))
        assert (
            told == "not faithful: `gap` of a differ first at frame 2: 3.2e-04 where rounding allows 1.1e-12"
        )

    def test_a_crash_is_not_faithful(self):
        told = sentence_of("m", 1, (8, 8), (_row("a", "fails", "no luck", ()),))
        assert told == "not faithful: a fails: no luck"

    def test_refusals_show_nothing(self):
        told = sentence_of("m", 1, (8, 8), (_row("a", "refuses", "no", ()),))
        assert told.startswith("nothing is shown: ")


class TestIsFaithful:
    @pytest.mark.parametrize(
        ("statuses", "faithful"),
        [
            (("agrees", "refuses"), True),
            (("known",), True),
            (("refuses",), False),
            (("agrees", "differs"), False),
            (("agrees", "fails"), False),
        ],
    )
    def test_something_agrees_and_nothing_is_wrong(self, statuses, faithful):
        assert is_faithful(tuple(_row("x", status) for status in statuses)) is faithful
