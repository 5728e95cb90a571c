"""Fewer slots, or the same ones by type: how a descriptor inside a hybrid gets its part of an environment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from jaxtyping import Bool, Int

from refdp._typing import Array
from refdp.namespaces import array_namespace, device_of
from refdp.neighbors.environment import Environment, Gather

__all__ = ["first_slots", "narrower_blocks", "sorted_by_type"]


def first_slots(env: Environment, count: int) -> Environment:
    """Return the environment of the first `count` slots, the nearest ones of a list of mixed types."""
    return _columns(env, [(0, count)])


def narrower_blocks(env: Environment, sel: Sequence[int], narrow: Sequence[int]) -> Environment:
    """Return the first `narrow[b]` slots of each block.

    Parameters
    ----------
    env
        One block a type, of `sel` slots.
    sel
        Slots of each block.
    narrow
        Slots wanted of each; no more than there are.
    """
    ranges, start = [], 0
    for have, want in zip(sel, narrow, strict=True):
        ranges.append((start, start + want))
        start += have
    return _columns(env, ranges)


def sorted_by_type(env: Environment, sel: Sequence[int]) -> Environment:
    """Return the environment with one block a type instead of types mixed, `sum(sel)` slots.

    Neighbours of a type keep their order; those beyond `sel[type]` are lost.
    """
    nf, nloc, nnei = env.valid.shape
    picked = [_of_type(env.neighbor_type, kind, slots) for kind, slots in enumerate(sel) if slots]
    xp = array_namespace(env.neighbor_type)
    column, found = (xp.concat(parts, axis=-1) for parts in zip(*picked, strict=True))
    slots = column.shape[-1]
    gather = Gather(xp, xp.reshape(column, (nf * nloc, slots)), nnei)

    def taken(x: Array) -> Array:
        tail = x.shape[3:]
        rows = gather(array_namespace(x).reshape(x, (nf * nloc, nnei, *tail)))
        return array_namespace(x).reshape(rows, (nf, nloc, slots, *tail))

    displacement = taken(env.displacement)
    fp = array_namespace(displacement)
    return replace(
        env,
        displacement=fp.where(found[..., None], displacement, fp.zeros_like(displacement)),
        valid=found,
        neighbor_type=xp.where(found, taken(env.neighbor_type), -1),
        owner=xp.where(found, taken(env.owner), 0),
    )


def _of_type(
    neighbor_type: Int[Array, "nf nloc nnei"], kind: int, slots: int
) -> tuple[Int[Array, "nf nloc slots"], Bool[Array, "nf nloc slots"]]:
    """Return the first columns with neighbours of a type, and which of the slots that fills."""
    xp = array_namespace(neighbor_type)
    nf, nloc, nnei = neighbor_type.shape
    # Numbers, not booleans, which not every library sorts; the others are larger, so they come last.
    other = xp.astype(neighbor_type != kind, neighbor_type.dtype)
    column = xp.argsort(other, axis=-1, stable=True)[..., : min(slots, nnei)]
    if slots > nnei:
        padding = xp.zeros((nf, nloc, slots - nnei), dtype=column.dtype, device=device_of(column))
        column = xp.concat([column, padding], axis=-1)
    number = nnei - xp.sum(other, axis=-1, keepdims=True)
    return column, xp.arange(slots, device=device_of(column)) < number


def _columns(env: Environment, ranges: Sequence[tuple[int, int]]) -> Environment:
    """Return the environment of some ranges of slots; itself where these are all."""
    if _joined(ranges) == [(0, env.valid.shape[2])]:
        return env
    return _on_slots(env, lambda x: _taken(x, ranges))


def _on_slots(env: Environment, function: Callable[[Array], Array]) -> Environment:
    return replace(
        env,
        displacement=function(env.displacement),
        valid=function(env.valid),
        neighbor_type=function(env.neighbor_type),
        owner=function(env.owner),
    )


def _taken(x: Array, ranges: Sequence[tuple[int, int]]) -> Array:
    parts = [x[:, :, start:stop, ...] for start, stop in _joined(ranges)]
    return parts[0] if len(parts) == 1 else array_namespace(x).concat(parts, axis=2)


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges with neighbouring ones made one, and at least one, however empty."""
    joined: list[tuple[int, int]] = []
    for start, stop in ranges:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], stop)
        elif stop > start:
            joined.append((start, stop))
    return joined or [(0, 0)]
