r"""Bad TeX fails the build: every equation is read once by pandoc, long before a browser sees it.

MathJax draws the equations in the reader's browser, so a misspelt command would show there, in red, and
nowhere else. Pandoc reads a whole page in one call; what it cannot read is a warning with its own words.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pypandoc
from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]

AST_VERSION = [1, 23]
logger = logging.getLogger(__name__)


def read(equations: list[str]) -> tuple[list[str], str]:
    """Return each equation as HTML, one line each, and pandoc's complaints."""
    blocks = [{"t": "Plain", "c": [{"t": "Math", "c": [{"t": "InlineMath"}, tex]}]} for tex in equations]
    document = {"pandoc-api-version": AST_VERSION, "meta": {}, "blocks": blocks}
    command = [pypandoc.get_pandoc_path(), "--from=json", "--to=html5", "--mathml", "--wrap=none"]
    done = subprocess.run(command, input=json.dumps(document), capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.splitlines(), done.stderr.strip()


def check(_app: Sphinx, doctree: nodes.document) -> None:
    """Warn of every equation of a page that is not TeX."""
    found = [node for node in doctree.findall() if isinstance(node, (nodes.math, nodes.math_block))]
    equations = [" ".join(node.astext().split()) for node in found]
    if not found:
        return
    for node, equation, html in zip(found, equations, read(equations)[0], strict=True):
        if not html.startswith("<math"):
            logger.warning("%s", read([equation])[1], location=node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Check each page as it is read."""
    app.connect("doctree-read", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
