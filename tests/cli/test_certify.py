"""`refdp certify` prints digits that hold at any precision."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest

import refdp
from refdp.cli.certify import _digits

flint = pytest.importorskip("flint")


def elements(shown):
    """The printed elements as name -> (digits, radius)."""
    lines = [line.split() for line in shown.splitlines() if re.match(r"\s*D\[", line)]
    return {line[0] + line[1]: line[2:] for line in lines}


class TestCommand:
    def test_digits_are_confirmed_by_a_higher_precision(self, refdp_command, config_file):
        few, many = (
            elements(
                refdp_command(
                    "certify", config_file, "example:water", "--atom", 3, "--bits", bits, "--elements", 12
                ).stdout
            )
            for bits in (80, 300)
        )
        assert len(few) == len(many) == 12
        for name, (digits, _) in few.items():
            last = Decimal(1).scaleb(-len(digits.partition(".")[2]))
            assert abs(Decimal(digits) - Decimal(many[name][0])) < last
            assert 15 <= len(digits.strip("-0.")) <= 24
            assert len(many[name][0]) > 80

    def test_float64_is_near(self, refdp_command, config_file, config):
        shown = refdp_command("certify", config_file, "example:water", "--atom", 3, "--frame", 1).stdout
        d = refdp.from_config(config, type_map=["O", "H"], seed=1)
        row = refdp.describe(d, refdp.examples.water())[1, 3]
        for k, (digits, _) in enumerate(elements(shown).values()):
            assert float(digits) == pytest.approx(row[k], rel=1e-12)
        error = float(re.search(r"largest error of float64: (\S+)", shown)[1])
        assert 0.0 < error < 1e-12 * abs(row).max()

    def test_atoms_and_elements(self, refdp_command, config_file):
        arguments = ("--atom", 5, "--atom", 2, "--elements", 1)
        shown = refdp_command("certify", config_file, "example:water", *arguments).stdout
        assert list(elements(shown)) == ["D[5,0]", "D[2,0]"]
        assert "numbers enclosed: 24, in" in shown

    def test_a_virtual_atom_is_zero(self, refdp_command, config_file):
        number = int((refdp.examples.virtual().atype[0] < 0).argmax())
        shown = refdp_command("certify", config_file, "example:virtual", "--atom", number).stdout
        assert set(map(tuple, elements(shown).values())) == {("0", "0.0e+00")}

    def test_outside(self, refdp_command, config_file):
        result = refdp_command("certify", config_file, "example:water", "--atom", 192)
        assert result.exit_code == 2
        assert result.stderr == "Error: `--atom`: expected 0 to 191, got 192\n"


class TestDigits:
    def test_a_ball_without_certain_digits_is_shown_as_one(self):
        assert _digits(flint.arb(0.0, 1.0), 53) == "[+/- 1.01]"

    @pytest.mark.parametrize("mid", [1.9283746, 0.0099999, 31.4159265])
    @pytest.mark.parametrize("bits", range(8, 48))
    def test_everything_in_the_ball_is_within_one_of_the_last_digit(self, mid, bits):
        ball = flint.arb(mid, mid * 2.0**-bits)
        shown = _digits(ball, 113)
        one = flint.arb(10) ** Decimal(shown).as_tuple().exponent
        assert abs(ball - flint.arb(flint.fmpq(*Fraction(shown).as_integer_ratio()))) < one
