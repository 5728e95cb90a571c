"""The dictionaries of se_atten, called dpa1 there, and of se_atten_v2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refdp.errors import SerializationError, unexpected
from refdp.io.attention_layers import attention_from_dict, attention_to_dict
from refdp.io.codec import (
    TAGS,
    Codec,
    env_mat,
    read_nets,
    read_statistics,
    read_written_options,
    written_options,
    written_statistics,
)
from refdp.io.collection import collection_to_dict
from refdp.io.networks import get, get_floats
from refdp.io.type_embedding import type_embedding_from_dict, type_embedding_to_dict
from refdp.namespaces import to_numpy

__all__ = ["ATTENTION"]

REQUIRED = (
    "rcut",
    "rcut_smth",
    "sel",
    "ntypes",
    "embeddings",
    "attention_layers",
    "env_mat",
    "type_embedding",
)
OPTIONS = (
    "rcut",
    "rcut_smth",
    "sel",
    "ntypes",
    "neuron",
    "axis_neuron",
    "tebd_dim",
    "tebd_input_mode",
    "set_davg_zero",
    "attn",
    "attn_layer",
    "attn_dotr",
    "attn_mask",
    "activation_function",
    "resnet_dt",
    "scaling_factor",
    "normalize",
    "temperature",
    "trainable_ln",
    "ln_eps",
    "smooth_type_embedding",
    "type_one_side",
    "concat_output_tebd",
    "use_econf_tebd",
    "use_tebd_bias",
    "type_map",
    "precision",
)
LAST = ("exclude_types", "env_protection")
PARTS = frozenset({"attention_layers", "type_embedding", "embeddings_strip"})


def _write(descriptor: Any) -> dict[str, Any]:
    options = descriptor.options
    data = written_options(options, OPTIONS)
    data |= {"sel": list(options.slots), "ntypes": descriptor.ntypes, "ln_eps": options.epsilon}
    if "tebd_input_mode" in data:
        data["tebd_input_mode"] = "strip" if options.strip else "concat"
    strip = descriptor.embeddings_strip
    types = {} if strip is None else {"embeddings_strip": collection_to_dict(strip, options)}
    # DeePMD-kit's two classes put these nets in different places.
    always = not hasattr(options, "tebd_input_mode")
    data |= {
        "embeddings": collection_to_dict(descriptor.embeddings, options),
        **(types if always else {}),
        "attention_layers": attention_to_dict(descriptor.attention_layers, options, descriptor.nnei),
        "env_mat": env_mat(options),
        "type_embedding": type_embedding_to_dict(descriptor.type_embedding, options),
        **written_options(options, LAST),
        "@variables": written_statistics(descriptor),
        **written_options(options, ("trainable", "spin")),
    }
    if options.lmax != 1:
        data |= {"@version": 4, "lmax": options.lmax}
        data["@variables"]["degree_gain_raw"] = to_numpy(descriptor.degree_gain_raw).copy()
    data |= {} if always else types
    if options.smooth_form != "switch":
        # An unknown key: DeePMD-kit, which has no such form there, refuses it aloud.
        data["smooth_form"] = options.smooth_form
    return data


def _read(cls: Any, data: Mapping[str, Any]) -> Any:
    old = {"use_tebd_bias": True} if data.get("@version", 1) == 1 else {}
    options = read_written_options(cls, old | dict(data), REQUIRED, TAGS - {"ntypes"} | PARTS)
    if options.ntypes is None:
        raise unexpected("data.ntypes", None, "the number of types", SerializationError)
    width = _type_width(options)
    nets = read_nets(data, options, 0, in_dim=1 if options.strip else 1 + width)
    type_nets = read_nets(data, options, 0, "embeddings_strip", width) if options.strip else None
    return cls(
        options,
        *read_statistics(cls, data, options),
        type_embedding=type_embedding_from_dict(data["type_embedding"], options),
        embeddings=nets,
        embeddings_strip=type_nets,
        attention_layers=attention_from_dict(data["attention_layers"], options),
        degree_gain_raw=_gain(data, options.lmax),
    )


def _type_width(options: Any) -> int:
    return int(options.tebd_dim * (1 if options.type_one_side else 2))


def _gain(data: Mapping[str, Any], lmax: int) -> Any:
    if lmax == 1:
        return None
    gain = get_floats(get(data, "@variables", Mapping, "data"), "degree_gain_raw", "data.@variables")
    if gain.shape != (lmax - 1,):
        what = f"shape ({lmax - 1},), one number a degree from 2 to `lmax`"
        raise unexpected("@variables.degree_gain_raw", gain.shape, what, SerializationError)
    return gain


ATTENTION = Codec(_write, _read, written_version=2, last_version=4)
