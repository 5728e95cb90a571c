"""se_e2_a: the two-body descriptor with radial and angular information, DeepPot-SE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from refdp.descriptors.base import DescriptorOutput
from refdp.descriptors.options import AxisNeuron, TwoBodyOptions, check_axis_neuron
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.single import StandardizedDescriptor
from refdp.descriptors.two_body import AngularTwoBody, random_nets
from refdp.initialize import neutral_statistics
from refdp.neighbors.environment import Environment

__all__ = ["SeE2A", "SeE2AOptions"]


class SeE2AOptions(TwoBodyOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_e2_a."""

    axis_neuron: AxisNeuron = 4

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        check_axis_neuron(self.axis_neuron, self.neuron)


@dataclass(frozen=True, eq=False)
class SeE2A(AngularTwoBody, StandardizedDescriptor):
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

    names: ClassVar[tuple[str, ...]] = ("se_e2_a", "se_a")
    written_name: ClassVar[str] = "se_e2_a"
    options_type: ClassVar[type[SeE2AOptions]] = SeE2AOptions
    columns: ClassVar[int] = 4
    absent: ClassVar[dict[str, Any]] = {"neuron": [24, 48, 96], "axis_neuron": 8, "type_one_side": True}

    @classmethod
    def initial(cls, options: SeE2AOptions) -> Self:
        """Return a descriptor with random weights from `options.seed` and neutral statistics."""
        davg, dstd = neutral_statistics(options.slots, cls.columns, options.precision)
        return cls(options, davg, dstd, random_nets(options))

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps `r w R E G A D`."""
        e, w = standardized_environment(env, self.options, self.davg, self.dstd)
        return self.contracted(e, w, env.center_type)
