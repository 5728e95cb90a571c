"""The type embedding: a vector for each type of atom, and zero for no atom."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float, Int

from refdp._typing import Array
from refdp.namespaces import array_namespace
from refdp.nn.embedding_net import EmbeddingNet

__all__ = ["TypeEmbedding", "lookup", "type_index"]


@dataclass(frozen=True, eq=False)
class TypeEmbedding:
    r"""The table :math:`T_t = N(y_t)`: a net at what is known of each type, and a zero row for no atom.

    Equation {eq}`eq-type-embedding` of the book; doi:10.1038/s41524-024-01278-7.

    Attributes
    ----------
    net
        The net :math:`N`, as a rule one linear layer.
    inputs
        `(ntypes, n_in)` the :math:`y_t`: rows of the unit matrix, or electron configurations.
    """

    net: EmbeddingNet
    inputs: Float[Array, "ntypes n_in"]

    @property
    def ntypes(self) -> int:
        """Number of types, without "no atom"."""
        return self.inputs.shape[0]

    def table(self) -> Float[Array, "rows tebd_dim"]:
        """Return `(ntypes + 1, tebd_dim)`, the last row exactly zero."""
        xp = array_namespace(self.inputs)
        rows = self.net(self.inputs)
        return xp.concat([rows, xp.zeros_like(rows[:1, :])], axis=0)


def type_index(types: Int[Array, "*shape"], ntypes: int) -> Int[Array, "*shape"]:
    """Return the row of each type in a table: `ntypes`, the zero row, for negative ones.

    Parameters
    ----------
    types
        Types of atoms in any shape, negative for virtual ones and empty slots.
    ntypes
        Number of types.
    """
    return array_namespace(types).where(types < 0, ntypes, types)


def lookup(
    table: Float[Array, "rows tebd_dim"], types: Int[Array, "*shape"]
) -> Float[Array, "*shape tebd_dim"]:
    """Return the row of each type; for negative ones the last row, which stands for no atom.

    Parameters
    ----------
    table
        `(rows, tebd_dim)`.
    types
        Row numbers in any shape.

    Returns
    -------
    Array
        `(*types.shape, tebd_dim)`.
    """
    xp = array_namespace(table)
    rows, width = table.shape
    index = array_namespace(types).reshape(type_index(types, rows - 1), (-1,))
    return xp.reshape(xp.take(table, index, axis=0), (*types.shape, width))
