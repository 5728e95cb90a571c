r"""Energies, forces and virials of whole systems: blocks of atoms, a thread for each core, one scatter.

A block gives :math:`g_{ij} = \partial E_i/\partial d_{ij}` of its centres; equations {eq}`eq-forces` to
{eq}`eq-virial` of the book say what becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refdp.blocks import Block, block_size, thread_count
from refdp.derivatives import pullback
from refdp.errors import positive
from refdp.forces import Forces, Sums, forces_of
from refdp.models.base import Model, Quantity
from refdp.progress import follow
from refdp.scene import Scene, scene
from refdp.system import System
from refdp.trace import listening
from refdp.workers import each

__all__ = ["Evaluation", "each_component", "evaluate"]

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model says of a system. In what follows `shape` is that of the quantity, `()` for an energy.

    Attributes
    ----------
    quantity
        What was predicted.
    atomic
        `(nf, natoms, *shape)`, each atom's share; zero for virtual and excluded atoms.
    total
        `(nf, *shape)`, the sum over the atoms, or their mean where the quantity is intensive.
    forces
        `(nf, natoms, *shape, 3)`, minus the derivative of `total` with respect to the position, per angstrom;
        None where it was not asked for, or the quantity has none.
    virial
        `(nf, *shape, 3, 3)`: the first of the last two axes is that of the derivative, the second that of the
        displacement.
    atom_virial
        `(nf, natoms, *shape, 3, 3)`, by the neighbour that was displaced.
    """

    quantity: Quantity
    atomic: Float
    total: Float
    forces: Float | None = None
    virial: Float | None = None
    atom_virial: Float | None = None

    @property
    def energy(self) -> Float:
        """The energy of each frame, `(nf,)` in eV."""
        return self._if_energy(self.total)

    @property
    def atom_energy(self) -> Float:
        """The energy of each atom, `(nf, natoms)` in eV."""
        return self._if_energy(self.atomic)

    def _if_energy(self, value: Float) -> Float:
        if self.quantity.name != "energy":
            message = f"the model predicts `{self.quantity.name}`: see `total` and `atomic`"
            raise AttributeError(message)
        return value


def evaluate(  # noqa: PLR0913  # each a choice of its own
    model: Model,
    system: System,
    fparam: ArrayLike | None = None,
    aparam: ArrayLike | None = None,
    *,
    derivatives: bool = True,
    threads: int | None = None,
    block: int | None = None,
    progress: bool | None = None,
    expand: bool | None = None,
) -> Evaluation:
    """Return what a model says of a system: an energy, say, with forces and virial.

    Parameters
    ----------
    model
        From `refdp.load` or `refdp.deserialize`.
    system
        The atoms. Where both have a type map, species are matched by name.
    fparam
        `(nf, numb_fparam)`, or `(numb_fparam,)` for all frames, where the model has frame parameters.
    aparam
        `(nf, natoms, numb_aparam)`, or `(natoms, numb_aparam)` for all frames, where it has such.
    derivatives
        Whether forces and virial are wanted.
    threads
        How many; one for each core by default. The number changes no bit of the result.
    block
        Atoms to a block; by default as many as stay in the cache.
    progress
        Whether to show a progress bar; by default in a terminal, after a second.
    expand
        Whether to replace embedding nets by expansions that are equal to rounding (`refdp.expanded`); by
        default for frames of more than `refdp.expanded.EXPAND_FROM` atoms.

    Raises
    ------
    InputError
        The system has a type that the model does not know, two real atoms at one place, or parameters of
        another shape; for a descriptor without a cutoff also: it has a cell, or more atoms than `sel` says.
    UnsupportedError
        Derivatives need the package autograd, which is not installed.

    Notes
    -----
    While `refdp.trace.record` listens, all atoms are evaluated as one block first, so that each step is
    recorded once.
    """
    threads = thread_count(threads)
    stage = scene(model, system, fparam, aparam, expand=expand)
    size = block_size(stage.model) if block is None else positive("block", block)
    if listening():
        stage.model.atomic(stage.environment(), stage.conditions_of_all())
    work = _Work(stage, derivatives and stage.model.quantity.differentiable)
    pieces = list(stage.pieces(size))
    shares = each(work.share, pieces, threads)
    return work.gathered(follow(shares, len(pieces), "blocks", progress))


class _Share(NamedTuple):
    """What one block adds: the values of its centres, and forces on whoever they see."""

    piece: Block
    values: Float
    forces: Forces | None


class _Work:
    """One evaluation: what blocks add, and how it comes together."""

    def __init__(self, stage: Scene, derivatives: bool) -> None:
        self.scene, self.derivatives = stage, derivatives

    def share(self, piece: Block) -> _Share:
        """Return what one block adds."""
        env, model, conditions = (
            self.scene.environment(piece),
            self.scene.model_at(piece),
            self.scene.conditions_at(piece),
        )

        def atomic(displacement: Any) -> Any:
            return model.atomic(replace(env, displacement=displacement), conditions)

        if not self.derivatives:
            return _Share(piece, np.asarray(atomic(env.displacement))[0], None)
        values, back = pullback(atomic, env.displacement)
        gradients = [np.asarray(back(one)) for one in each_component(values.shape)]
        forces = forces_of(np.stack(gradients, axis=-2), env, piece.centers)
        return _Share(piece, np.asarray(values)[0], forces)

    def gathered(self, shares: Iterator[_Share]) -> Evaluation:
        """Return the sum of all shares, added in their order."""
        quantity, system = self.scene.model.quantity, self.scene.system
        atomic = np.zeros((system.nf, system.natoms, *quantity.shape))
        sums = Sums(system.nf, system.natoms, quantity.shape) if self.derivatives else None
        for piece, values, forces in shares:
            atomic[piece.frame, piece.centers] = values
            if sums is not None and forces is not None:
                sums.add(piece.frame, forces)
        total = atomic.sum(axis=1)
        if quantity.intensive:
            total /= self.scene.counts().reshape(-1, *(1 for _ in quantity.shape))
        return Evaluation(quantity, atomic, total, *(() if sums is None else sums.results()))


def each_component(shape: tuple[int, ...]) -> Iterator[Any]:
    """Yield, for each component of values `(1, n, ...)`, the gradient that picks it."""
    for index in np.ndindex(shape[2:]):
        one = np.zeros(shape)
        one[(..., *index)] = 1.0
        yield one
