"""A case of a whole model: one dictionary, one system, and the parameters that go with it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["FAMILY", "ModelCase", "ModelInputs"]

FAMILY = "model"


class ModelCase(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared.

    Attributes
    ----------
    name, family
        Unique name; `model`, beside the types of descriptors.
    system
        A name that `parity.models.systems.load` knows.
    config
        The model section of an input file, `sel` in numbers.
    seed
        Of the weights, and of everything that is stored beside them.
    parameters
        Whether frame and atomic parameters are `given`, or left to their `default`.
    member_bias
        Whether the members of a linear model have biases of their own.
    weights
        `random`, or `zero` for a case that is blind on purpose.
    compiled
        Whether backends that compile evaluate it: all do where the user asks for it by name.
    note
        What is special about it.
    """

    name: str
    system: str
    config: dict[str, Any]
    seed: int = 1
    family: str = FAMILY
    parameters: Literal["given", "default"] = "given"
    member_bias: bool = False
    weights: Literal["random", "zero"] = "random"
    compiled: bool = False
    note: str = ""

    @property
    def under_test(self) -> tuple[str, ...]:
        """What the model section sets, descriptors apart; of members only what they are."""
        own = [key for key in self.config if key not in ("descriptor", "fitting_net", "models")]
        return (*own, *(f"fitting_net.{key}" for key in self.config.get("fitting_net", {})))

    @property
    def precision(self) -> str:
        """The arithmetic of the coarsest net."""
        sections = [self.config, *self.config.get("models", ())]
        parts = [each.get(key, {}) for each in sections for key in ("descriptor", "fitting_net")]
        named = {part.get("precision", "float64") for part in parts}
        return "float32" if "float32" in named else "float64"


class ModelInputs(msgspec.Struct, frozen=True, kw_only=True):
    """What every backend gets.

    Attributes
    ----------
    case
        What it belongs to.
    data
        The serialized model; None where it is in a file.
    coords, atype, cell
        `(nf, natoms, 3)` in angstrom, `(nf, natoms)`, `(nf, 3, 3)` or None.
    fparam, aparam
        `(nf, numb_fparam)`, `(nf, natoms, numb_aparam)`, or None.
    file
        Where the model is, if not in `data`.
    type_map
        Names of the types in `atype`: a model that has them in another order numbers them its own way.
    """

    case: ModelCase
    data: dict[str, Any] | None
    coords: NDArray[np.float64]
    atype: NDArray[np.int64]
    cell: NDArray[np.float64] | None = None
    fparam: NDArray[np.float64] | None = None
    aparam: NDArray[np.float64] | None = None
    file: str | None = None
    type_map: list[str] | None = None
