"""A system set up for a model: species matched, parameters checked, neighbours found, cut into blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import ArrayLike, NDArray

from refdp.blocks import Block, Neighborhood, blocks, check_apart, find_neighbors
from refdp.conditions import checked_conditions
from refdp.errors import unexpected
from refdp.expanded import EXPAND_FROM, expand_model
from refdp.models.base import Conditions, Model, real_first_type
from refdp.neighbors.environment import Environment
from refdp.species import match_types
from refdp.system import System

__all__ = ["Scene", "scene"]


@dataclass(frozen=True, eq=False)
class Scene:
    """What all blocks of one evaluation share.

    Attributes
    ----------
    model
        On NumPy.
    system
        With the type numbers of the model.
    conditions
        Parameters of all frames and atoms.
    neighborhood
        Extended atoms and neighbour table.
    """

    model: Model
    system: System
    conditions: Conditions
    neighborhood: Neighborhood
    at_center: dict[int, Model]

    def pieces(self, size: int) -> Iterator[Block]:
        """Yield the blocks; without a cutoff also those of masked atoms, whose energy is a constant there."""
        yield from blocks(self.system.atype, size)
        if math.isinf(self.model.rcut):
            yield from blocks(np.where(self.system.atype < 0, self._known_types(), -1), size)

    def environment(self, piece: Block | None = None) -> Environment:
        """Return what the centres of a block, or all atoms, see.

        Raises
        ------
        InputError
            Two real atoms are at one place, or nearer than the model knows.
        """
        some = () if piece is None else (piece.frame, piece.centers)
        env = real_first_type(self.neighborhood.environment(*some))
        check_apart(env, self.model, piece)
        self.model.check(env)
        return env

    def model_at(self, piece: Block) -> Model:
        """Return the model for the centres of a block."""
        return self.at_center.get(piece.center_type, self.model) if self._is_real(piece) else self.model

    def conditions_of_all(self) -> Conditions:
        """Return the parameters of all atoms, and their types where masked ones have a share, too."""
        return self.conditions._replace(types=self._known_types() if math.isinf(self.model.rcut) else None)

    def conditions_at(self, piece: Block) -> Conditions:
        """Return the parameters of the centres of a block."""
        frame, (fparam, aparam, _) = slice(piece.frame, piece.frame + 1), self.conditions
        types = None if self._is_real(piece) else np.full((1, piece.centers.size), piece.center_type)
        return Conditions(
            None if fparam is None else fparam[frame],
            None if aparam is None else aparam[frame, piece.centers],
            types,
        )

    def counts(self) -> NDArray[np.int64]:
        """Return how many atoms of each frame, `(nf,)`, the mean of an intensive quantity is taken over.

        One where there are none: their mean is zero, as their sum is.
        """
        return np.maximum(np.count_nonzero(np.asarray(self.model.counted(self.system.atype)), axis=1), 1)

    def _known_types(self) -> NDArray[np.int64]:
        """Return the types of all atoms, masked ones included, or -1 where the model knows none such."""
        return np.where(self.system.types < self.model.ntypes, self.system.types, -1)

    def _is_real(self, piece: Block) -> bool:
        return bool(self.system.atype[piece.frame, piece.centers[0]] >= 0)


def scene(
    model: Model,
    system: System,
    fparam: ArrayLike | None,
    aparam: ArrayLike | None,
    *,
    expand: bool | None = False,
) -> Scene:
    """Return a system set up for a model; parameters and errors are those of `refdp.evaluate`."""
    if not isinstance(model, Model):
        raise unexpected("model", model, "a model, from `load` or `deserialize`")
    if not isinstance(system, System):
        raise unexpected("system", system, "a `System`")
    model = model.to(xp)
    system = match_types(model, system)
    conditions = checked_conditions(model, system, fparam, aparam)
    expand = system.natoms > EXPAND_FROM if expand is None else expand
    types = (int(a) for a in np.unique(system.atype) if a >= 0)
    at_center = {a: expand_model(model, a) if expand else model.for_center(a) for a in types}
    return Scene(model, system, conditions, find_neighbors(model, system), at_center)
