"""The README's example prints what the README shows, and its links lead somewhere."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def example(text: str) -> tuple[str, str]:
    """Return the first Python block and the text block that follows it."""
    found = re.search(r"```python\n(.*?)```\s+```text\n(.*?)```", text, re.DOTALL)
    assert found, "no ```python block with a ```text block after it"
    return found[1], found[2]


def links(text: str) -> list[str]:
    """Return the relative links of a page, without those to places on it."""
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", text)
    return [target for target in targets if "://" not in target]


class TestExample:
    def test_prints_what_is_shown(self, tmp_path, capsys):
        code, shown = example(README)
        (tmp_path / "example.py").write_text(code, encoding="utf-8")
        runpy.run_path(str(tmp_path / "example.py"))
        assert capsys.readouterr().out == shown

    def test_is_about_ten_lines(self):
        code, _ = example(README)
        assert len(code.strip().splitlines()) <= 12
        assert max(map(len, code.splitlines())) <= 100

    def test_a_missing_block_is_seen(self):
        with pytest.raises(AssertionError, match="no ```python block"):
            example("```python\nprint(1)\n```\n")


class TestLinks:
    def test_lead_to_files(self):
        assert len(links(README)) >= 6
        assert [target for target in links(README) if not (ROOT / target).exists()] == []

    def test_are_found(self):
        assert links("[a](docs/x.md) ![b](p.png) [c](https://d) [e](f.md#g)") == [
            "docs/x.md",
            "p.png",
            "f.md",
        ]


class TestCommands:
    def test_make_has_them(self):
        targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
        named = set(re.findall(r"^\$ make (\w+)", README, re.MULTILINE)) | set(
            re.findall(r"`make (\w+)`", README)
        )
        assert named >= {"parity", "test", "docs"}
        assert named <= targets

    def test_refdp_has_them(self):
        import click

        from refdp.cli import main

        named = set(re.findall(r"^\| `refdp (\w+)", README, re.MULTILINE))
        assert len(named) == 6
        assert named <= set(main.list_commands(click.Context(main)))
