"""se_e2_r: the radial two-body descriptor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from msgspec import Meta

from refdp._typing import Array
from refdp.descriptors.base import DescriptorOutput
from refdp.descriptors.options import TwoBodyOptions
from refdp.descriptors.rows import standardized_environment
from refdp.descriptors.single import StandardizedDescriptor
from refdp.descriptors.two_body import embed_by_type
from refdp.equations.contraction import embedded_environment
from refdp.errors import UnsupportedError
from refdp.initialize import neutral_statistics, random_collection
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment
from refdp.nn.collection import NetworkCollection
from refdp.trace import step

__all__ = ["SeE2R", "SeE2ROptions"]


class SeE2ROptions(TwoBodyOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of se_e2_r."""

    # DeePMD-kit's input file says false here, which its NumPy and JAX backends then refuse and its PyTorch
    # backend ignores: everybody who has trained such a model has trained the one-sided form.
    type_one_side: Annotated[
        bool, Meta(description="One net per neighbour type; the only form there is.")
    ] = True

    def __post_init__(self) -> None:
        """Check the options; the two-sided form is refused."""
        super().__post_init__()
        if not self.type_one_side:
            message = (
                "`type_one_side`: expected true for se_e2_r, the form of the NumPy, JAX and PyTorch backends"
            )
            raise UnsupportedError(message)


@dataclass(frozen=True, eq=False)
class SeE2R(StandardizedDescriptor):
    r"""The radial descriptor :math:`D_m = \frac{1}{5 N_c}\sum_j N_{b(j)}(E_{ij})_m`.

    Every slot counts: an empty one contributes :math:`N_b(-\mu/\sigma)`, an excluded one :math:`N_b(0)`.
    Equation {eq}`eq-se-e2-r` of the book; doi:10.1063/5.0155600.

    Attributes
    ----------
    options
        The frozen options.
    davg, dstd
        `(ntypes, nnei, 1)`.
    embeddings
        One net per type of neighbour.
    """

    options: SeE2ROptions
    embeddings: NetworkCollection

    names: ClassVar[tuple[str, ...]] = ("se_e2_r", "se_r")
    written_name: ClassVar[str] = "se_r"
    options_type: ClassVar[type[SeE2ROptions]] = SeE2ROptions
    columns: ClassVar[int] = 1
    absent: ClassVar[dict[str, Any]] = {"neuron": [24, 48, 96], "type_one_side": True}

    @classmethod
    def initial(cls, options: SeE2ROptions) -> Self:
        """Return a descriptor with random weights from `options.seed` and neutral statistics."""
        davg, dstd = neutral_statistics(options.slots, cls.columns, options.precision)
        nets = random_collection(1, len(options.slots), options, options.seed)
        return cls(options, davg, dstd, nets)

    @property
    def dim_out(self) -> int:
        """Width of the descriptor, the last of `neuron`."""
        return self.options.neuron[-1]

    def describe(self, env: Environment) -> DescriptorOutput:
        """Return the descriptor of each environment; steps `r w R E G A D`."""
        e, w = standardized_environment(env, self.options, self.davg, self.dstd)
        g = step("G", embed_by_type(self.embeddings, self.sel, e[..., 0], env.center_type))
        a = step("A", embedded_environment(g, self.pooled_rows(e), self.nnei))
        return DescriptorOutput(step("D", self.finish(a)), None, None, None, w[..., None])

    def pooled_rows(self, e: Array) -> Array:
        """Return what the sum over neighbours weighs the embedding with: one, for every slot."""
        return array_namespace(e).ones_like(e)

    def finish(self, a: Array) -> Array:
        """Return the descriptor of the sum over neighbours."""
        return a[..., 0] / 5.0
