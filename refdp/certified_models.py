"""Proven digits of energies, forces and virials, and what rounding may cost them.

The reverse mode of `refdp.evaluation`, on balls or on budgets instead of floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refdp.blocks import Block
from refdp.derivatives import pullback
from refdp.enclosure import BITS, Enclosure, checked_bits, wide
from refdp.evaluation import Evaluation, each_component
from refdp.models.base import Conditions, Model
from refdp.namespaces import array_namespace, map_arrays
from refdp.namespaces.scatter import scatter
from refdp.neighbors.environment import environment
from refdp.scene import Scene, scene
from refdp.system import System

__all__ = ["model_budget", "model_truth"]

BLOCK = 16
# Wrapping multiplies by the inverse of the cell and by the cell, an image adds three lattice vectors: sums of
# three or four terms each.
WRAPPING = 16.0


def model_truth(
    model: Model,
    system: System,
    fparam: ArrayLike | None = None,
    aparam: ArrayLike | None = None,
    bits: int = 113,
) -> Evaluation:
    """Return what `refdp.evaluate` does, each number an `Enclosure` with a proven error bound.

    What is enclosed is the exact value of the formulas, and of their derivatives, for the weights as stored
    and for the positions as float64 (or the model's own precision) holds them after wrapping into the cell.

    Parameters
    ----------
    model, system, fparam, aparam
        As for `refdp.evaluate`.
    bits
        Precision of the calculation.

    Raises
    ------
    InputError
        As for `refdp.evaluate`.
    UndecidedError
        A comparison has no proven answer at this precision.
    """
    from refdp.namespaces.balls import to_balls

    bits = checked_bits(bits)
    stage = scene(model, system, fparam, aparam)

    def move(x: Any) -> Any:
        return to_balls(wide(x), bits)

    return _each(_evaluated(stage, move, move), lambda x: Enclosure(x, bits))


def model_budget(
    model: Model,
    system: System,
    fparam: ArrayLike | None = None,
    aparam: ArrayLike | None = None,
    bits: int = 53,
) -> Evaluation:
    """Return, for each number that `refdp.evaluate` gives, what rounding may do to it.

    No evaluation in a format of `bits` bits, by reverse mode and in any order of summation, is further from
    the truth, wrapping the atoms into the cell included.

    Parameters
    ----------
    model, system, fparam, aparam
        As for `refdp.evaluate`.
    bits
        53 for float64, 24 for float32. Arrays in fewer digits keep those.

    Raises
    ------
    InputError
        As for `refdp.evaluate`.
    UndecidedError
        Rounding may decide a comparison either way.
    """
    from refdp.namespaces.budgets import BudgetNamespace, radius

    stage, namespace = scene(model, system, fparam, aparam), BudgetNamespace(bits)

    def move(x: Any) -> Any:
        own = np.dtype(x.dtype).name
        return namespace.asarray(wide(x), dtype=own if BITS[own] < bits else namespace.default_format)

    def positions(x: Any) -> Any:
        exact = move(x)
        value, bound = exact.leaves
        return namespace.wrap((value, bound + _wrapping(stage.system) * 2.0**-bits), exact.dtype)

    return _each(_evaluated(stage, move, positions), radius)


def _wrapping(system: System) -> float:
    """Return by how many units of roundoff, in angstrom, positions may differ after wrapping."""
    if system.cell is None:
        return 0.0
    condition = np.max(np.linalg.cond(system.cell), initial=1.0)
    return float(
        WRAPPING * condition * max(np.abs(system.coords).max(initial=0.0), np.abs(system.cell).max())
    )


def _each(found: Evaluation, function: Callable[[Any], Any]) -> Evaluation:
    """Return the evaluation with `function` applied to each of its arrays."""
    names = (f.name for f in fields(found) if f.name != "quantity")
    arrays: Iterator[Any] = (getattr(found, name) for name in names)
    made: list[Any] = [x if x is None else function(x) for x in arrays]
    return Evaluation(found.quantity, *made)


def _evaluated(stage: Scene, move: Callable[[Any], Any], positions: Callable[[Any], Any]) -> Evaluation:
    quantity, system = stage.model.quantity, stage.system
    exact = replace(
        stage,
        model=map_arrays(stage.model, move),
        at_center={a: map_arrays(m, move) for a, m in stage.at_center.items()},
        conditions=Conditions(*(x if x is None else move(x) for x in stage.conditions)),
    )
    coord = positions(stage.neighborhood.extended.coord_ext)
    xp = array_namespace(coord)
    # One frame of nothing, for systems without any: there is no stack of no arrays.
    frames = [_frame(exact, coord[k : k + 1], k) for k in range(max(system.nf, 1))]
    values, columns = (xp.stack(x)[: system.nf, ...] for x in zip(*frames, strict=True))
    shape = (system.nf, system.natoms, *quantity.shape)
    atomic = xp.reshape(values, shape)
    total = xp.sum(atomic, axis=1)
    if quantity.intensive:
        total = total / move(stage.counts().reshape(-1, *(1 for _ in quantity.shape)).astype(np.float64))
    if not quantity.differentiable:
        return Evaluation(quantity, atomic, total)
    forces = xp.reshape(columns[..., :3], (*shape, 3))
    virials = xp.reshape(columns[..., 3:], (*shape, 3, 3))
    return Evaluation(quantity, atomic, total, forces, xp.sum(virials, axis=1), virials)


def _frame(stage: Scene, coord: Any, frame: int) -> tuple[Any, Any]:
    """Return values `(natoms, components)`, forces and virials `(natoms, components, 12)` of one frame."""
    found = [_block(stage, coord, piece) for piece in stage.pieces(BLOCK) if piece.frame == frame]
    xp, natoms = array_namespace(coord), stage.system.natoms
    components = prod(stage.model.quantity.shape)
    if not found:
        return xp.zeros((natoms, components)), xp.zeros((natoms, components, 12))
    centers, values, owners, columns = zip(*found, strict=True)
    atomic = scatter(xp, xp.concat(values, axis=0), np.concatenate(centers), natoms)
    sums = scatter(xp, xp.concat(columns, axis=0), np.concatenate(owners), natoms)
    return atomic, xp.reshape(sums, (natoms, components, 12))


def _block(stage: Scene, coord: Any, piece: Block) -> tuple[NDArray[np.int64], Any, NDArray[np.int64], Any]:
    """Return, of one block: centres, their values; the owners of forces and virials, and these."""
    env, model, conditions = stage.environment(piece), stage.model_at(piece), stage.conditions_at(piece)
    atype = stage.neighborhood.extended.atype_ext[piece.frame : piece.frame + 1]
    nlist = stage.neighborhood.nlist[piece.frame : piece.frame + 1, piece.centers]
    exact: Any = environment(coord, atype, nlist, None, piece.centers).displacement
    values, back = pullback(lambda x: model.atomic(replace(env, displacement=x), conditions), exact)
    xp, n, components = array_namespace(exact), piece.centers.size, prod(values.shape[2:])
    flat = xp.reshape(values, (n, components))
    if not model.quantity.differentiable:
        return piece.centers, flat, piece.centers[:0], xp.zeros((0, 12 * components))
    g = xp.stack([back(xp.asarray(one))[0, ...] for one in each_component(values.shape)], axis=-2)
    w = g[..., :, None] * exact[0, :, :, None, None, :]
    slots = -xp.concat([g, xp.reshape(w, (*g.shape[:-1], 9))], axis=-1)
    centres = xp.concat([xp.sum(g, axis=1), xp.zeros((n, components, 9))], axis=-1)
    columns = xp.concat([xp.reshape(x, (-1, 12 * components)) for x in (centres, slots)], axis=0)
    owners = np.concatenate([piece.centers, np.asarray(env.owner)[0].reshape(-1)])
    # All empty slots belong to atom 0, whose sum would be as long as they are many.
    some = np.flatnonzero(np.concatenate([np.ones(n, np.bool_), np.asarray(env.valid)[0].reshape(-1)]))
    return piece.centers, flat, owners[some], xp.take(columns, some, axis=0)
