"""What descriptors and models have in common: how far they see, whom, and how precisely."""

from __future__ import annotations

from abc import ABC, abstractmethod

__all__ = ["Sight"]


class Sight(ABC):
    """Whoever looks at the neighbours of atoms: what must be known to find them for it."""

    @property
    @abstractmethod
    def rcut(self) -> float:
        """Cutoff radius in angstrom."""

    @property
    @abstractmethod
    def sel(self) -> tuple[int, ...]:
        """Slots for neighbours of each type; where types are mixed only the sum counts."""

    @property
    def nnei(self) -> int:
        """Number of slots of a neighbourhood, the sum of `sel`."""
        return sum(self.sel)

    @property
    def mixed_types(self) -> bool:
        """Whether all types share one list of slots."""
        return False

    @property
    @abstractmethod
    def ntypes(self) -> int:
        """Number of atom types."""

    @property
    @abstractmethod
    def type_map(self) -> tuple[str, ...] | None:
        """Name of each type."""

    @property
    @abstractmethod
    def precision(self) -> str:
        """Format of the positions."""

    @property
    @abstractmethod
    def env_protection(self) -> float:
        """What is added to distances in denominators, in angstrom."""

    @property
    @abstractmethod
    def footprint(self) -> int:
        """How many numbers the largest step holds for each centre."""
