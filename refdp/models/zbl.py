"""The ZBL model: a net where atoms are as in its training data, a table where they come closer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refdp._typing import Array
from refdp.equations.environment_matrix import distance
from refdp.equations.switch import switch
from refdp.equations.zbl import interpolated, soft_minimum
from refdp.errors import unexpected
from refdp.models.combined import CombinedModel
from refdp.models.pair_table import PairTable
from refdp.neighbors.environment import Environment
from refdp.trace import step

__all__ = ["ZblModel"]


@dataclass(frozen=True, eq=False)
class ZblModel(CombinedModel):
    r"""The model :math:`E_i = (1 - \lambda_i) E_i^\mathrm{net} + \lambda_i E_i^\mathrm{tab}`.

    Equations {eq}`eq-model-soft-minimum` to {eq}`eq-model-zbl` of the book; doi:10.1063/1.5098061. The
    switch :math:`\lambda` goes by a smooth minimum of the distances to the neighbours: the table alone below
    `sw_rmin`, the net alone above `sw_rmax` and where there are no neighbours.

    Attributes
    ----------
    options
        Names, exclusions, and what only training codes use.
    out_bias, out_std
        `(1, ntypes, 1)`, the bias of each type in eV, added once, and something that nothing uses.
    models
        The net and the table.
    sw_rmin, sw_rmax
        Where the table begins to give way, and where it is gone, in angstrom.
    smin_alpha
        How fast the weights of the smooth minimum fall, in angstrom.
    weights
        Kept for DeePMD-kit's files; changes no value.

    Raises
    ------
    InputError
        The members are not a net and a table, or a number is impossible.
    """

    sw_rmin: float
    sw_rmax: float
    smin_alpha: float = 0.1
    weights: Any = "mean"

    def __post_init__(self) -> None:
        """Check members and numbers."""
        super().__post_init__()
        if len(self.models) != 2 or not isinstance(self.models[1], PairTable):
            kinds = [type(model).__name__ for model in self.models]
            raise unexpected("models", kinds, "two: a model with a net, then a PairTable")
        if not 0.0 <= self.sw_rmin < self.sw_rmax < float("inf"):
            what = f"a number from 0 to below `sw_rmax` = {self.sw_rmax}"
            raise unexpected("sw_rmin", self.sw_rmin, what)
        if not 0.0 < self.smin_alpha < float("inf"):
            raise unexpected("smin_alpha", self.smin_alpha, "a positive, finite number of angstrom")

    def combined(self, energies: list[Array], parts: list[Environment]) -> Array:
        """Return what net and table give, as near as the neighbours are; steps `sigma lambda`."""
        # Of two equally long lists that of the table, which may end at another cutoff.
        longer = max(reversed(parts), key=lambda part: part.valid.shape[2])
        r = distance(longer.displacement, longer.valid)
        sigma = step("sigma", soft_minimum(r, longer.valid, self.smin_alpha, self.sw_rmax))
        lam = step("lambda", switch(sigma, self.sw_rmin, self.sw_rmax))
        net, table = energies
        return interpolated(lam, net, table)
