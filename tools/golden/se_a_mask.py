"""se_a_mask of the TensorFlow backend: options, weights, inputs and descriptor of one case."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from deepmd.tf.descriptor import DescrptSeAMask
from numpy.typing import NDArray

from golden.graph import Inputs, Numbers, layers, run

__all__ = ["DEFAULTS", "make"]

DEFAULTS: dict[str, Any] = {
    "neuron": [4, 8],
    "axis_neuron": 3,
    "activation_function": "tanh",
    "resnet_dt": False,
    "type_one_side": False,
    "exclude_types": [],
}
SCOPE = re.compile(r"filter_type_(\d+|all)/matrix_1_(\d+)$")


def make(inputs: Inputs, seed: int, **changes: Any) -> dict[str, NDArray[Any]]:
    """Return the arrays of a case; `changes` are options unlike `DEFAULTS`."""
    options = DEFAULTS | changes
    sel = np.bincount(inputs.atype)

    def build(coord: Any, atype: Any, natoms: Any, box: Any, mesh: Any, extra: Any) -> dict[str, Any]:
        d = DescrptSeAMask(sel=sel.tolist(), precision="float64", **options)
        descriptor = d.build(coord, atype, natoms, box, mesh, extra)
        return {"descriptor": descriptor, "rot_mat": d.get_rot_mat()}

    variables, found = run(build, inputs, len(sel), np.random.default_rng(seed))
    found["rot_mat"] = found["rot_mat"].reshape(*inputs.coord.shape[:2], -1, 3)
    pairs = np.asarray(options["exclude_types"], np.int32).reshape(-1, 2)
    return {
        "sel": sel,
        "atype": inputs.atype,
        "coord": inputs.coord,
        "aparam": np.asarray(inputs.aparam),
        **{name: np.asarray(x) for name, x in options.items()},
        "exclude_types": pairs,
        **_weights(variables),
        **found,
    }


def _weights(variables: dict[str, Numbers]) -> dict[str, Numbers]:
    weights: dict[str, Numbers] = {}
    for hit in filter(None, map(SCOPE.match, sorted(variables))):
        center, neighbor = hit.groups()
        weights |= layers(f"emb.{center}.{neighbor}", variables, f"filter_type_{center}", f"_{neighbor}")
    return weights
