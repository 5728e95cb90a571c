"""What descriptors with a type embedding share: real slots, the vector of each slot, nets of types."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int

from refdp._typing import Array
from refdp.equations.exclusion import pair_mask
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.type_embedding import lookup, type_index
from refdp.trace import step

__all__ = ["Types", "append_center", "pair_table", "real_slots", "slot_types", "stripped", "types_of"]


@dataclass(frozen=True, eq=False)
class Types:
    """The types of centres and slots as rows of a type embedding.

    Attributes
    ----------
    table
        `(ntypes + 1, tebd_dim)`, the type embedding.
    center
        `(nf, nloc)` int, row of each centre.
    slot
        `(nf, nloc, nnei)` int, row of each slot.
    """

    table: Float[Array, "rows tebd_dim"]
    center: Int[Array, "nf nloc"]
    slot: Int[Array, "nf nloc nnei"]


def real_slots(env: Environment, exclude_types: tuple[tuple[int, int], ...]) -> Bool[Array, "nf nloc nnei"]:
    """Return :math:`m_j`: true where a slot holds a neighbour that its centre may see."""
    if not exclude_types:
        return env.valid
    return env.valid & pair_mask(env.center_type, env.neighbor_type, exclude_types)


def slot_types(env: Environment, real: Bool[Array, "nf nloc nnei"]) -> Int[Array, "nf nloc nnei"]:
    r"""Return :math:`\tau_j`: the type of the neighbour, or of extended atom 0 where there is none to see.

    Equation {eq}`eq-slot-type` of the book. It shows where such a slot has a row that is not zero.
    """
    xp = array_namespace(env.neighbor_type)
    return xp.where(real, env.neighbor_type, env.first_type[..., None])


def types_of(env: Environment, real: Bool[Array, "nf nloc nnei"], table: Array) -> Types:
    """Return the rows of centres and slots in a type embedding `(ntypes + 1, tebd_dim)`."""
    ntypes = table.shape[0] - 1
    return Types(table, type_index(env.center_type, ntypes), type_index(slot_types(env, real), ntypes))


def pair_table(net: EmbeddingNet, table: Float[Array, "rows tebd_dim"]) -> Float[Array, "pairs ng"]:
    r"""Return :math:`N([T_b, T_a])` for all pairs of rows, in row :math:`a n + b` of `n` rows.

    Types are few and pairs of slots are many: the net runs once for each pair of types.
    """
    xp = array_namespace(table)
    rows, width = table.shape
    first = xp.broadcast_to(table[None, :, :], (rows, rows, width))
    second = xp.broadcast_to(table[:, None, :], (rows, rows, width))
    return net(xp.reshape(xp.concat([first, second], axis=-1), (rows * rows, 2 * width)))


def stripped(
    net: EmbeddingNet,
    x: Float[Array, "*lead"],
    t: Float[Array, "*lead ng"],
    fade: Float[Array, "*lead"] | None,
) -> Float[Array, "*lead ng"]:
    r"""Return :math:`g + g \odot t\, c` with :math:`g = N(x)`: types multiply what a number alone gives.

    Equations {eq}`eq-embedding-strip` and {eq}`eq-se-e3-tebd` of the book. Steps `g`, `t`.

    Parameters
    ----------
    net
        The net :math:`N` of one number.
    x
        `(...)` that number.
    t
        `(..., ng)` the net of types.
    fade
        `(...)` the factor :math:`c`, or None for one.
    """
    g = step("g", net(x[..., None]))
    t = step("t", t if fade is None else t * fade[..., None])
    return g + g * t


def append_center(d: Float[Array, "nf nloc dim"], types: Types) -> Float[Array, "nf nloc wide"]:
    """Return the descriptor with the type embedding of the centre behind it."""
    return array_namespace(d).concat([d, lookup(types.table, types.center)], axis=-1)
