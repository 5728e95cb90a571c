"""se_atten: the two-body descriptor with type vectors and attention among neighbours, DPA-1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from refdp._typing import Array
from refdp.descriptors.attention import attend, embed_concat, embed_strip
from refdp.descriptors.attention_options import AttentionOptions, SeAttenOptions, SeAttenV2Options
from refdp.descriptors.base import DescriptorOutput
from refdp.descriptors.moments import angular_rows, weighted
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.single import StandardizedDescriptor
from refdp.descriptors.tensorflow_form import tensorflow_environment, tensorflow_fade, tensorflow_types
from refdp.descriptors.type_embedded import Types, append_center, real_slots, types_of
from refdp.equations.contraction import embedded_environment, invariant
from refdp.initialize import child_seed, neutral_statistics
from refdp.initialize_mixed import random_attention, random_gain, random_single, random_type_embedding
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.nn.collection import NetworkCollection
from refdp.nn.gated_attention import GatedAttention
from refdp.nn.type_embedding import TypeEmbedding
from refdp.trace import step

__all__ = ["SeAtten"]


@dataclass(frozen=True, eq=False)
class SeAtten(StandardizedDescriptor):
    r"""The descriptor :math:`D = M M_<^T` with :math:`M = (G^L)^T E / N`, :math:`G^L` from attention.

    Equation {eq}`eq-se-atten` of the book; doi:10.1038/s41524-024-01278-7.

    Attributes
    ----------
    options
        The frozen options.
    davg, dstd
        `(ntypes, nnei, 4)`.
    type_embedding
        A vector for each type.
    embeddings
        One net of the radial number, and of types in `concat` mode.
    embeddings_strip
        One net of types in `strip` mode, else None.
    attention_layers
        One after another; none is possible.
    degree_gain_raw
        `(lmax - 1,)` weights of the higher moments, None where `lmax` is 1.
    """

    options: SeAttenOptions | SeAttenV2Options
    type_embedding: TypeEmbedding
    embeddings: NetworkCollection
    embeddings_strip: NetworkCollection | None
    attention_layers: tuple[GatedAttention, ...]
    degree_gain_raw: Array | None = None

    names: ClassVar[tuple[str, ...]] = ("se_atten", "dpa1")
    written_name: ClassVar[str] = "dpa1"
    options_type: ClassVar[type[AttentionOptions]] = SeAttenOptions
    columns: ClassVar[int] = 4
    absent: ClassVar[dict[str, Any]] = {
        "neuron": [25, 50, 100],
        "axis_neuron": 8,
        "smooth_type_embedding": True,
        "set_davg_zero": False,
    }

    @classmethod
    def initial(cls, options: SeAttenOptions | SeAttenV2Options) -> Self:
        """Return a descriptor with random weights from `options.seed` and neutral statistics."""
        block = child_seed(options.seed, 0)
        types = options.tebd_dim * (1 if options.type_one_side else 2)
        count = options.known_types
        davg, dstd = neutral_statistics(options.slots, cls.columns, options.precision, count)
        return cls(
            options,
            davg,
            dstd,
            random_type_embedding(options, child_seed(options.seed, 1)),
            random_single(1 if options.strip else 1 + types, options, child_seed(block, 0)),
            random_single(types, options, child_seed(block, 1)) if options.strip else None,
            random_attention(options, child_seed(block, 2)),
            random_gain(options, child_seed(block, 3)),
        )

    @property
    def mixed_types(self) -> bool:
        """All types share one list of slots."""
        return True

    @property
    def dim_out(self) -> int:
        """Width of the descriptor, `neuron[-1] * axis_neuron`, and `tebd_dim` more if that is appended."""
        options = self.options
        return options.neuron[-1] * options.axis_neuron + options.concat_output_tebd * options.tebd_dim

    @property
    def footprint(self) -> int:
        """How many numbers the largest step holds for each centre, those of attention."""
        widths = [max(self.nnei, 3 * layer.hidden_dim) for layer in self.attention_layers]
        return self.nnei * max([self.options.neuron[-1], *widths])

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps `T r w R E s g t G0 Lambda1 A1 G1 ... B M D`.

        There are `g` and `t` in strip mode only, and `B` where `lmax` is above 1.
        """
        table = step("T", self.type_embedding.table())
        e, w = self._environment(env)
        real = real_slots(env, self.options.exclude_types)
        sw = array_namespace(w).where(real, w, array_namespace(w).zeros_like(w))
        s = step("s", tensorflow_fade(env, sw, self.rcut_smth) if self._tensorflow else sw)
        types = tensorflow_types(env, table) if self._tensorflow else types_of(env, real, table)
        g = step("G0", self._embed(e[..., 0], types, s))
        g = attend(self.attention_layers, g, e, real, s)
        m = step("M", embedded_environment(g, angular_rows(e, env, sw, self.options, self.dstd), self.nnei))
        d = invariant(weighted(m, self.degree_gain_raw), self.options.axis_neuron)
        d = append_center(d, types) if self.options.concat_output_tebd else d
        return DescriptorOutput(step("D", d), m[..., 1:4], None, None, sw[..., None])

    def _embed(self, x: Array, types: Types, s: Array) -> Array:
        net, one_side = self.embeddings[()], self.options.type_one_side
        if self.embeddings_strip is None:
            return embed_concat(net, x, types, one_side)
        return embed_strip(
            net, self.embeddings_strip[()], x, types, one_side, s if self.options.smooth else None
        )

    @property
    def _tensorflow(self) -> bool:
        return self.options.smooth_form == "tensorflow"

    def _environment(self, env: Environment) -> tuple[Array, Array]:
        rows = tensorflow_environment if self._tensorflow else standardized_environment
        return rows(env, self.options, self.davg, self.dstd)
