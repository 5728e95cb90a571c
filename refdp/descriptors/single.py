"""Descriptors that are not made of others: those with options, and those with statistics as well."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import msgspec

from refdp._typing import Array, Namespace
from refdp.descriptors.base import Descriptor
from refdp.namespaces import dtype_of, map_arrays, transfer

__all__ = ["SingleDescriptor", "StandardizedDescriptor"]


@dataclass(frozen=True, eq=False)
class SingleDescriptor(Descriptor):
    """A descriptor that is not made of others: its options say what it is.

    Attributes
    ----------
    options
        The frozen options.
    """

    options: Any

    absent: ClassVar[dict[str, Any]]  # what a key missing from a serialized dictionary stands for

    @classmethod
    @abstractmethod
    def initial(cls, options: Any) -> Self:
        """Return a descriptor with random weights from `options.seed` and neutral statistics."""

    @property
    def rcut(self) -> float:
        """Cutoff radius in angstrom."""
        return float(self.options.rcut)

    @property
    def rcut_smth(self) -> float:
        """Where the switch begins to fall, in angstrom."""
        return float(self.options.rcut_smth)

    @property
    def sel(self) -> tuple[int, ...]:
        """Slots for neighbours of each type; where types are mixed only the sum counts."""
        slots: tuple[int, ...] = self.options.slots
        return slots

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return int(self.options.known_types)

    @property
    def precision(self) -> str:
        """Format of the arithmetic."""
        return str(self.options.precision)

    @property
    def env_protection(self) -> float:
        """What is added to distances in denominators, in angstrom."""
        return float(self.options.env_protection)

    @property
    def footprint(self) -> int:
        """How many numbers the largest step holds for each centre, those of the embedding."""
        return int(self.nnei * self.options.neuron[-1])

    @property
    def type_map(self) -> tuple[str, ...] | None:
        """Name of each type."""
        names: tuple[str, ...] | None = self.options.type_map
        return names

    def to(self, namespace: Namespace, dtype: str | None = None, device: Any = None) -> Self:
        """Return the same descriptor with its arrays in another library, precision or device."""
        options = self.options if dtype is None else msgspec.structs.replace(self.options, precision=dtype)
        target = dtype_of(namespace, options.precision)
        moved = map_arrays(self, lambda x: transfer(x, namespace, target, device))
        return replace(moved, options=options)


@dataclass(frozen=True, eq=False)
class StandardizedDescriptor(SingleDescriptor):
    """A descriptor whose environment matrix is standardized.

    Attributes
    ----------
    options
        The frozen options.
    davg, dstd
        `(ntypes, nnei, ncol)` mean and width of the environment matrix, by type of the centre.
    """

    davg: Array
    dstd: Array

    columns: ClassVar[int]  # of the environment matrix
