"""se_e3_tebd: the three-body descriptor with type vectors, one embedding for pairs of any types."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Annotated, Any, ClassVar, Self

from jaxtyping import Float, Int
from msgspec import Meta

from refdp._typing import Array
from refdp.descriptors.base import DescriptorOutput
from refdp.descriptors.mixed_options import MixedOptions, TebdInputMode
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.se_e3 import slot_parts
from refdp.descriptors.single import StandardizedDescriptor
from refdp.descriptors.type_embedded import Types, append_center, pair_table, real_slots, stripped, types_of
from refdp.equations.three_body import angular_products, pair_average
from refdp.initialize import child_seed, neutral_statistics
from refdp.initialize_mixed import random_single, random_type_embedding
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.nn.collection import NetworkCollection
from refdp.nn.embedding_net import EmbeddingNet
from refdp.nn.type_embedding import TypeEmbedding, lookup
from refdp.trace import listening, step

__all__ = ["SeE3Tebd", "SeE3TebdOptions", "embed_pairs_concat"]


class SeE3TebdOptions(MixedOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_e3_tebd."""

    tebd_input_mode: TebdInputMode = "concat"
    smooth: Annotated[
        bool, Meta(description="In strip mode, fade types with the switches of both neighbours.")
    ] = True
    use_tebd_bias: Annotated[bool, Meta(description="Give the type embedding a bias.")] = True
    set_davg_zero: Annotated[
        bool, Meta(description="Leave the mean of the environment matrix at zero; changes no value.")
    ] = True

    @property
    def strip(self) -> bool:
        """Whether types have a net of their own."""
        return self.tebd_input_mode == "strip"


@dataclass(frozen=True, eq=False)
class SeE3Tebd(StandardizedDescriptor):
    r"""The descriptor :math:`D = \sum_{jk} \theta_{jk}\, G_{jk} / N^2`, then the type vector of the centre.

    The sum runs over all pairs of the :math:`N` slots, :math:`j = k` among them; :math:`G_{jk}` knows
    :math:`\theta_{jk}` and the types of both neighbours. Equations {eq}`eq-angle` and {eq}`eq-se-e3-tebd` of
    the book; doi:10.1088/1741-4326/ac888b and, for the type vectors, doi:10.1038/s41524-024-01278-7.

    Attributes
    ----------
    options
        The frozen options.
    davg, dstd
        `(ntypes, nnei, 4)`; the first column changes no value.
    type_embedding
        A vector for each type.
    embeddings
        One net of :math:`\theta`, and of types in `concat` mode.
    embeddings_strip
        One net of types in `strip` mode, else None.
    """

    options: SeE3TebdOptions
    type_embedding: TypeEmbedding
    embeddings: NetworkCollection
    embeddings_strip: NetworkCollection | None

    names: ClassVar[tuple[str, ...]] = ("se_e3_tebd",)
    written_name: ClassVar[str] = "se_e3_tebd"
    options_type: ClassVar[type[SeE3TebdOptions]] = SeE3TebdOptions
    columns: ClassVar[int] = 4
    # Whether types have a bias says the dictionary of the type embedding.
    absent: ClassVar[dict[str, Any]] = {"neuron": [2, 4, 8]}

    @classmethod
    def initial(cls, options: SeE3TebdOptions) -> Self:
        """Return a descriptor with random weights from `options.seed` and neutral statistics."""
        block, types = child_seed(options.seed, 0), 2 * options.tebd_dim
        davg, dstd = neutral_statistics(options.slots, cls.columns, options.precision, options.known_types)
        return cls(
            options,
            davg,
            dstd,
            random_type_embedding(options, child_seed(options.seed, 1)),
            random_single(1 if options.strip else 1 + types, options, child_seed(block, 0)),
            random_single(types, options, child_seed(block, 1)) if options.strip else None,
        )

    @property
    def mixed_types(self) -> bool:
        """All types share one list of slots."""
        return True

    @property
    def dim_out(self) -> int:
        """Width of the descriptor, the last of `neuron`, and `tebd_dim` more if that is appended."""
        return self.options.neuron[-1] + self.options.concat_output_tebd * self.options.tebd_dim

    @property
    def footprint(self) -> int:
        """How many numbers the largest step holds for each centre, the embedding of a part of the pairs."""
        part = min(slot_parts(self.nnei, self.nnei)[0].stop, self.nnei)
        return int(part * self.nnei * max(self.options.neuron[-1], 1 + 2 * self.options.tebd_dim))

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps `T r w R E s theta g t G D`."""
        table = step("T", self.type_embedding.table())
        e, w = standardized_environment(env, self.options, self.davg, self.dstd)
        real = real_slots(env, self.options.exclude_types)
        s = step("s", array_namespace(w).where(real, w, array_namespace(w).zeros_like(w)))
        theta = step("theta", angular_products(e[..., 1:]))
        types = types_of(env, real, table)
        d = self._average(theta, types, s)
        d = append_center(d, types) if self.options.concat_output_tebd else d
        return DescriptorOutput(step("D", d), None, None, None, s[..., None])

    def _average(self, theta: Array, types: Types, s: Array) -> Array:
        """Return the mean of theta times G over all pairs; features of a part of them exist at a time."""
        strip = self.embeddings_strip
        pairs = None if strip is None else pair_table(strip[()], types.table)
        parts = [slice(0, self.nnei)] if listening() else slot_parts(self.nnei, self.nnei)
        averages = (
            pair_average(theta[..., j, :], self._embed(theta[..., j, :], types, s, pairs, j), self.nnei**2)
            for j in parts
        )
        return reduce(add, averages)

    def _embed(self, theta: Array, types: Types, s: Array, pairs: Array | None, j: slice) -> Array:
        """Return the features of the slots `j` with all slots."""
        net, first = self.embeddings[()], types.slot[..., j]
        if pairs is None:
            return step("G", embed_pairs_concat(net, theta, types.table, first, types.slot))
        rows = types.slot[..., None, :] * types.table.shape[0] + first[..., None]
        fade = s[..., j][..., None] * s[..., None, :] if self.options.smooth else None
        return step("G", stripped(net, theta, lookup(pairs, rows), fade))


def embed_pairs_concat(
    net: EmbeddingNet,
    theta: Float[Array, "nf nloc first second"],
    table: Float[Array, "rows tebd_dim"],
    first: Int[Array, "nf nloc first"],
    second: Int[Array, "nf nloc second"],
) -> Float[Array, "nf nloc first second ng"]:
    r"""Return :math:`G_{jk} = N([\theta_{jk}, T_{\tau_j}, T_{\tau_k}])`.

    Equation {eq}`eq-se-e3-tebd` of the book.

    Parameters
    ----------
    net
        Of :math:`\theta` and two type vectors.
    theta
        `(nf, nloc, first, second)`.
    table
        `(ntypes + 1, tebd_dim)`, the type embedding.
    first, second
        Rows of :math:`\tau_j` and :math:`\tau_k` in it, `(nf, nloc, first)` and `(nf, nloc, second)`.
    """
    xp = array_namespace(theta)
    shape = (*theta.shape, table.shape[1])
    one, other = lookup(table, first)[..., None, :], lookup(table, second)[..., None, :, :]
    types = [xp.broadcast_to(x, shape) for x in (one, other)]
    return net(xp.concat([theta[..., None], *types], axis=-1))
