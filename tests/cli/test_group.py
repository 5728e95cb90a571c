"""The command itself: help, version, and what becomes of errors and warnings."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import click
import pytest

import refdp
from refdp.cli.group import COMMANDS, Refused, _one_line_each
from refdp.errors import InputError, SelOverflowWarning


class TestMain:
    def test_version(self, refdp_command):
        assert refdp_command("--version").stdout == f"refdp, version {refdp.__version__}\n"

    def test_help_names_every_command_and_shows_examples(self, refdp_command):
        shown = refdp_command("--help").stdout
        assert "Examples:" in shown
        for name in COMMANDS:
            assert f"\n  {name} " in shown

    @pytest.mark.parametrize("arguments", [["--help"], ["describe", "--help"], ["info", "--help"]])
    def test_help_tells_where_a_mask_comes_from(self, refdp_command, arguments):
        assert "aparam.npy" in refdp_command(*arguments).stdout

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_explains_itself_with_an_example(self, refdp_command, name):
        result = refdp_command(name, "--help")
        assert result.exit_code == 0
        assert f"  refdp {name}" in result.stdout.partition("Examples:")[2]

    def test_an_unknown_command(self, refdp_command):
        result = refdp_command("descibe")
        assert result.exit_code == 2
        assert "No such command 'descibe'" in result.stderr

    def test_an_error_is_one_line_and_status_2(self, refdp_command):
        result = refdp_command("info", "example:watr")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.startswith("Error: `SYSTEM`: expected one of crowded, crystal,")
        assert result.stderr.count("\n") == 1

    def test_a_warning_is_one_line_on_standard_error(self, refdp_command, tmp_path, config):
        narrow = tmp_path / "narrow.json"
        narrow.write_text(json.dumps(config | {"sel": [10, 20]}))
        result = refdp_command("describe", narrow, "example:water")
        assert result.exit_code == 0
        assert result.stderr.startswith("Warning: `sel` [10, 20] is too small: ")
        assert result.stderr.count("\n") == 1
        assert "Warning" not in result.stdout

    def test_help_imports_nothing_heavy(self):
        program = (
            "import sys\n"
            "from click.testing import CliRunner\n"
            "from refdp.cli import main\n"
            "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
            "heavy = {'scipy', 'rich', 'torch', 'jax', 'flint', 'matplotlib', 'jinja2', 'deepmd', 'parity'}\n"
            "print(sorted(heavy & set(sys.modules)))\n"
        )
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        assert done.stdout == "[]\n"


class TestOneLineEach:
    def test_newlines_of_a_message_are_folded(self):
        with pytest.raises(Refused) as caught, _one_line_each():
            raise InputError("first\n  second")
        assert caught.value.message == "first second"
        assert caught.value.exit_code == 2

    def test_a_missing_package_is_named_with_a_remedy(self):
        message = r"the package flint is needed .* pip install 'refdp\[parity\]'"
        with pytest.raises(Refused, match=message), _one_line_each():
            raise ModuleNotFoundError("No module named 'flint.types'", name="flint.types")

    def test_a_missing_part_of_ours_is_a_bug_and_stays_one(self):
        with pytest.raises(ModuleNotFoundError), _one_line_each():
            raise ModuleNotFoundError("No module named 'refdp.nothing'", name="refdp.nothing")

    def test_a_file_that_cannot_be_written(self):
        with pytest.raises(Refused, match=r"Permission denied: 'out.npz'"), _one_line_each():
            raise PermissionError(13, "Permission denied", "out.npz")

    def test_more_memory_than_there_is(self):
        with pytest.raises(Refused, match="not enough memory: Unable to allocate 5 PiB"), _one_line_each():
            raise MemoryError("Unable to allocate 5 PiB")

    def test_nobody_reading_is_left_to_click(self):
        with pytest.raises(BrokenPipeError), _one_line_each():
            raise BrokenPipeError(32, "Broken pipe")

    def test_other_errors_keep_their_traceback(self):
        with pytest.raises(ZeroDivisionError), _one_line_each():
            _ = 1 // 0

    def test_other_warnings_are_left_alone(self):
        with pytest.warns(UserWarning, match="something else"), _one_line_each():
            warnings.warn("something else", UserWarning, stacklevel=1)

    def test_showwarning_is_restored(self):
        before = warnings.showwarning
        with pytest.raises(click.ClickException), _one_line_each():
            raise InputError("x")
        assert warnings.showwarning is before

    def test_sel_overflow_is_printed_although_warnings_are_errors(self, capsys):
        with _one_line_each():
            warnings.warn("two\nlines", SelOverflowWarning, stacklevel=1)
        assert capsys.readouterr().err == "Warning: two lines\n"
