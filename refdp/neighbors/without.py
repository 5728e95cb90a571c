"""Neighbours taken out of the neighbourhoods, as if they were not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jaxtyping import Bool

from refdp._typing import Array
from refdp.equations.environment_matrix import distance
from refdp.equations.exclusion import pair_mask
from refdp.namespaces import array_namespace
from refdp.neighbors.environment import Environment

__all__ = ["within_cutoff", "without_pairs"]


def without_pairs(env: Environment, pairs: Iterable[tuple[int, int]]) -> Environment:
    r"""Return the environment with the slots of excluded pairs empty, :math:`V_{ij} \to V_{ij} M_{ij}`.

    Equation {eq}`eq-model-pairs` of the book. The slot is freed but not filled again: whoever was too far to
    get one stays away. A descriptor then sees what it sees in any empty slot, :math:`-\mu/\sigma`, where its
    own `exclude_types` would give zero.

    Parameters
    ----------
    env
        Neighbourhoods.
    pairs
        Pairs of types; each excludes both ways round.
    """
    pairs = tuple(pairs)
    if not pairs:
        return env
    return _emptied(env, pair_mask(env.center_type, env.neighbor_type, pairs))


def within_cutoff(env: Environment, rcut: float) -> Environment:
    """Return the environment with slots of neighbours farther away than `rcut` angstrom empty."""
    return _emptied(env, distance(env.displacement, env.valid) <= rcut)


def _emptied(env: Environment, kept: Bool[Array, "nf nloc nnei"]) -> Environment:
    valid = env.valid & kept
    xp, ix = array_namespace(env.displacement), array_namespace(env.neighbor_type)
    return replace(
        env,
        displacement=xp.where(valid[..., None], env.displacement, xp.zeros_like(env.displacement)),
        valid=valid,
        neighbor_type=ix.where(valid, env.neighbor_type, -1),
        owner=ix.where(valid, env.owner, 0),
    )
