"""A table of pair energies: what holds atoms apart where no net was trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import array_api_compat

from refdp._typing import Array, Namespace
from refdp.equations.environment_matrix import distance
from refdp.equations.pair_table import half_sum, pair_number, spline
from refdp.errors import InputError, unexpected
from refdp.models.base import Conditions
from refdp.models.biased import BiasedModel
from refdp.namespaces import array_namespace, dtype_of, map_arrays, transfer
from refdp.neighbors.environment import Environment
from refdp.neighbors.without import without_pairs
from refdp.trace import step

__all__ = ["PairTable", "Table"]


@dataclass(frozen=True, eq=False)
class Table:
    """Energies of pairs of types at the points of a uniform grid, and cubic pieces between them.

    Attributes
    ----------
    rmin
        The first distance, in angstrom.
    rmax
        The last distance of the file, in angstrom; the grid may go on.
    hh
        From one distance to the next, in angstrom.
    rcut
        From where on there is no energy, in angstrom; the grid may end before.
    rows
        `(pieces + 1, 1 + ntypes (ntypes + 1) / 2)`, a distance and the energies there in eV, one column for
        each pair of types (0-0, 0-1, ..., 1-1, ...). What files keep; nothing is calculated from it.
    coefficients
        `(ntypes ** 2, pieces, 4)`, :math:`a_3, a_2, a_1, a_0` of each piece.

    Raises
    ------
    InputError
        A shape does not fit, or a number is not positive.
    """

    rmin: float
    rmax: float
    hh: float
    rcut: float
    rows: Array
    coefficients: Array

    def __post_init__(self) -> None:
        """Check the shapes and the numbers."""
        for name, value in (("hh", self.hh), ("rcut", self.rcut)):
            if not 0.0 < value < float("inf"):
                raise unexpected(name, value, "a positive, finite number of angstrom")
        if self.coefficients.ndim != 3 or self.coefficients.shape[2] != 4 or not self.coefficients.shape[1]:
            shape = tuple(self.coefficients.shape)
            raise unexpected("coefficients", shape, "shape (ntypes ** 2, pieces, 4)")

    @property
    def pieces(self) -> int:
        """How many pieces there are between points."""
        return int(self.coefficients.shape[1])

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return round(self.coefficients.shape[0] ** 0.5)


@dataclass(frozen=True, eq=False)
class PairTable(BiasedModel):
    r"""The model :math:`E_i = \tfrac12 \sum_j e_{t_i t_j}(r_{ij})`, pair energies from a table.

    Equations {eq}`eq-model-spline` and {eq}`eq-model-half` of the book; doi:10.1063/1.5098061. Where atoms
    are nearer than the first distance of the table, an evaluation on NumPy refuses, and other libraries
    continue the first piece; DeePMD-kit's NumPy and PyTorch parts give a number without a meaning there.

    Attributes
    ----------
    options
        Names, exclusions, and what only training codes use.
    out_bias, out_std
        `(1, ntypes, 1)`, the bias of each type in eV, and something that nothing uses.
    table
        The energies.
    slots
        Slots for neighbours, of all types together.

    Raises
    ------
    InputError
        A shape does not fit, or an option names a type that does not exist.
    """

    table: Table
    slots: int

    @property
    def rcut(self) -> float:
        """From where on there is no energy, in angstrom."""
        return self.table.rcut

    @property
    def sel(self) -> tuple[int, ...]:
        """Slots for neighbours, in one number."""
        return (self.slots,)

    @property
    def mixed_types(self) -> bool:
        """Whether all types share one list of slots, which they do."""
        return True

    @property
    def ntypes(self) -> int:
        """Number of atom types."""
        return self.table.ntypes

    @property
    def precision(self) -> str:
        """Format of the positions, float64."""
        return "float64"

    @property
    def env_protection(self) -> float:
        """Zero, since distances are not protected."""
        return 0.0

    @property
    def footprint(self) -> int:
        """How many numbers the largest step holds for each centre, four coefficients of each pair."""
        return 4 * self.slots

    def check(self, env: Environment) -> None:
        """Raise InputError where two atoms are nearer than the table begins; only on NumPy."""
        if not array_api_compat.is_numpy_array(env.displacement):
            return
        xp = array_namespace(env.displacement)
        env = without_pairs(env, self.options.pair_exclude_types)
        near = env.valid & (distance(env.displacement, env.valid) < self.table.rmin)
        if xp.any(near):
            frame, atom, slot = (int(k[0]) for k in xp.nonzero(near))
            r = float(distance(env.displacement, env.valid)[frame, atom, slot])
            pair = [int(env.center_type[frame, atom]), int(env.neighbor_type[frame, atom, slot])]
            what = f"atoms {self.table.rmin} angstrom apart or more, where the table begins"
            message = f"`coords`: expected {what}, got {r} between types {pair} in frame {frame}"
            raise InputError(message)

    def shares(self, env: Environment, conditions: Conditions) -> Array:
        """Return half of the energy of each pair of an atom; steps `r e_ij E_tab`."""
        del conditions
        r = step("r", distance(env.displacement, env.valid))
        # Empty slots are put where no two pieces meet: a place on a grid point belongs to either of two.
        xp = array_namespace(r)
        u = xp.where(env.valid, (r - self.table.rmin) / self.table.hh, xp.full_like(r, 0.5))
        pair = pair_number(env.center_type, env.neighbor_type, self.ntypes)
        inside = env.valid & (r < self.table.rcut) & (u < float(self.table.pieces))
        e = step("e_ij", spline(u, pair, self.table.coefficients))
        return step("E_tab", half_sum(e, inside))

    def moved_parts(self, namespace: Namespace, dtype: str | None, device: Any) -> dict[str, Any]:
        """Return the table in another library, precision or device."""
        target = dtype_of(namespace, "float64" if dtype is None else dtype)
        return {"table": map_arrays(self.table, lambda x: transfer(x, namespace, target, device))}
