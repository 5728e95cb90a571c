"""se_atten beside numbers that DeePMD-kit's TensorFlow part computed once, from the weights that it had.

Its differences from the definition are known, and put in here one by one: logits are not scaled
(`temperature` 1); empty slots have the zero vector, which for us is that of a virtual atom 0; directions
shorter than 1e-6 are not brought to length one; a layer without room for a skip connection has no time step;
types in a net of their own are those of both sides always. What fades, and what excluded pairs leave, is
asked for by `smooth_form`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

import refdp
from refdp.equations import attention
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.layer import Layer
from refdp.trace import record
from tests.attention_cases import mixed_arguments
from tests.helpers import relative_error

FILES = sorted((Path(__file__).parent / "data" / "se_atten").glob("*.npz"))
SWITCHES = ["type_one_side", "smooth_type_embedding", "attn_dotr", "attn_mask", "resnet_dt"]
OPTIONS = ["rcut", "rcut_smth", "sel", "axis_neuron", "activation_function", "tebd_input_mode", "attn"]
OPTIONS += ["attn_layer", "ln_eps", *SWITCHES]
FLOOR = 1e-6
NAMES = ["O", "H"]


def load(path):
    with np.load(path) as archive:
        return dict(archive)


def net(data, prefix, activation):
    layers = []
    while f"{prefix}.{len(layers)}.w" in data:
        w, b, idt = (data.get(f"{prefix}.{len(layers)}.{part}") for part in ("w", "b", "idt"))
        skips = w.shape[1] in (w.shape[0], 2 * w.shape[0])
        layers.append(Layer(w, b, idt if skips else None, activation, resnet=True))
    return NetworkCollection(0, len(NAMES), (EmbeddingNet(tuple(layers)),))


def attention_layer(layer, data, prefix):
    parts = ("query", "key", "value")
    w, b = (np.concatenate([data[f"{prefix}.{part}.{kind}"] for part in parts], axis=-1) for kind in "wb")
    return replace(
        layer,
        in_proj=replace(layer.in_proj, w=w, b=b),
        out_proj=replace(layer.out_proj, w=data[f"{prefix}.out.w"], b=data[f"{prefix}.out.b"]),
        norm=replace(layer.norm, w=data[f"{prefix}.ln.w"], b=data[f"{prefix}.ln.b"]),
    )


def rebuilt(data):
    """Return the descriptor of a file."""
    section = {key: data[key].item() for key in OPTIONS}
    section |= {"neuron": data["neuron"].tolist(), "exclude_types": data["exclude_types"].tolist()}
    section |= {"type": "se_atten", "temperature": 1.0, "concat_output_tebd": False, "use_tebd_bias": True}
    section |= {"type_map": NAMES, "tebd_dim": data["tebd.0.w"].shape[1]}
    if section["smooth_type_embedding"]:
        section["smooth_form"] = "tensorflow"
    strip = section["tebd_input_mode"] == "strip"
    section["type_one_side"] &= not strip
    d = refdp.from_config(section)
    (layer,) = d.type_embedding.net.layers
    layer = replace(layer, w=data["tebd.0.w"], b=data["tebd.0.b"])
    activation = section["activation_function"]
    return replace(
        d,
        davg=data["davg"],
        dstd=data["dstd"],
        type_embedding=replace(d.type_embedding, net=EmbeddingNet((layer,))),
        embeddings=net(data, "emb", activation),
        embeddings_strip=net(data, "emb_strip", activation) if strip else None,
        attention_layers=tuple(
            attention_layer(x, data, f"attn.{k}") for k, x in enumerate(d.attention_layers)
        ),
    )


def arguments(d, data):
    """Return arguments of `call` with a virtual atom before all others."""
    coord, atype, nlist = mixed_arguments(d, refdp.System(data["coord"], data["atype"], data.get("box")))
    nlist = np.insert(np.where(nlist < 0, -1, nlist + 1), 0, -1, axis=1)
    return np.insert(coord, 0, 1e3, axis=1), np.insert(atype, 0, -1, axis=1), nlist


def errors(data):
    """Return how far descriptor and rotation matrix are off, each relative to its largest element."""
    d = rebuilt(data)
    out = d.call(*arguments(d, data))
    pairs = (out.descriptor[:, 1:], data["descriptor"]), (out.rot_mat[:, 1:], data["rot_mat"])
    return max(relative_error(*pair) for pair in pairs)


def short(data):
    """Tell whether a direction is too short to be brought to length one, there and not here."""
    if not (data["attn_layer"] and data["attn_dotr"]):
        return False
    lengths = np.linalg.norm(data["env_mat"][..., 1:], axis=-1)
    return bool(((lengths > 0.0) & (lengths < FLOOR)).any())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestFiles:
    def test_same_numbers(self, path, monkeypatch):
        monkeypatch.setattr(attention, "FLOOR", FLOOR)
        data = load(path)
        assert errors(data) < 1e-12

    def test_same_intermediates(self, path):
        data = load(path)
        d = rebuilt(data)
        with record() as trace:
            d.call(*arguments(d, data))
        np.testing.assert_array_equal(trace.value("T"), data["tebd.table"])
        kept = np.ones(data["nlist"].shape, bool)
        for pair in data["exclude_types"]:
            center, around = data["atype"][:, None], trace_types(d, data)
            kept &= ~((center == pair[0]) & (around == pair[1]) | (center == pair[1]) & (around == pair[0]))
        off = np.abs(trace.value("E")[:, 1:] - data["env_mat"])[kept]
        assert off.max() < 1e-12 * np.abs(data["env_mat"]).max()

    def test_the_other_floor_matters_only_where_directions_are_short(self, path):
        data = load(path)
        assert (errors(data) > 1e-12) == short(data)


def trace_types(d, data):
    """The type of the neighbour in each slot, -1 where it is empty."""
    _, atype, nlist = mixed_arguments(d, refdp.System(data["coord"], data["atype"], data.get("box")))
    frames = np.arange(len(nlist))[:, None, None]
    return np.where(nlist < 0, -1, atype[frames, nlist])


def test_every_difference_has_a_file():
    data = [load(path) for path in FILES]
    seen = {(key, str(x[key])) for x in data for key in OPTIONS}
    for key in SWITCHES:
        assert {(key, "True"), (key, "False")} <= seen
    assert {("tebd_input_mode", "concat"), ("tebd_input_mode", "strip"), ("attn_layer", "0")} <= seen
    both = {
        (str(x["tebd_input_mode"]), bool(x["smooth_type_embedding"]), bool(x["davg"].any())) for x in data
    }
    assert len(both) == 8
    assert any(x["exclude_types"].size and x["smooth_type_embedding"] and x["davg"].any() for x in data)
    assert any(short(x) for x in data)


@pytest.mark.parametrize("form", ["switch", "tensorflow"])
def test_what_fades_is_seen(form):
    """Where the switch fades instead, numbers differ far beyond rounding."""
    path = next(path for path in FILES if path.stem == "strip_smooth")
    d = rebuilt(load(path))
    other = replace(d, options=msgspec.structs.replace(d.options, smooth_form=form))
    data = load(path)
    out = other.call(*arguments(other, data)).descriptor[:, 1:]
    assert (relative_error(out, data["descriptor"]) > 1e-5) == (form == "switch")
