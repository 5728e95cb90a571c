"""How the book is built: Sphinx, MyST-NB, furo; no network while building, none while reading."""

from __future__ import annotations

import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import refdp

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "refdp"
author = "the refdp developers"
copyright = "2026, the refdp developers"  # noqa: A001 - Sphinx reads this name
version = release = refdp.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "docstrings",
    "equations",
]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]
templates_path = ["_templates"]
nitpicky = True
# Without a network the types of Python and other libraries cannot be linked, nor can type variables.
PLAIN = (
    "Any Callable Console Figure Iterable Iterator Loss Mapping NDArray Path Sequence Status "
    "float64 int64 int_ optional"
)
nitpick_ignore_regex = [
    ("py:.*", r"(?!refdp|parity)\w+\..*"),
    ("py:.*", PLAIN.replace(" ", "|")),
    ("py:.*", r"(refdp|parity)\..*\.[A-Z]"),
]

# Pages
html_theme = "furo"
html_title = f"refdp {release}"
html_copy_source = False
html_show_sphinx = False
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_url_schemes = {
    "http": None,
    "https": None,
    "doi": {"url": "https://doi.org/{{path}}", "title": "doi:{{path}}"},
}
numfig = True  # equations, figures and tables are numbered by chapter
math_numfig = True
math_numsep = "."

# Equations: one file of MathJax, which draws glyphs itself and so needs neither fonts nor a network
MATHJAX = Path(find_spec("sphinx-mathjax-offline").submodule_search_locations[0], "static", "mathjax")
mathjax_path = "tex-svg-full.js"
html_static_path = ["_static", str(MATHJAX / mathjax_path)]
html_css_files = ["book.css"]

# Examples are run at each build: a cache would not see that refdp changed.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
# The reader's own IPython settings and start-up files stay out of the book.
PROFILE = Path(__file__).parent / "_build" / "ipython" / "profile_default"
PROFILE.mkdir(parents=True, exist_ok=True)
(PROFILE / "ipython_kernel_config.py").write_text("c.IPKernelApp.log_level = 'ERROR'\n", encoding="utf-8")
os.environ["IPYTHONDIR"] = str(PROFILE.parent)
logging.getLogger("traitlets").setLevel(logging.WARNING)  # the theme turns everybody's chatter on

# Functions: shapes and units stand in the docstrings, types in the signatures
add_module_names = False
autodoc_default_options = {"member-order": "bysource"}
autodoc_typehints_format = "short"
default_role = "code"  # `rcut` in a docstring is a name in the program
napoleon_attr_annotations = False  # the signature has them
napoleon_google_docstring = False
napoleon_use_rtype = False
