"""A system set up for a model: species matched, parameters checked, neighbours found, cut into blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import ArrayLike, NDArray

from refdp.blocks import Block, Neighborhood, blocks, check_apart, find_neighbors
from refdp.conditions import checked_conditions
from refdp.errors import unexpected
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
    at_center: dict[int, Model] = field(default_factory=dict)

    def pieces(self, size: int) -> Iterator[Block]:
        """Yield the blocks; without a cutoff also those of masked atoms, whose energy is a constant there."""
        yield from blocks(self.system.atype, size)
        if math.isinf(self.model.rcut):
            yield from blocks(np.where(self.system.atype < 0, self.system.types, -1), size)

    def environment(self, piece: Block) -> Environment:
        """Return what the centres of a block see.

        Raises
        ------
        InputError
            Two real atoms are at one place.
        """
        env = real_first_type(self.neighborhood.environment(piece.frame, piece.centers))
        check_apart(env, self.model, piece)
        return env

    def model_at(self, piece: Block) -> Model:
        """Return the model for the centres of a block."""
        return self.at_center.get(piece.center_type, self.model) if self._is_real(piece) else self.model

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
        """Return how many atoms of each frame, `(nf,)`, the mean of an intensive quantity is taken over."""
        return np.count_nonzero(np.asarray(self.model.counted(self.system.atype)), axis=1)

    def _is_real(self, piece: Block) -> bool:
        return bool(self.system.atype[piece.frame, piece.centers[0]] >= 0)


def scene(model: Model, system: System, fparam: ArrayLike | None, aparam: ArrayLike | None) -> Scene:
    """Return a system set up for a model; parameters and errors are those of `refdp.evaluate`."""
    if not isinstance(model, Model):
        raise unexpected("model", model, "a model, from `load` or `deserialize`")
    if not isinstance(system, System):
        raise unexpected("system", system, "a `System`")
    model = model.to(xp)
    system = match_types(model, system)
    conditions = checked_conditions(model, system, fparam, aparam)
    at_center = {int(a): model.for_center(int(a)) for a in np.unique(system.atype) if a >= 0}
    return Scene(model, system, conditions, find_neighbors(model, system), at_center)
