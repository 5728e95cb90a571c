"""Attention layers as DeePMD-kit's dictionaries, where the innermost copy of each setting is what counts."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from refdp.errors import SerializationError, unexpected
from refdp.io.networks import check_version, get, get_floats, layer_from_dict, layer_to_dict
from refdp.namespaces import precision_name, to_numpy
from refdp.nn.gated_attention import AttentionSettings, GatedAttention
from refdp.nn.layer_norm import LayerNorm

__all__ = ["attention_from_dict", "attention_to_dict"]


def attention_to_dict(layers: Sequence[GatedAttention], options: Any, nnei: int) -> dict[str, Any]:
    """Return the dictionary of the attention of a descriptor with these options."""
    return {
        "@class": "NeighborGatedAttention",
        "@version": 1,
        "layer_num": len(layers),
        **_repeated(options, nnei),
        "attention_layers": [_layer_to_dict(layer, options, nnei) for layer in layers],
    }


def attention_from_dict(data: Any, options: Any) -> tuple[GatedAttention, ...]:
    """Return the attention layers of a dictionary.

    Raises
    ------
    SerializationError
        A key is missing, a version unknown, a value impossible, or a shape does not fit.
    """
    layers = get(data, "attention_layers", list, "attention_layers")
    check_version(data, 1, "attention_layers")
    where = "attention_layers.attention_layers"
    return tuple(_layer_from_dict(d, options, f"{where}[{k}]") for k, d in enumerate(layers))


def _repeated(options: Any, nnei: int) -> dict[str, Any]:
    """Return what every level of the dictionary repeats."""
    return {
        "nnei": nnei,
        "embed_dim": options.neuron[-1],
        "hidden_dim": options.attn,
        "dotr": options.attn_dotr,
        "do_mask": options.attn_mask,
        "scaling_factor": options.scaling_factor,
        "normalize": options.normalize,
        "temperature": options.temperature,
        "trainable_ln": options.trainable_ln,
        "ln_eps": options.epsilon,
        "precision": precision_name(options.precision),
    }


def _layer_to_dict(layer: GatedAttention, options: Any, nnei: int) -> dict[str, Any]:
    return _repeated(options, nnei) | {
        "attention_layer": _inner_to_dict(layer, options, nnei),
        "attn_layer_norm": _norm_to_dict(layer.norm, options),
    }


def _inner_to_dict(layer: GatedAttention, options: Any, nnei: int) -> dict[str, Any]:
    precision, settings = precision_name(options.precision), layer.settings
    return {
        "nnei": nnei,
        "embed_dim": options.neuron[-1],
        "hidden_dim": layer.hidden_dim,
        "num_heads": 1,
        "dotr": settings.dotr,
        "do_mask": settings.do_mask,
        "scaling_factor": settings.scaling_factor,
        "normalize": settings.normalize,
        "temperature": settings.temperature,
        "bias": True,
        "smooth": settings.smooth,
        "precision": precision,
        "in_proj": layer_to_dict(layer.in_proj, precision, options.trainable),
        "out_proj": layer_to_dict(layer.out_proj, precision, options.trainable),
    }


def _norm_to_dict(norm: LayerNorm, options: Any) -> dict[str, Any]:
    return {
        "@class": "LayerNorm",
        "@version": 1,
        "eps": norm.eps,
        "trainable": norm.trainable,
        "precision": precision_name(options.precision),
        "@variables": {"w": to_numpy(norm.w).copy(), "b": to_numpy(norm.b).copy()},
    }


def _layer_from_dict(data: Any, options: Any, where: str) -> GatedAttention:
    inner = get(data, "attention_layer", Mapping, where)
    norm = _norm_from_dict(get(data, "attn_layer_norm", Mapping, where), options.neuron[-1], where)
    return _gated(inner, norm, options, f"{where}.attention_layer")


def _gated(inner: Mapping[str, Any], norm: LayerNorm, options: Any, where: str) -> GatedAttention:
    projections = {}
    for name in ("in_proj", "out_proj"):
        projections[name] = layer_from_dict(get(inner, name, Mapping, where), f"{where}.{name}")
    ng, (hidden, _) = options.neuron[-1], projections["out_proj"].w.shape
    wanted = {"in_proj": (ng, 3 * hidden), "out_proj": (hidden, ng)}
    for name, layer in projections.items():
        if layer.w.shape != wanted[name]:
            what = f"shape {wanted[name]}, with `neuron` ending in {ng} and {hidden} rows in out_proj"
            raise unexpected(f"{where}.{name}.w", layer.w.shape, what, SerializationError)
    return GatedAttention(**projections, norm=norm, settings=_settings(inner, options, where))


def _settings(data: Mapping[str, Any], options: Any, where: str) -> AttentionSettings:
    flags = {key: get(data, key, bool, where) for key in ("dotr", "normalize", "smooth")}
    given = get(data, "temperature", object, where)
    heads = data.get("num_heads", 1)
    if isinstance(heads, bool) or not isinstance(heads, int) or heads != 1:
        raise unexpected(f"{where}.num_heads", heads, "1: nothing else is defined", SerializationError)
    # A mask in here is read by nobody; that of the descriptor is refused by DeePMD-kit, not by us.
    return AttentionSettings(
        **flags,
        do_mask=options.attn_mask,
        scaling_factor=_number(data, "scaling_factor", where, above=0.0),
        temperature=None if given is None else _number(data, "temperature", where),
    )


def _number(data: Mapping[str, Any], key: str, where: str, above: float = -math.inf) -> float:
    """Return a finite number above a bound."""
    value = get(data, key, (int, float), where)
    what = "a finite number" + ("" if above == -math.inf else f" above {above:g}")
    # Beyond the largest double there are integers that no double is.
    if isinstance(value, bool) or not above < value <= sys.float_info.max or value < -sys.float_info.max:
        raise unexpected(f"{where}.{key}", value, what, SerializationError)
    return float(value)


def _norm_from_dict(data: Any, width: int, where: str) -> LayerNorm:
    check_version(data, 1, f"{where}.attn_layer_norm")
    variables = get(data, "@variables", Mapping, f"{where}.attn_layer_norm")
    arrays = {}
    for name in ("w", "b"):
        arrays[name] = get_floats(variables, name, f"{where}.attn_layer_norm")
        if arrays[name].shape != (width,):
            what = f"shape ({width},), the last of `neuron`"
            raise unexpected(f"{where}.attn_layer_norm.{name}", arrays[name].shape, what, SerializationError)
    eps = _number(data, "eps", f"{where}.attn_layer_norm", above=0.0)
    trainable = get({"trainable": True, **data}, "trainable", bool, f"{where}.attn_layer_norm")
    return LayerNorm(**arrays, eps=eps, trainable=trainable)
