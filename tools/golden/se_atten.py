"""se_atten of the TensorFlow backend: options, weights, inputs and descriptor of one case."""

from __future__ import annotations

from typing import Any

import numpy as np
from deepmd.tf.descriptor import DescrptSeAtten
from deepmd.tf.utils.type_embed import TypeEmbedNet
from numpy.typing import NDArray

from golden.graph import Inputs, Numbers, layers, run

__all__ = ["DEFAULTS", "make", "statistics"]

DEFAULTS: dict[str, Any] = {
    "rcut": 4.0,
    "rcut_smth": 1.0,
    "sel": 10,
    "neuron": [4, 8],
    "axis_neuron": 3,
    "activation_function": "tanh",
    "resnet_dt": False,
    "type_one_side": False,
    "tebd_input_mode": "concat",
    "smooth_type_embedding": False,
    "attn": 5,
    "attn_layer": 2,
    "attn_dotr": True,
    "attn_mask": False,
    "ln_eps": 1e-3,
    "exclude_types": [],
}
NTYPES, TEBD_DIM = 2, 3
ATTENTION = {
    "query": ("c_query/matrix", "c_query/bias"),
    "key": ("c_key/matrix", "c_key/bias"),
    "value": ("c_value/matrix", "c_value/bias"),
    "out": ("c_out/matrix", "c_out/bias"),
    "ln": ("layer_normalization/gamma", "layer_normalization/beta"),
}


def statistics(rng: np.random.Generator, nnei: int, davg: str, dstd: str) -> tuple[Numbers, Numbers]:
    """Return `davg, dstd` `(ntypes, nnei, 4)`, all slots of a type alike as data give it.

    `davg` is "zero" or "radial", of the radial column; `dstd` is "usual" or "wide", which makes the angular
    columns so small that some of their norms fall below 1e-6.
    """
    mean, deviation = np.zeros((NTYPES, nnei, 4)), np.zeros((NTYPES, nnei, 4))
    mean[..., 0] = rng.uniform(0.05, 0.4, (NTYPES, 1)) if davg == "radial" else 0.0
    deviation[..., 0] = rng.uniform(0.2, 0.7, (NTYPES, 1))
    deviation[..., 1:] = rng.uniform(0.2, 0.7, (NTYPES, 1, 1)) * (3e5 if dstd == "wide" else 1.0)
    return mean, deviation


def make(
    inputs: Inputs, seed: int, *, davg: str = "zero", dstd: str = "usual", **changes: Any
) -> dict[str, NDArray[Any]]:
    """Return the arrays of a case; `changes` are options unlike `DEFAULTS`, the rest is for `statistics`."""
    options = DEFAULTS | changes
    rng = np.random.default_rng(seed)
    mean, deviation = statistics(rng, options["sel"], davg, dstd)

    def build(coord: Any, atype: Any, natoms: Any, box: Any, mesh: Any, _extra: Any) -> dict[str, Any]:
        embedding = TypeEmbedNet(
            ntypes=NTYPES, neuron=[TEBD_DIM], activation_function=None, padding=True, use_tebd_bias=True
        )
        table = embedding.build(NTYPES)
        d = DescrptSeAtten(ntypes=NTYPES, precision="float64", **options)
        d.davg, d.dstd = mean.reshape(NTYPES, -1), deviation.reshape(NTYPES, -1)
        descriptor = d.build(coord, atype, natoms, box, mesh, {"type_embedding": table})
        return {
            "descriptor": descriptor,
            "rot_mat": d.get_rot_mat(),
            "env_mat": d.descrpt,
            "nlist": d.nlist,
            "tebd.table": table,
        }

    variables, found = run(build, inputs, NTYPES, rng)
    return _options(options) | _inputs(inputs, mean, deviation) | _weights(variables) | _shaped(found, inputs)


def _options(options: dict[str, Any]) -> dict[str, NDArray[Any]]:
    pairs = np.asarray(options["exclude_types"], np.int32).reshape(-1, 2)
    return {name: np.asarray(x) for name, x in options.items()} | {"exclude_types": pairs}


def _inputs(inputs: Inputs, davg: Numbers, dstd: Numbers) -> dict[str, NDArray[Any]]:
    cell = {} if inputs.box is None else {"box": inputs.box}
    return {"coord": inputs.coord, "atype": inputs.atype, **cell, "davg": davg, "dstd": dstd}


def _weights(variables: dict[str, Numbers]) -> dict[str, Numbers]:
    weights = layers("tebd", variables, "type_embed_net")
    weights |= layers("emb", variables, "filter_type_all")
    weights |= layers("emb_strip", variables, "filter_type_all", "_two_side_ebd")
    count = sum(name.endswith("c_query/matrix") for name in variables)
    for layer in range(count):
        for part, names in ATTENTION.items():
            for kind, name in zip("wb", names, strict=True):
                weights[f"attn.{layer}.{part}.{kind}"] = variables[f"attention_layer_{layer}/{name}"]
    return weights


def _shaped(found: dict[str, Numbers], inputs: Inputs) -> dict[str, Numbers]:
    lead = inputs.coord.shape[:2]
    nnei = found["nlist"].shape[-1] // lead[1]
    shapes = {"env_mat": (*lead, nnei, 4), "nlist": (*lead, nnei), "rot_mat": (*lead, -1, 3)}
    return {name: x.reshape(shapes.get(name, x.shape)) for name, x in found.items()}
