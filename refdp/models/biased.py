"""What all kinds of models share: exclusion of pairs before anything, then biases, then the mask."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Self

from refdp._typing import Array, Namespace
from refdp.equations.output import biased, kept_atoms, masked
from refdp.errors import unexpected
from refdp.models.base import NO_CONDITIONS, Conditions, Model, Quantity, real_first_type
from refdp.models.options import ModelOptions
from refdp.namespaces import array_namespace, dtype_of, transfer
from refdp.neighbors.environment import Environment
from refdp.neighbors.without import without_pairs
from refdp.trace import step

__all__ = ["BiasedModel"]


@dataclass(frozen=True, eq=False)
class BiasedModel(Model):
    r"""A model with biases and exclusions of its own around what a subclass computes, `shares`.

    Attributes
    ----------
    options
        Names, exclusions, and what only training codes use.
    out_bias, out_std
        `(1, ntypes, size)` with the number of components of the quantity; an energy uses only the bias.

    Raises
    ------
    InputError
        A shape does not fit, or an option names a type that does not exist.
    """

    options: ModelOptions
    out_bias: Array
    out_std: Array

    def __post_init__(self) -> None:
        """Check options and shapes."""
        self.options.check_types(self.ntypes)
        shape = (1, self.ntypes, prod(self.quantity.shape))
        for name, x in (("out_bias", self.out_bias), ("out_std", self.out_std)):
            if tuple(x.shape) != shape:
                raise unexpected(name, tuple(x.shape), f"shape (1, ntypes, size) = {shape}")

    @abstractmethod
    def shares(self, env: Environment, conditions: Conditions) -> Array:
        """Return each atom's share before biases; excluded pairs are gone, `conditions.types` is there."""

    @property
    def quantity(self) -> Quantity:
        """The energy."""
        return Quantity("energy")

    @property
    def type_map(self) -> tuple[str, ...] | None:
        """Name of each type."""
        return self.options.type_map or None

    def atomic(self, env: Environment, conditions: Conditions = NO_CONDITIONS) -> Array:
        """Return each atom's share of the quantity, `(nf, nloc, *quantity.shape)`; step `E_i` or `Y_i`.

        Zero for virtual atoms (negative type) and those of an excluded type. Neighbours are as the table has
        them; pairs that the model excludes are taken out here.
        """
        types = env.center_type if conditions.types is None else conditions.types
        part = without_pairs(real_first_type(env), self.options.pair_exclude_types)
        y = self.shares(part, conditions._replace(types=types))
        y = array_namespace(y).astype(y, self.out_bias.dtype, copy=False)
        kept = kept_atoms(types, self.options.atom_exclude_types)
        return step("E_i" if self.quantity.name == "energy" else "Y_i", masked(self.biased(y, types), kept))

    def biased(self, values: Array, types: Array) -> Array:
        """Return the shares of an energy with the bias of each type."""
        return biased(values, types, self.out_bias[0, :, 0])

    def counted(self, types: Array) -> Array:
        """Return which atoms, by their types, the mean of an intensive quantity is taken over."""
        return kept_atoms(types, self.options.atom_exclude_types)

    def to(self, namespace: Namespace, dtype: str | None = None, device: Any = None) -> Self:
        """Return the same model with its arrays in another library, precision or device.

        Without a `dtype` each part keeps its own.
        """
        target = dtype_of(namespace, "float64" if dtype is None else dtype)
        bias, std = (transfer(x, namespace, target, device) for x in (self.out_bias, self.out_std))
        return replace(self, out_bias=bias, out_std=std, **self.moved_parts(namespace, dtype, device))

    @abstractmethod
    def moved_parts(self, namespace: Namespace, dtype: str | None, device: Any) -> dict[str, Any]:
        """Return the fields beyond those of this class in another library, precision or device."""
