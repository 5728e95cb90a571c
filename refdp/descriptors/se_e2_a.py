"""se_e2_a: the two-body descriptor with radial and angular information, DeepPot-SE."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self

from msgspec import Meta
from msgspec import structs as msgspec_structs

from refdp._typing import Array
from refdp.descriptors.base import DescriptorOutput, StandardizedDescriptor
from refdp.descriptors.options import TwoBodyOptions
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.two_body import embed_by_type, one_sided
from refdp.equations.contraction import embedded_environment, invariant
from refdp.errors import unexpected
from refdp.initialize import neutral_statistics, random_collection
from refdp.neighbors.environment import Environment
from refdp.nn.collection import NetworkCollection
from refdp.trace import step

__all__ = ["SeE2A", "SeE2AOptions"]


class SeE2AOptions(TwoBodyOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_e2_a."""

    axis_neuron: Annotated[int, Meta(description="How many rows of A are the second factor of D.")] = 4

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if not 1 <= self.axis_neuron <= self.neuron[-1]:
            raise unexpected("axis_neuron", self.axis_neuron, f"1 to the last of `neuron`, {self.neuron[-1]}")


@dataclass(frozen=True, eq=False)
class SeE2A(StandardizedDescriptor):
    r"""The descriptor :math:`D = A A_<^T` with :math:`A = g^T E / N_c`.

    Equations {eq}`eq-embedded-environment` and {eq}`eq-invariant` of the book; doi:10.48550/arXiv.1805.09003.

    Attributes
    ----------
    options
        The frozen options.
    davg, dstd
        `(ntypes, nnei, 4)`.
    embeddings
        Nets by type of neighbour (`type_one_side`), or by types of centre and neighbour.
    """

    options: SeE2AOptions
    embeddings: NetworkCollection

    names: ClassVar[tuple[str, ...]] = ("se_e2_a", "se_a")
    written_name: ClassVar[str] = "se_e2_a"
    options_type: ClassVar[type[SeE2AOptions]] = SeE2AOptions
    columns: ClassVar[int] = 4
    absent: ClassVar[dict[str, Any]] = {"neuron": [24, 48, 96], "axis_neuron": 8, "type_one_side": True}

    @classmethod
    def initial(cls, options: SeE2AOptions) -> Self:
        """Return a descriptor with random weights from `options.seed` and neutral statistics."""
        davg, dstd = neutral_statistics(options.slots, cls.columns, options.precision)
        ndim = 1 if options.type_one_side else 2
        return cls(options, davg, dstd, random_collection(ndim, len(options.slots), options, options.seed))

    @property
    def dim_out(self) -> int:
        """Width of the descriptor, `neuron[-1] * axis_neuron`."""
        return self.options.neuron[-1] * self.options.axis_neuron

    def for_center(self, center_type: int) -> SeE2A:
        """Return the one-sided descriptor that equals this one at centres of one type."""
        if self.options.type_one_side or center_type < 0:
            return self
        options = msgspec_structs.replace(self.options, type_one_side=True)
        return replace(self, options=options, embeddings=one_sided(self.embeddings, center_type))

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps `r w R E G A D`."""
        e, w = standardized_environment(env, self.options, self.davg, self.dstd)
        g = step("G", embed_by_type(self.embeddings, self.sel, e[..., 0], env.center_type))
        a = step("A", embedded_environment(g, self.pooled_rows(e), self.nnei))
        return DescriptorOutput(step("D", self.finish(a)), a[..., 1:], None, None, w[..., None])

    def pooled_rows(self, e: Array) -> Array:
        """Return what the sum over neighbours weighs the embedding with: the standardized rows."""
        return e

    def finish(self, a: Array) -> Array:
        """Return the descriptor of the sum over neighbours."""
        return invariant(a, self.options.axis_neuron)
