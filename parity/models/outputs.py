"""What models give, by the names that are compared, and how DeePMD-kit calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["DERIVED", "ENERGY", "UNITS", "Kind", "Outputs", "kind_of", "named"]

Outputs: TypeAlias = dict[str, NDArray[Any]]

# In the order in which they are made: the first wrong one is where an error sits.
ENERGY = ("atom_energy", "energy")
DERIVED = ("forces", "virial", "atom_virial")
UNITS = {"forces": "eV/angstrom"} | dict.fromkeys(("atom_energy", "energy", "virial", "atom_virial"), "eV")
THEIRS = {"forces": "force", "virial": "virial", "atom_virial": "atom_virial"}


class Kind(NamedTuple):
    """A quantity: its name here, and what DeePMD-kit calls the share of an atom and that of a frame.

    Attributes
    ----------
    name
        `energy`, `dipole`, `polar`, `dos`, or the name of a property.
    share, total
        Keys of DeePMD-kit's result.
    """

    name: str
    share: str
    total: str

    @property
    def outputs(self) -> tuple[str, ...]:
        """What is compared, besides derivatives."""
        return (f"atom_{self.name}", self.name)


def kind_of(data: Mapping[str, Any]) -> Kind:
    """Return the quantity of a serialized model."""
    section = data.get("fitting", {})
    name = str(section.get("var_name", "energy"))
    if section.get("type") in ("dipole", "polar"):
        return Kind(name, name, f"global_{name}")
    return Kind(name, f"atom_{name}", name)


def named(found: Mapping[str, Any], data: Mapping[str, Any]) -> Outputs:
    """Return what DeePMD-kit gives in the names and shapes of `refdp.evaluate`.

    Parameters
    ----------
    found
        NumPy arrays by DeePMD-kit's names; None, or no entry, where there is nothing.
    data
        The serialized model.
    """
    kind = kind_of(data)
    keys = (kind.share, kind.total)
    if kind.share not in found:
        # Linear models of its NumPy part keep the names that are used inside.
        keys = (kind.name, f"{kind.name}_redu")
    values = [np.asarray(found[key]) for key in keys]
    if kind.name == "energy":
        values = [value[..., 0] for value in values]
    out = dict(zip(kind.outputs, values, strict=True))
    for name in DERIVED:
        value = np.asarray(found.get(THEIRS[name]))
        if value.ndim:
            out[name] = value if name == "forces" else value.reshape(*value.shape[:-1], 3, 3)
    return out
