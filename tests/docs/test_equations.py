"""The book and the code name each other: labels, functions, symbols, steps, options, axes."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from refdp.descriptors import DESCRIPTORS
from refdp.models.fittings import FITTINGS
from refdp.steps import OVERRIDES, STEPS

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
SOURCES = sorted([*(ROOT / "refdp").rglob("*.py"), *(ROOT / "parity").rglob("*.py")])
HEADER = "| symbol | meaning | shape | unit | in the code |"

LABEL = re.compile(r"^:label: (eq-[\w-]+)$|^\$\$ \((eq-[\w-]+)\)$", re.MULTILINE)
CITATION = re.compile(r"\{eq\}`(eq-[\w-]+)`")
ROLE = re.compile(r"\{(?:func|class|attr|meth|mod)\}`~?(?:[^`<]*<)?([\w.]+)>?`")


def labels(text: str) -> list[str]:
    """Return the labels of the equations of a page."""
    return [first or second for first, second in LABEL.findall(text)]


def named_after(text: str) -> dict[str, list[str]]:
    """Return, for each labelled equation of a page, the code named between it and the next one or heading."""
    found = {}
    for match in LABEL.finditer(text):
        rest = re.split(r"^```\{math\}|^\$\$|^#", text[match.end() :], flags=re.MULTILINE)[0]
        said = re.search(r"In the code.*", rest, re.DOTALL)
        found[match[1] or match[2]] = ROLE.findall(said[0].split("\n\n")[0]) if said else []
    return found


def resolve(path: str) -> Any:
    """Return what a dotted path names; a field of a class counts, though it has no value there."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            fields = getattr(found, "__annotations__", {})
            found = getattr(found, name) if hasattr(found, name) else fields[name]
        return found
    raise KeyError(path)


def documentation(path: str) -> str:
    """Return the docstrings of what a path names and of its module."""
    found = resolve(path)
    module = importlib.import_module(getattr(found, "__module__", path))
    return f"{found.__doc__}\n{module.__doc__}"


def symbol_rows(text: str) -> list[list[str]]:
    """Return the rows of all symbol tables of a page, as cells."""
    lines, rows, inside = text.splitlines(), [], False
    for line in lines:
        inside = line == HEADER or (inside and line.startswith("|"))
        if inside and line != HEADER and not line.startswith("|--"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


BOOK = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
NAMED = {label: names for text in BOOK.values() for label, names in named_after(text).items()}
CITED = {
    label: path.relative_to(ROOT)
    for path in SOURCES
    for label in CITATION.findall(path.read_text(encoding="utf-8"))
}
ROWS = [(page, row) for page, text in BOOK.items() for row in symbol_rows(text)]
AXES = {
    axis
    for row in re.findall(r"^\| (`[^|]+) \|", BOOK["glossary.md"], re.MULTILINE)
    for axis in re.findall(r"`(\w+)`", row)
}
PARTS = (*DESCRIPTORS, *FITTINGS)
OPTION_NAMES = {name for cls in PARTS for name in cls.options_type.__struct_fields__}
STEP_NAMES = set(STEPS).union(*OVERRIDES.values())


class TestLabels:
    def test_there_are_many(self):
        assert len(NAMED) >= 25

    def test_each_stands_once(self):
        every = [label for text in BOOK.values() for label in labels(text)]
        assert sorted(every) == sorted(set(every))

    @pytest.mark.parametrize("label", sorted(CITED))
    def test_cited_by_a_docstring_and_in_the_book(self, label):
        assert label in NAMED, f"{CITED[label]} cites {label}, which no page has"

    def test_those_of_the_steps_are_in_the_book(self):
        meanings = [*STEPS.values(), *(each for some in OVERRIDES.values() for each in some.values())]
        assert {each.equation for each in meanings if each.equation} <= set(NAMED)

    @pytest.mark.parametrize("page", sorted(BOOK))
    def test_cited_by_a_page_and_in_the_book(self, page):
        assert set(CITATION.findall(BOOK[page])) <= set(NAMED)


class TestFunctions:
    @pytest.mark.parametrize("label", sorted(NAMED))
    def test_each_equation_names_code_that_exists(self, label):
        assert NAMED[label], f"no 'In the code: ...' after {label}"
        for path in NAMED[label]:
            resolve(path)

    @pytest.mark.parametrize("label", sorted(CITED))
    def test_the_code_that_cites_an_equation_is_the_one_it_names(self, label):
        assert any(label in documentation(path) for path in NAMED[label]), NAMED[label]


class TestSymbols:
    def test_there_are_many(self):
        assert len(ROWS) >= 40
        assert {len(row) for _, row in ROWS} == {5}

    def test_code_exists(self):
        for _, row in ROWS:
            for path in ROLE.findall(row[4]):
                resolve(path)

    def test_each_is_somewhere(self):
        assert [row for _, row in ROWS if not re.search(r"\{\w+\}`|option `|step `", row[4])] == []

    def test_options_exist(self):
        named = {name for _, row in ROWS for name in re.findall(r"option `(\w+)`", row[4])}
        assert len(named) >= 6
        assert named <= OPTION_NAMES

    def test_steps_exist(self):
        named = {name for _, row in ROWS for name in re.findall(r"step `(\w+)`", row[4])}
        assert named == STEP_NAMES

    def test_axes_are_those_of_the_glossary(self):
        shapes = {
            name
            for _, row in ROWS
            for name in re.findall(r"[a-z]\w*", " ".join(re.findall(r"`\(.*?\)`", row[2])))
        }
        assert {"nf", "nloc", "nnei"} <= shapes
        assert shapes <= AXES


class TestTheseChecks:
    """Each helper sees what it is there to see."""

    PAGE = (
        "```{math}\n:label: eq-one\n\nx\n```\n\nIn the code: {func}`~refdp.describe`.\n\n"
        "$$ y\n$$ (eq-two)\n\n# Next\n\nIn the code.\n"
    )

    def test_labels(self):
        assert labels(self.PAGE) == ["eq-one", "eq-two"]

    def test_named_after(self):
        assert named_after(self.PAGE) == {"eq-one": ["refdp.describe"], "eq-two": []}

    def test_resolve(self):
        assert resolve("refdp.system.System").__name__ == "System"
        assert resolve("refdp.nn.layer.Layer.w")
        with pytest.raises(KeyError):
            resolve("refdp.system.System.nothing")
        with pytest.raises(KeyError):
            resolve("nowhere_at_all.thing")

    def test_symbol_rows(self):
        table = f"{HEADER}\n|---|---|---|---|---|\n| $x$ | a | `(nf)` | Å | step `r` |\n\n| no | table |\n"
        assert symbol_rows(table) == [["$x$", "a", "`(nf)`", "Å", "step `r`"]]
