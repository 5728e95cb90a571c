"""The linear model: a weighted sum of the energies of other models."""

from __future__ import annotations

from dataclasses import dataclass

from refdp._typing import Array
from refdp.errors import unexpected
from refdp.models.combined import CombinedModel
from refdp.neighbors.environment import Environment

__all__ = ["LinearModel"]


@dataclass(frozen=True, eq=False)
class LinearModel(CombinedModel):
    r"""The model :math:`E_i = \sum_m w_m E_i^{(m)}`, with one neighbour list for all members.

    Equation {eq}`eq-model-linear` of the book; doi:10.1063/5.0155600. A member adds its own bias, as in
    DeePMD-kit's PyTorch part; its NumPy and JAX parts forget it.

    Attributes
    ----------
    options
        Names, exclusions, and what only training codes use.
    out_bias, out_std
        `(1, ntypes, 1)`, the bias of each type in eV, added once, and something that nothing uses.
    models
        The members.
    weights
        `mean`, `sum`, or a number for each member.
    written_type
        `linear`, as DeePMD-kit writes it, or `linear_ener`, which its PyTorch part reads, too.

    Raises
    ------
    InputError
        There is not one weight for each member, or the members do not fit together.
    """

    weights: str | tuple[float, ...] = "mean"
    written_type: str = "linear_ener"

    def __post_init__(self) -> None:
        """Check members and weights."""
        super().__post_init__()
        words = isinstance(self.weights, str)
        if self.weights not in ("mean", "sum") if words else len(self.weights) != len(self.models):
            shown = self.weights if words else list(self.weights)
            raise unexpected("weights", shown, f"`mean`, `sum` or {len(self.models)} numbers")

    @property
    def numbers(self) -> tuple[float, ...]:
        """The weight of each member."""
        if isinstance(self.weights, str):
            return (1.0 / len(self.models) if self.weights == "mean" else 1.0,) * len(self.models)
        return self.weights

    def combined(self, energies: list[Array], parts: list[Environment]) -> Array:
        """Return the sum with the weights."""
        del parts
        first, *others = (w * e for w, e in zip(self.numbers, energies, strict=True))
        for energy in others:
            first = first + energy
        return first
