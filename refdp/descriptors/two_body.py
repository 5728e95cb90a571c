"""What the two-body descriptors share: a net for each block of slots, and the way from rows to the result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from refdp._typing import Array
from refdp.descriptors.base import DescriptorOutput
from refdp.descriptors.single import SingleDescriptor
from refdp.equations.contraction import embedded_environment, invariant
from refdp.initialize import random_collection
from refdp.namespaces import array_namespace
from refdp.nn.collection import NetworkCollection
from refdp.trace import step

__all__ = ["AngularTwoBody", "embed_by_type", "one_sided", "random_nets"]


@dataclass(frozen=True, eq=False)
class AngularTwoBody(SingleDescriptor):
    r"""What se_e2_a and se_a_mask share: from rows of four columns to :math:`D = A A_<^T`.

    Equations {eq}`eq-embedded-environment` and {eq}`eq-invariant` of the book; doi:10.48550/arXiv.1805.09003.

    Attributes
    ----------
    options
        The frozen options.
    embeddings
        Nets by type of neighbour (`type_one_side`), or by types of centre and neighbour.
    """

    embeddings: NetworkCollection

    @property
    def dim_out(self) -> int:
        """Width of the descriptor, `neuron[-1] * axis_neuron`."""
        return int(self.options.neuron[-1] * self.options.axis_neuron)

    def for_center(self, center_type: int) -> AngularTwoBody:
        """Return the one-sided descriptor that equals this one at centres of one type."""
        if self.options.type_one_side or center_type < 0:
            return self
        options = msgspec.structs.replace(self.options, type_one_side=True)
        return replace(self, options=options, embeddings=one_sided(self.embeddings, center_type))

    def contracted(self, e: Array, w: Array, center_type: Array) -> DescriptorOutput:
        """Return the output from what net and sum see of the neighbours; steps `G A D`.

        Parameters
        ----------
        e
            `(nf, nloc, nnei, 4)` environment matrix, standardized where the descriptor does so.
        w
            `(nf, nloc, nnei)` the switch.
        center_type
            `(nf, nloc)` int.
        """
        g = step("G", embed_by_type(self.embeddings, self.sel, e[..., 0], center_type))
        a = step("A", embedded_environment(g, self.pooled_rows(e), self.nnei))
        return DescriptorOutput(step("D", self.finish(a)), a[..., 1:], None, None, w[..., None])

    def pooled_rows(self, e: Array) -> Array:
        """Return what the sum over neighbours weighs the embedding with: the rows."""
        return e

    def finish(self, a: Array) -> Array:
        """Return the descriptor of the sum over neighbours."""
        return invariant(a, self.options.axis_neuron)


def random_nets(options: Any) -> NetworkCollection:
    """Draw the nets of a two-body descriptor: one a type, or one a pair of types, as `type_one_side` says."""
    return random_collection(1 if options.type_one_side else 2, len(options.slots), options, options.seed)


def embed_by_type(collection: NetworkCollection, sel: tuple[int, ...], s: Array, center_type: Array) -> Array:
    r"""Return :math:`g_j = N_{b(j)}(s_j)`, or :math:`N_{t_i b(j)}(s_j)` with a net for each pair of types.

    Equations {eq}`eq-embedding-one-side` and {eq}`eq-embedding-two-side` of the book. With nets for pairs, a
    virtual centre has :math:`g = 0`.

    Parameters
    ----------
    collection
        Nets by type of neighbour, or by types of centre and neighbour.
    sel
        Slots of each block.
    s
        `(nf, nloc, nnei)` the radial column.
    center_type
        `(nf, nloc)` int.
    """
    if collection.ndim == 1:
        return _embed_blocks(collection, (), sel, s)
    xp = array_namespace(s)
    total = None
    for a in range(collection.ntypes):
        g = _embed_blocks(collection, (a,), sel, s)
        g = xp.where((center_type == a)[..., None, None], g, xp.zeros_like(g))
        total = g if total is None else total + g
    return total  # type: ignore[return-value]  # a collection has at least one type


def one_sided(collection: NetworkCollection, center_type: int) -> NetworkCollection:
    """Return the nets that centres of one type use, as a collection by type of neighbour."""
    nets = tuple(collection[center_type, b] for b in range(collection.ntypes))
    return NetworkCollection(1, collection.ntypes, nets)


def _embed_blocks(
    collection: NetworkCollection, center: tuple[int, ...], sel: tuple[int, ...], s: Array
) -> Array:
    blocks, start = [], 0
    for b, width in enumerate(sel):
        if width:
            blocks.append(collection[*center, b](s[..., start : start + width, None]))
        start += width
    return array_namespace(s).concat(blocks, axis=-2)
