"""A net for each type, or for each pair of types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refdp.errors import unexpected

__all__ = ["NetworkCollection"]


@dataclass(frozen=True, eq=False)
class NetworkCollection:
    r"""`ntypes ** ndim` nets, stored with the **first** type index running fastest.

    Equation {eq}`eq-collection` of the book: the net of types :math:`(k_0, k_1)` is number
    :math:`k_0 + n_t k_1`.

    Attributes
    ----------
    ndim
        How many types name a net: 0, 1 or 2.
    ntypes
        Number of types.
    networks
        The nets in storage order: embedding nets of a descriptor, or fitting nets.
    """

    ndim: int
    ntypes: int
    networks: tuple[Any, ...]

    def __post_init__(self) -> None:
        """Check that the collection is complete."""
        if self.ndim not in (0, 1, 2):
            raise unexpected("ndim", self.ndim, "0, 1 or 2")
        expected = self.ntypes**self.ndim
        if len(self.networks) != expected:
            what = f"ntypes ** ndim = {self.ntypes} ** {self.ndim} = {expected} nets"
            raise unexpected("networks", len(self.networks), what)

    def __getitem__(self, key: tuple[int, ...]) -> Any:
        """Return the net of the types `key`."""
        if len(key) != self.ndim or not all(0 <= k < self.ntypes for k in key):
            raise unexpected("key", key, f"{self.ndim} type(s), each from 0 to {self.ntypes - 1}")
        return self.networks[sum(k * self.ntypes**m for m, k in enumerate(key))]
