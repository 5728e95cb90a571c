"""Docstrings as they are written in the sources: `{eq}` and doi as in the book, short names for classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["setup"]

# In reStructuredText: an equation, a paper, and several attributes that share one description.
REWRITES = [
    (re.compile(r"\{eq\}`"), ":eq:`"),
    (re.compile(r"(?<![`/\w])doi:(10\.\d+/\S*\w)"), r"`doi:\1 <https://doi.org/\1>`__"),
    (
        re.compile(r"(?<=^\.\. attribute:: )\w+(, \w+)+$"),
        lambda names: names[0].replace(", ", "\n" + " " * 15),
    ),
]


def rewrite(
    _app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]
) -> None:
    """Turn the book's markup in a docstring into reStructuredText, in place, as Sphinx asks."""
    for pattern, replacement in REWRITES:
        lines[:] = [pattern.sub(replacement, line) for line in lines]
    lines[:] = "\n".join(lines).split("\n")


def skip(
    _app: Sphinx, _what: str, _name: str, member: object, skipped: bool, _options: object
) -> bool | None:
    """Leave out the fields of a named tuple: its docstring has described them as attributes."""
    return skipped or type(member).__name__ == "_tuplegetter" or None


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Find `InputError` or `System` wherever in refdp it is defined."""
    if node.get("refdomain") != "py" or node.get("refspecific"):
        return None
    node["refspecific"] = True
    source, kind, target = node["refdoc"], node["reftype"], node["reftarget"]
    return env.domains["py"].resolve_xref(env, source, app.builder, kind, target, node, contnode)


def setup(app: Sphinx) -> dict[str, Any]:
    """Read docstrings this way."""
    app.connect("autodoc-process-docstring", rewrite)
    app.connect("autodoc-skip-member", skip)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
