"""se_e3: the three-body descriptor, an embedding of pairs of neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, combinations_with_replacement
from operator import add
from typing import Any, ClassVar, Self

from refdp._typing import Array
from refdp.descriptors.base import DescriptorOutput
from refdp.descriptors.options import CutoffOptions
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.single import StandardizedDescriptor
from refdp.equations.three_body import angular_products, pair_average
from refdp.initialize import neutral_statistics, random_collection
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.trace import step

__all__ = ["SeE3", "SeE3Options", "average_by_types", "slot_parts"]

# The features of all pairs of slots would fill the memory: a centre's are made for this many pairs at once,
# but in no more parts than this, since compilers unroll the loop over them.
PAIRS, PARTS = 256, 16


class SeE3Options(CutoffOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_e3."""


@dataclass(frozen=True, eq=False)
class SeE3(StandardizedDescriptor):
    r"""The descriptor :math:`D = \sum_{a \le b} \sum_{jk} \theta_{jk} N_{ab}(\theta_{jk}) / (n_a n_b)`.

    The inner sum runs over the slots :math:`j` of type :math:`a` and :math:`k` of type :math:`b`, of which
    there are :math:`n_a n_b`; where both types are one, :math:`j = k` is among them.
    Equations {eq}`eq-angle` and {eq}`eq-se-e3` of the book; doi:10.1088/1741-4326/ac888b.

    Attributes
    ----------
    options
        The frozen options.
    davg, dstd
        `(ntypes, nnei, 4)`; the first column changes no value.
    embeddings
        Nets by the types of the two neighbours, whatever that of the centre. Those of :math:`a > b` are kept
        because files have them, and never evaluated.
    """

    options: SeE3Options
    embeddings: NetworkCollection

    names: ClassVar[tuple[str, ...]] = ("se_e3", "se_at", "se_a_3be", "se_t")
    written_name: ClassVar[str] = "se_e3"
    options_type: ClassVar[type[SeE3Options]] = SeE3Options
    columns: ClassVar[int] = 4
    absent: ClassVar[dict[str, Any]] = {"neuron": [24, 48, 96]}

    @classmethod
    def initial(cls, options: SeE3Options) -> Self:
        """Return a descriptor with random weights from `options.seed` and neutral statistics."""
        davg, dstd = neutral_statistics(options.slots, cls.columns, options.precision)
        return cls(options, davg, dstd, random_collection(2, len(options.slots), options, options.seed))

    @property
    def dim_out(self) -> int:
        """Width of the descriptor, the last of `neuron`."""
        return self.options.neuron[-1]

    @property
    def footprint(self) -> int:
        """How many numbers the largest step holds for each centre, the embedding of a part of the pairs."""
        most = max(self.sel)
        part = slot_parts(most, most)[0].stop
        return int(max(self.nnei**2, part * most * self.options.neuron[-1]))

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps `r w R E theta A D`."""
        e, w = standardized_environment(env, self.options, self.davg, self.dstd)
        theta = step("theta", angular_products(e[..., 1:]))
        a = step("A", average_by_types(self.embeddings, self.sel, theta))
        d = array_namespace(a).sum(a, axis=-2)
        return DescriptorOutput(step("D", d), None, None, None, w[..., None])


def average_by_types(collection: NetworkCollection, sel: tuple[int, ...], theta: Array) -> Array:
    r"""Return the mean of :math:`\theta_{jk} N_{ab}(\theta_{jk})` over all slots, for each pair of types.

    The pairs of types are :math:`(0, 0), (0, 1), \dots, (1, 1), \dots`, those without slots left out.

    Parameters
    ----------
    collection
        Nets by the types of the two neighbours.
    sel
        Slots of each block.
    theta
        `(nf, nloc, nnei, nnei)`.

    Returns
    -------
    Array
        `(nf, nloc, npair, ng)`.
    """
    ends = list(accumulate(sel))
    blocks = [slice(end - width, end) for width, end in zip(sel, ends, strict=True)]
    types = [b for b, width in enumerate(sel) if width]
    pairs = combinations_with_replacement(types, 2)
    averages = [_average(collection[a, b], theta[..., blocks[a], blocks[b]]) for a, b in pairs]
    return array_namespace(theta).concat([x[..., None, :] for x in averages], axis=-2)


def slot_parts(sel_a: int, sel_b: int) -> list[slice]:
    """Return parts of `sel_a` slots: so many that their pairs with all `sel_b` others fit into memory."""
    width = max(PAIRS // sel_b, -(-sel_a // PARTS), 1)
    return [slice(k, min(k + width, sel_a)) for k in range(0, sel_a, width)]


def _average(net: EmbeddingNet, theta: Array) -> Array:
    """Return the mean of one pair of types; the features of a part of the slots exist at a time."""
    sel_a, sel_b = theta.shape[-2:]
    parts = [theta[..., part, :] for part in slot_parts(sel_a, sel_b)]
    averages = (pair_average(part, net(part[..., None]), sel_a * sel_b) for part in parts)
    return reduce(add, averages)
