"""Tables and numbers as text."""

from __future__ import annotations

import pytest

from refdp.cli.screen import WIDTH_OF_A_FILE, console, number, print_table


class TestConsole:
    def test_the_width_without_a_terminal_is_fixed(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "20")
        assert console().width == WIDTH_OF_A_FILE

    def test_brackets_are_no_markup(self, capsys):
        console().print("[bold]O[/bold] [0, 1]")
        assert capsys.readouterr().out == "[bold]O[/bold] [0, 1]\n"

    def test_standard_error(self, capsys):
        console(stderr=True).print("x")
        assert capsys.readouterr() == ("", "x\n")


class TestPrintTable:
    def test_numbers_end_and_words_begin_together(self, capsys):
        print_table(["type", "atoms"], [["O", "64"], ["[red]", "128"]], right=(1,))
        lines = [line for line in capsys.readouterr().out.splitlines() if any(c.isalnum() for c in line)]
        assert [line.strip() for line in lines] == ["type   atoms", "O         64", "[red]    128"]


class TestNumber:
    @pytest.mark.parametrize(
        ("x", "text"), [(0.0, "0"), (1 / 3, "0.333333"), (-1.5e-20, "-1.5e-20"), (2.0, "2")]
    )
    def test_values(self, x, text):
        assert number(x) == text

    def test_digits(self):
        assert number(1 / 3, 2) == "0.33"
