"""What `import refdp` costs: NumPy, and nothing that is heavy or optional."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "array_api_strict",
    "ase",
    "autograd",
    "dask",
    "deepmd",
    "flint",
    "h5py",
    "jax",
    "jinja2",
    "matplotlib",
    "ml_dtypes",
    "parity",
    "rich",
    "scipy",
    "threadpoolctl",
    "torch",
    "yaml",
}


def modules_after(code):
    """Run code in a new interpreter; return the modules that are then imported, top level names only."""
    program = f"import sys\n{code}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    return set(run.stdout.splitlines()[-1].split())


DESCRIBE = """
import refdp
d = refdp.from_config({"type": "se_e2_a", "sel": [3, 2], "neuron": [2, 4], "axis_neuron": 2}, seed=1)
refdp.describe(d, refdp.System([[0, 0, 0], [0, 0, 1.0]], [0, 1]))
refdp.deserialize(d.serialize())
"""


class TestImport:
    @pytest.mark.parametrize(
        "module", ["refdp", "refdp.nn.layer", "refdp.io.serialized", "refdp.certification"]
    )
    def test_is_light(self, module):
        assert modules_after(f"import {module}") & HEAVY == set()

    def test_describing_needs_scipy_and_threadpoolctl_only(self):
        assert modules_after(DESCRIBE) & HEAVY == {"scipy", "threadpoolctl"}

    def test_no_module_imports_a_framework(self):
        code = """
import importlib, pkgutil, refdp
for found in pkgutil.walk_packages(refdp.__path__, "refdp."):
    if not found.name.startswith("refdp.cli"):
        importlib.import_module(found.name)
"""
        assert modules_after(code) & {"torch", "jax", "deepmd", "parity", "matplotlib", "rich"} == set()


def test_the_public_names_are_sorted_and_exist():
    import refdp

    assert refdp.__all__ == sorted(refdp.__all__)
    assert [name for name in refdp.__all__ if not hasattr(refdp, name)] == []
