"""Fitting nets of numbers that do not rotate with the system: energies, densities of states, properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from refdp._typing import Array
from refdp.equations.fitting import of_type
from refdp.models.base import Quantity
from refdp.models.fitting import Fitting
from refdp.models.fitting_options import (
    DosOptions,
    EnergyOptions,
    FittingOptions,
    InvarOptions,
    PropertyOptions,
)

__all__ = ["DosFitting", "EnergyFitting", "InvarFitting", "PropertyFitting"]


class ScalarFitting(Fitting):
    """What fitting nets of numbers share: the output of the net is the share, and each type has a bias."""

    @property
    def width(self) -> int:
        """Width of the output of the net."""
        return self.output_width(self.options, None)

    def finish(self, y: Array, rot_mat: Array | None, types: Array) -> Array:
        """Return the output of the net; an energy is one number, without an axis of its own."""
        del rot_mat, types
        return y if self.quantity.shape else y[..., 0]

    def with_output_statistics(self, values: Array, types: Array, out_bias: Array, out_std: Array) -> Array:
        r"""Return :math:`y_i + b_{t_i}`; `out_std` has no say.

        Equation {eq}`eq-fitting-statistics` of the book.
        """
        del out_std
        bias = of_type(out_bias, types)
        return values + (bias if self.quantity.shape else bias[..., 0])


@dataclass(frozen=True, eq=False)
class InvarFitting(ScalarFitting):
    """A fitting net of any numbers that do not rotate; the dictionary says how many and what they are."""

    names: ClassVar[tuple[str, ...]] = ("invar",)
    written_name: ClassVar[str] = "invar"
    options_type: ClassVar[type[FittingOptions]] = InvarOptions

    @property
    def quantity(self) -> Quantity:
        """What the options name; an energy where they name it so."""
        name, n = str(self.options.var_name), self.width
        return Quantity("energy") if (name, n) == ("energy", 1) else Quantity(name, (n,))

    @classmethod
    def output_width(cls, options: Any, embedding_width: int | None) -> int:
        """Return `dim_out`."""
        del embedding_width
        return int(options.dim_out)

    def removes_vacuum(self, center_type: int | None) -> bool:
        """Tell whether the output of the net of a type (None: of all) counts from that in vacuum.

        Equation {eq}`eq-fitting-vacuum` of the book. Types beyond the end of `atom_ener` do, those with null
        do not; one net for all does as soon as the list has a number.
        """
        given = self.options.atom_ener or ()
        if all(x is None for x in given):
            return False
        if center_type is None or center_type >= len(given):
            return True
        return given[center_type] is not None

    def options_for_center(self, center_type: int) -> Any:
        """Return options that mean for one net what these mean for that of a type."""
        given = (0.0,) if self.removes_vacuum(center_type) else ()
        return msgspec.structs.replace(self.options, atom_ener=given)


@dataclass(frozen=True, eq=False)
class EnergyFitting(InvarFitting):
    """A fitting net of energies, in eV."""

    names: ClassVar[tuple[str, ...]] = ("ener",)
    written_name: ClassVar[str] = "ener"
    options_type: ClassVar[type[FittingOptions]] = EnergyOptions


@dataclass(frozen=True, eq=False)
class DosFitting(ScalarFitting):
    """A fitting net of densities of states."""

    names: ClassVar[tuple[str, ...]] = ("dos",)
    written_name: ClassVar[str] = "dos"
    options_type: ClassVar[type[FittingOptions]] = DosOptions

    @property
    def quantity(self) -> Quantity:
        """A number for each grid point."""
        return Quantity("dos", (self.width,), differentiable=False)

    @classmethod
    def output_width(cls, options: Any, embedding_width: int | None) -> int:
        """Return `numb_dos`."""
        del embedding_width
        return int(options.numb_dos)


@dataclass(frozen=True, eq=False)
class PropertyFitting(ScalarFitting):
    """A fitting net of a property."""

    names: ClassVar[tuple[str, ...]] = ("property",)
    written_name: ClassVar[str] = "property"
    options_type: ClassVar[type[FittingOptions]] = PropertyOptions

    @property
    def quantity(self) -> Quantity:
        """The property that the options name."""
        o = self.options
        return Quantity(o.property_name, (self.width,), bool(o.intensive), differentiable=False)

    @classmethod
    def output_width(cls, options: Any, embedding_width: int | None) -> int:
        """Return `task_dim`."""
        del embedding_width
        return int(options.task_dim)

    def with_output_statistics(self, values: Array, types: Array, out_bias: Array, out_std: Array) -> Array:
        r"""Return :math:`y_i\,\sigma_k + b_k`, :math:`k` the type, or 0 where types are not told apart.

        Equation {eq}`eq-fitting-statistics` of the book.
        """
        if not self.options.distinguish_types:
            return values * out_std[0, :] + out_bias[0, :]
        return values * of_type(out_std, types) + of_type(out_bias, types)
