"""A command line and something to give to it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from refdp.cli import main

CONFIG = {
    "type": "se_e2_a",
    "rcut": 6.0,
    "rcut_smth": 0.5,
    "sel": [46, 92],
    "neuron": [3, 6],
    "axis_neuron": 2,
    "type_one_side": True,
}


@pytest.fixture
def config():
    """A descriptor section, small, that suits water."""
    return dict(CONFIG)


@pytest.fixture
def config_file(tmp_path):
    """The same section in a file, as part of a whole input file."""
    path = tmp_path / "input.json"
    path.write_text(json.dumps({"model": {"type_map": ["O", "H"], "descriptor": CONFIG}, "training": {}}))
    return str(path)


@pytest.fixture
def refdp_command():
    """`refdp` with arguments; the result has `exit_code`, `stdout`, `stderr`."""

    def run(*arguments, **more):
        return CliRunner().invoke(main, [str(a) for a in arguments], **more)

    return run
