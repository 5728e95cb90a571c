"""The block of se_atten, which DPA-2 begins with as well: embedding by type vectors, then gated attention."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Bool, Float

from refdp._typing import Array
from refdp.descriptors.type_embedded import Types, pair_table, stripped
from refdp.equations.attention import unit
from refdp.namespaces import array_namespace
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.gated_attention import GatedAttention
from refdp.nn.type_embedding import lookup
from refdp.trace import step

__all__ = ["attend", "embed_concat", "embed_strip"]


def embed_concat(
    net: EmbeddingNet, x: Float[Array, "nf nloc nnei"], types: Types, one_side: bool
) -> Float[Array, "nf nloc nnei ng"]:
    r"""Return :math:`G^0_j = N([x_j, T_{\tau_j}, T_{t_i}])`, without the last where `one_side`.

    Equation {eq}`eq-embedding-concat` of the book; doi:10.1038/s41524-024-01278-7.
    """
    xp = array_namespace(x)
    parts = [x[..., None], lookup(types.table, types.slot)]
    if not one_side:
        center = lookup(types.table, types.center)[..., None, :]
        parts.append(xp.broadcast_to(center, (*x.shape, center.shape[-1])))
    return net(xp.concat(parts, axis=-1))


def embed_strip(
    net: EmbeddingNet,
    type_net: EmbeddingNet,
    x: Float[Array, "nf nloc nnei"],
    types: Types,
    one_side: bool,
    fade: Float[Array, "nf nloc nnei"] | None,
) -> Float[Array, "nf nloc nnei ng"]:
    r"""Return :math:`G^0_j = g_j + g_j \odot t_j\, c_j` with :math:`g_j = N(x_j)` and `t_j` a net of types.

    Equation {eq}`eq-embedding-strip` of the book; doi:10.1038/s41524-024-01278-7. Steps `g`, `t`.

    Parameters
    ----------
    net, type_net
        Of the radial number, and of the type vectors: of the slot (`one_side`), or of slot and centre.
    x
        `(nf, nloc, nnei)`.
    types
        Of centres and slots.
    one_side
        Whether the type of the centre plays no part.
    fade
        `(nf, nloc, nnei)` :math:`c_j`, or None for one.
    """
    if one_side:
        t = lookup(type_net(types.table), types.slot)
    else:
        rows = types.center[..., None] * types.table.shape[0] + types.slot
        t = lookup(pair_table(type_net, types.table), rows)
    return stripped(net, x, t, fade)


def attend(
    layers: Sequence[GatedAttention],
    g: Float[Array, "nf nloc nnei ng"],
    rows: Float[Array, "nf nloc nnei 4"],
    real: Bool[Array, "nf nloc nnei"],
    s: Float[Array, "nf nloc nnei"],
) -> Float[Array, "nf nloc nnei ng"]:
    """Return the embedding of each slot after all layers of attention; steps `Lambda1 A1 G1 Lambda2 ...`.

    Parameters
    ----------
    layers
        One after another.
    g
        `(nf, nloc, nnei, ng)` embedding of each slot.
    rows
        `(nf, nloc, nnei, 4)` standardized environment, which gives the directions.
    real
        `(nf, nloc, nnei)` bool.
    s
        `(nf, nloc, nnei)` switch, zero where not real.
    """
    u = rows[..., 1:]
    if any(layer.settings.dotr for layer in layers):
        u = unit(u)
    for number, layer in enumerate(layers, start=1):
        q, k, v = layer.project(g)
        logits = step(f"Lambda{number}", layer.logits(q, k))
        weights = step(f"A{number}", layer.weights(logits, real, s, u))
        g = step(f"G{number}", layer.update(g, weights, v))
    return g
