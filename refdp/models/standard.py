"""The standard model: a descriptor and a fitting net; it predicts what the fitting net predicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from refdp._typing import Array, Namespace
from refdp.descriptors.base import Descriptor
from refdp.errors import unexpected
from refdp.models.base import Conditions, Quantity
from refdp.models.biased import BiasedModel
from refdp.models.fitting import Fitting
from refdp.neighbors.environment import Environment

__all__ = ["StandardModel"]


@dataclass(frozen=True, eq=False)
class StandardModel(BiasedModel):
    r"""The model :math:`y_i = F(D_i)`: what a fitting net makes of a descriptor, and biases.

    Equation {eq}`eq-model-standard` of the book; doi:10.48550/arXiv.1805.09003, doi:10.1063/5.0155600.

    Attributes
    ----------
    options
        Names, exclusions, and what only training codes use.
    out_bias, out_std
        `(1, ntypes, size)`, what the fitting net does with them; an energy gets the bias of its type.
    descriptor
        Decides cutoff, `sel` and whether types are mixed.
    fitting
        Decides the quantity.

    Raises
    ------
    InputError
        Descriptor and fitting net do not fit together, or the rest does not fit them.
    """

    descriptor: Descriptor
    fitting: Fitting

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        for name, had, wanted in (
            ("ntypes", self.fitting.ntypes, self.descriptor.ntypes),
            ("dim_descrpt", self.fitting.dim_descrpt, self.descriptor.dim_out),
        ):
            if had != wanted:
                raise unexpected(f"fitting.{name}", had, f"{wanted}, as the descriptor has it")
        super().__post_init__()

    @property
    def quantity(self) -> Quantity:
        """What the fitting net predicts."""
        return self.fitting.quantity

    @property
    def rcut(self) -> float:
        """Cutoff radius of the descriptor, in angstrom."""
        return self.descriptor.rcut

    @property
    def sel(self) -> tuple[int, ...]:
        """Slots for neighbours of each type; where types are mixed only the sum counts."""
        return self.descriptor.sel

    @property
    def mixed_types(self) -> bool:
        """Whether all types share one list of slots."""
        return self.descriptor.mixed_types

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return self.descriptor.ntypes

    @property
    def precision(self) -> str:
        """Format of the positions, that of the descriptor."""
        return self.descriptor.precision

    @property
    def env_protection(self) -> float:
        """What is added to distances in denominators, in angstrom."""
        return self.descriptor.env_protection

    @property
    def footprint(self) -> int:
        """How many numbers the largest step of the descriptor holds for each centre."""
        return self.descriptor.footprint

    @property
    def numb_fparam(self) -> int:
        """How many numbers of each frame the fitting net wants."""
        return self.fitting.numb_fparam

    @property
    def numb_aparam(self) -> int:
        """How many numbers of each atom the fitting net wants; 0 where they are only a mask."""
        return self.fitting.numb_aparam

    @property
    def default_fparam(self) -> tuple[float, ...] | None:
        """What stands for `fparam` where none is given."""
        return self.fitting.default_fparam

    def shares(self, env: Environment, conditions: Conditions) -> Array:
        """Return what the fitting net makes of the descriptor; the steps of both."""
        out = self.descriptor.describe(env)
        types = env.center_type if conditions.types is None else conditions.types
        return self.fitting.atomic(out.descriptor, out.rot_mat, types, conditions)

    def biased(self, values: Array, types: Array) -> Array:
        """Return the shares with `out_bias` and `out_std`, as the quantity wants them."""
        return self.fitting.with_output_statistics(values, types, self.out_bias[0, ...], self.out_std[0, ...])

    def for_center(self, center_type: int) -> StandardModel:
        """Return a model that equals this one at centres of one type, and may be cheaper there."""
        descriptor, fitting = self.descriptor.for_center(center_type), self.fitting.for_center(center_type)
        return replace(self, descriptor=descriptor, fitting=fitting)

    def moved_parts(self, namespace: Namespace, dtype: str | None, device: Any) -> dict[str, Any]:
        """Return descriptor and fitting net in another library, precision or device."""
        return {
            "descriptor": self.descriptor.to(namespace, dtype, device),
            "fitting": self.fitting.to(namespace, dtype, device),
        }
