"""Random weights of type embeddings and attention, bit for bit those of DeePMD-kit's NumPy backend."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp.elements import electron_configuration
from refdp.initialize import Seed, child_seed, random_embedding_net, random_linear
from refdp.namespaces import dtype_of
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.gated_attention import AttentionSettings, GatedAttention
from refdp.nn.layer_norm import LayerNorm
from refdp.nn.type_embedding import TypeEmbedding

__all__ = ["random_attention", "random_gain", "random_single", "random_type_embedding", "type_inputs"]


def type_inputs(options: Any) -> NDArray[Any]:
    """Return what the type embedding is a net of, `(ntypes, n_in)`: one-hot rows or electron configurations.

    Raises
    ------
    InputError
        A name of `type_map` is no element, and electron configurations are wanted.
    """
    rows = electron_configuration(options.type_map) if options.use_econf_tebd else np.eye(options.known_types)
    return rows.astype(dtype_of(xp, options.precision))


def random_type_embedding(options: Any, seed: Seed) -> TypeEmbedding:
    """Draw a type embedding: one linear layer with skip connection."""
    inputs = type_inputs(options)
    shape = (inputs.shape[1], options.tebd_dim)
    layer = random_linear(
        shape, options.precision, child_seed(seed, 0), bias=options.use_tebd_bias, name="Linear", resnet=True
    )
    return TypeEmbedding(EmbeddingNet((layer,)), inputs)


def random_single(in_dim: int, options: Any, seed: Seed) -> NetworkCollection:
    """Draw a collection of one net for all types."""
    return NetworkCollection(0, options.known_types, (random_embedding_net(in_dim, options, seed),))


def random_attention(options: Any, seed: Seed) -> tuple[GatedAttention, ...]:
    """Draw the attention layers; scale and shift of the layer norms are 1 and 0."""
    return tuple(_attention_layer(options, child_seed(seed, k)) for k in range(options.attn_layer))


def random_gain(options: Any, seed: Seed) -> NDArray[Any] | None:
    """Draw the weights of the moments of degrees 2 to `lmax`, of deviation 0.1; None where there are none."""
    if options.lmax == 1:
        return None
    gain = np.random.default_rng(seed).normal(scale=0.1, size=options.lmax - 1)
    return gain.astype(dtype_of(xp, options.precision))


def _attention_layer(options: Any, seed: Seed) -> GatedAttention:
    ng, hidden, dtype = options.neuron[-1], options.attn, dtype_of(xp, options.precision)
    inner = child_seed(seed, 0)
    settings = AttentionSettings(
        dotr=options.attn_dotr,
        normalize=options.normalize,
        smooth=options.smooth,
        do_mask=options.attn_mask,
        scaling_factor=options.scaling_factor,
        temperature=options.temperature,
    )
    return GatedAttention(
        in_proj=random_linear((ng, 3 * hidden), options.precision, child_seed(inner, 0)),
        out_proj=random_linear((hidden, ng), options.precision, child_seed(inner, 1)),
        norm=LayerNorm(np.ones(ng, dtype), np.zeros(ng, dtype), options.epsilon, options.trainable_ln),
        settings=settings,
    )
