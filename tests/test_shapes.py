"""The shapes and dtypes in signatures are true: every array that passes is checked against them."""

import subprocess
import sys

CALLS = """
import warnings
from jaxtyping import TypeCheckError, install_import_hook

CHECKED = [
    "refdp.equations",
    "refdp.nn",
    "refdp.neighbors.environment",
    "refdp.descriptors.rows",
    "refdp.descriptors.two_body",
]
with install_import_hook(CHECKED, "beartype.beartype"):
    import refdp
    from refdp.equations.switch import switch
    from refdp.blocks import find_neighbors
import array_api_strict, numpy as np

calls = 0
system = refdp.examples.virtual()
for options in ({"type": "se_e2_a", "exclude_types": [[0, 1]]}, {"type": "se_e2_r"}):
    for precision in ("float64", "float32"):
        d = refdp.from_config({"sel": [20, 40], "rcut": 4.0, "precision": precision, **options}, seed=1)
        coord, atype, mapping = (extended := find_neighbors(d, system)).extended
        arrays = coord.astype(np.float64), atype, extended.nlist, mapping
        for asarray in (np.asarray, array_api_strict.asarray):
            d.call(*(asarray(x) for x in arrays))
            calls += 1
try:
    switch(np.zeros(3, dtype=np.int64), 0.5, 6.0)
except TypeCheckError:
    calls += 1
print(calls)
"""


def test_signatures_hold_and_are_checked() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CALLS], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "9", done.stderr[-2000:]
