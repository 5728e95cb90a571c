"""se_a_mask: the two-body descriptor without a cutoff, for frames whose atoms come and go by a mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from msgspec import Meta

from refdp.descriptors.base import DescriptorOutput
from refdp.descriptors.options import AxisNeuron, DescriptorOptions, check_axis_neuron
from refdp.descriptors.rows import exclude
from refdp.descriptors.two_body import AngularTwoBody, random_nets
from refdp.equations.environment_matrix import distance, environment_matrix
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.trace import step

__all__ = ["SeAMask", "SeAMaskOptions"]


class SeAMaskOptions(DescriptorOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_a_mask."""

    sel: Annotated[
        str | tuple[int, ...],
        Meta(description="Places for atoms of each type, in all; `auto` takes the most that data have."),
    ] = "auto"
    axis_neuron: AxisNeuron = 4
    type_one_side: Annotated[
        bool, Meta(description="One net per neighbour type instead of one per pair.")
    ] = False
    spin: Annotated[None, Meta(description="Kept for old files; nothing but null is possible.")] = None

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        check_axis_neuron(self.axis_neuron, self.neuron)


@dataclass(frozen=True, eq=False)
class SeAMask(AngularTwoBody):
    r"""se_e2_a with :math:`w = 1`, no cutoff and no statistics: real atoms see all other real atoms.

    The rows are :math:`E_{ij} = (1/r, d/r^2)` where :math:`j` is another real atom, else zero; the rest is
    :math:`D = A A_<^T` with :math:`A = g^T E / N_c`, where :math:`N_c` is the number of places, not of atoms.
    Equation {eq}`eq-se-a-mask` of the book; doi:10.48550/arXiv.1805.09003, doi:10.1063/5.0155600. The mask is
    that of the `System`; a virtual atom has a descriptor of zero and is seen by nobody.

    Attributes
    ----------
    options
        The frozen options.
    embeddings
        Nets by type of neighbour (`type_one_side`), or by types of centre and neighbour.
    """

    options: SeAMaskOptions

    names: ClassVar[tuple[str, ...]] = ("se_a_mask",)
    written_name: ClassVar[str] = "se_a_mask"
    options_type: ClassVar[type[SeAMaskOptions]] = SeAMaskOptions
    absent: ClassVar[dict[str, Any]] = {"neuron": [24, 48, 96], "axis_neuron": 8}

    @classmethod
    def initial(cls, options: SeAMaskOptions) -> Self:
        """Return a descriptor with random weights from `options.seed`."""
        return cls(options, random_nets(options))

    @property
    def rcut(self) -> float:
        """Infinity, since there is no cutoff."""
        return math.inf

    @property
    def rcut_smth(self) -> float:
        """Infinity, since there is no switch."""
        return math.inf

    @property
    def env_protection(self) -> float:
        """Zero, since distances are not protected."""
        return 0.0

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps `r w R E G A D`."""
        xp = array_namespace(env.displacement)
        # Lists made elsewhere may have neighbours for virtual centres, too.
        valid = env.valid & (env.center_type >= 0)[..., None]
        r = step("r", distance(env.displacement, valid))
        w = step("w", xp.where(valid, xp.ones_like(r), xp.zeros_like(r)))
        rows = step("R", environment_matrix(env.displacement, r, w, valid))
        e = step("E", exclude(rows, env, self.options.exclude_types))
        return self.contracted(e, w, env.center_type)
