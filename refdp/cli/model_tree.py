"""`refdp info` for model files: what is inside, as a tree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refdp.cli.inputs import EXAMPLE
from refdp.cli.model_summary import NetSummary, Shape, count_numbers, summarize

if TYPE_CHECKING:
    from rich.tree import Tree

__all__ = ["is_model_file", "show_model"]

LONGEST_LINE = 100
MOST_LINES = 400
DEEPEST = 24
TAGS = ("@class", "@version", "type")
"""Keys that stand in the name of a part."""


def is_model_file(name: str) -> bool:
    """Return whether SYSTEM is not one, but a model: its name ends so, and it is no folder."""
    from refdp.io.model_files import SUFFIXES

    path = Path(name)
    return not name.startswith(EXAMPLE) and path.suffix.lower() in SUFFIXES and not path.is_dir()


def show_model(path: str, as_json: bool) -> None:
    """Print what a model file holds.

    Raises
    ------
    ModelFileError
        It cannot be read; whether refdp could evaluate the model does not matter.
    """
    from refdp.io.model_files import read_tree

    tree = read_tree(path)
    parameters, others = count_numbers(tree)
    summary = summarize(tree)
    if as_json:
        facts = {"file": path, "parameters": parameters, "other_numbers": others, "tree": summary}
        click.echo(json.dumps(facts, indent=2))
        return
    from refdp.cli.screen import console

    label = f"{_shown(path)}: {parameters:,} parameters of nets, {others:,} other numbers"
    console().print(_branch(label, summary))


def _branch(label: str, node: Any, level: int = 0) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    branch = Tree(Text(label))
    if level == DEEPEST:
        branch.add(Text("..."))
        return branch
    for k, (name, child) in enumerate(_children(node)):
        if k == MOST_LINES:
            branch.add(Text(f"... and {len(node) - k} more"))
            break
        if not name:
            branch.add(Text(child))
        else:
            branch.add(_branch(_label(name, child), child, level + 1))
    return branch


def _children(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield what stands below a node: lines of options, then arrays and nets, then what has parts itself."""
    if isinstance(node, list):
        for k, child in enumerate(node):
            yield from _child(f"[{k}]", child)
        return
    options = {key: value for key, value in node.items() if _is_option(key, value)}
    for line in _option_lines(options):
        yield "", line
    for key, child in node.items():
        if key not in options and key not in TAGS:
            yield from _child(_shown(key), child)


def _child(name: str, child: Any) -> Iterator[tuple[str, Any]]:
    if line := _line(child):
        yield "", f"{name}: {line}"
    elif isinstance(child, dict | list):
        yield name, child
    else:
        yield "", f"{name}: {_shown(child)}"


def _line(child: Any) -> str:
    """Return the line of a net, an array or nothing; an empty one for what has parts."""
    if child is None:
        return "none"
    if isinstance(child, NetSummary):
        widths = "-".join(map(str, child["net"]))
        return (
            f"{widths} {_shown(child['activation_function'])}, {child['numbers']:,} numbers, {child['dtype']}"
        )
    if isinstance(child, Shape):
        values = f": {_shown(child['values'])}" if "values" in child else ""
        return f"{tuple(child['shape'])} {child['dtype']}{values}"
    return ""


def _label(name: str, node: Any) -> str:
    if isinstance(node, list):
        return f"{name}: a list of {len(node)}"
    tags = [_shown(node[key]) for key in TAGS[:2] if key in node]
    kind = f": {_shown(node['type'])}" if "type" in node else ""
    return f"{name}{kind}" + (f" ({' '.join(tags)})" if tags else "")


def _is_option(key: str, value: Any) -> bool:
    """Return whether a value is shown beside others: a number, text, or a list of such."""
    if key in TAGS or isinstance(value, Mapping):
        return False
    return not isinstance(value, list) or not any(isinstance(item, Mapping) for item in value)


def _option_lines(options: Mapping[str, Any]) -> Iterable[str]:
    told = [f"{_shown(key)}: {_shown(value)}" for key, value in options.items() if value is not None]
    unset = [_shown(key) for key, value in options.items() if value is None]
    if unset:
        told.append(f"not set: {', '.join(unset)}")
    line = ""
    for part in told:
        if line and len(line) + len(part) > LONGEST_LINE:
            yield line
            line = ""
        line = f"{line}   {part}" if line else part
    if line:
        yield line


def _shown(value: Any) -> str:
    """Return a value in one line, without what a terminal would obey."""
    text = value if isinstance(value, str) else json.dumps(value)
    text = text if text.isprintable() else ascii(text)
    return text if len(text) <= 2 * LONGEST_LINE else f"{text[: 2 * LONGEST_LINE]}..."
