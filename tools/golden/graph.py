"""Run a descriptor of DeePMD-kit's TensorFlow backend once, with weights drawn here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from deepmd.tf.env import tf
from numpy.typing import NDArray

__all__ = ["Inputs", "Numbers", "columns", "draw", "layers", "run"]

Numbers = NDArray[np.float64]

LAYER = re.compile(r"(?P<kind>matrix|bias|idt)_(?P<k>\d+)(?P<rest>\w*)$")
KINDS = {"matrix": "w", "bias": "b", "idt": "idt"}


@dataclass(frozen=True)
class Inputs:
    """What TensorFlow is given: frames that share their atoms' types, which are sorted."""

    coord: Numbers
    """`(nf, nloc, 3)`, angstrom."""
    atype: NDArray[np.int32]
    """`(nloc,)`."""
    box: Numbers | None = None
    """`(nf, 3, 3)`, angstrom, rows are the cell's vectors; None without periodic images."""
    aparam: NDArray[np.int32] | None = None
    """`(nf, nloc)`; se_a_mask takes its mask from it."""


def run(
    build: Callable[..., dict[str, Any]], inputs: Inputs, ntypes: int, rng: np.random.Generator
) -> tuple[dict[str, Numbers], dict[str, Numbers]]:
    """Return the variables by name, and what `build(coord, atype, natoms, box, mesh, extra)` asks for.

    Variables that are trained are drawn from `rng` in the order of their names; others stay as they are.
    """
    nf, nloc, _ = inputs.coord.shape
    box = np.tile(100.0 * np.eye(3), (nf, 1, 1)) if inputs.box is None else inputs.box
    feed: dict[str, NDArray[Any]] = {
        "coord": inputs.coord.reshape(nf, -1),
        "atype": np.tile(inputs.atype, (nf, 1)),
        "natoms": np.array([nloc, nloc, *np.bincount(inputs.atype, minlength=ntypes)], np.int32),
        "box": box.reshape(nf, 9),
        # only its length is read: six numbers mean periodic images, none mean none
        "mesh": np.zeros(0 if inputs.box is None else 6, np.int32),
    }
    if inputs.aparam is not None:
        feed["aparam"] = inputs.aparam.astype(np.float64)
    with tf.Graph().as_default(), tf.Session() as session:
        places = {
            name: tf.placeholder(x.dtype, [None] * x.ndim if name != "natoms" else x.shape, name=f"in_{name}")
            for name, x in feed.items()
        }
        wanted = build(*list(places.values())[:5], {k: v for k, v in places.items() if k == "aparam"})
        session.run(tf.global_variables_initializer())
        for v in sorted(tf.trainable_variables(), key=lambda v: v.op.name):
            session.run(v.assign(draw(v.op.name, v.shape.as_list(), rng)))
        variables = {v.op.name: v for v in tf.global_variables()}
        return session.run((variables, wanted), {places[k]: x for k, x in feed.items()})


def draw(name: str, shape: list[int], rng: np.random.Generator) -> Numbers:
    """Return weights of a size that keeps activations busy and unlike one another."""
    if "idt" in name or "gamma" in name:
        return rng.uniform(0.5, 1.5, shape)
    scale = shape[0] ** -0.5 if "matrix" in name else 0.5
    return rng.normal(scale=scale, size=shape)


def layers(prefix: str, variables: dict[str, Numbers], scope: str, rest: str = "") -> dict[str, Numbers]:
    """Return `{prefix}.{k}.w`, `.b` and `.idt` of the net with variables `{scope}/matrix_{k + 1}{rest}`."""
    found = {}
    for name, x in variables.items():
        where, _, last = name.rpartition("/")
        hit = LAYER.match(last)
        if hit and where == scope and hit["rest"] == rest:
            kind = KINDS[hit["kind"]]
            found[f"{prefix}.{int(hit['k']) - 1}.{kind}"] = x if kind == "w" else x.reshape(-1)
    return found


def columns(options: dict[str, Any], names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """Return the named options as arrays."""
    return {name: np.asarray(options[name]) for name in names}
