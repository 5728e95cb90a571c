"""Descriptors of whole systems: blocks of atoms that stay in the cache, a thread for each core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict, Unpack, overload

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp.blocks import Block, block_size, blocks, check_apart, find_neighbors, thread_count
from refdp.descriptors.base import Descriptor
from refdp.errors import inside, positive, unexpected
from refdp.expanded import EXPAND_FROM, expand_descriptor
from refdp.neighbors.environment import Environment
from refdp.progress import follow
from refdp.species import match_types
from refdp.system import System
from refdp.trace import listening
from refdp.workers import each

__all__ = ["How", "describe"]


class How(TypedDict, total=False):
    """Options of `describe`."""

    threads: int | None
    block: int | None
    progress: bool | None
    expand: bool | None


@overload
def describe(descriptor: Descriptor, system: System, **how: Unpack[How]) -> NDArray[np.float64]: ...
@overload
def describe(
    descriptor: Descriptor, system: Sequence[System], **how: Unpack[How]
) -> list[NDArray[np.float64]]: ...
def describe(
    descriptor: Descriptor,
    system: System | Sequence[System],
    *,
    threads: int | None = None,
    block: int | None = None,
    progress: bool | None = None,
    expand: bool | None = None,
) -> NDArray[np.float64] | list[NDArray[np.float64]]:
    """Return the descriptor of every atom, `(nf, natoms, dim)`; zero for virtual atoms.

    Parameters
    ----------
    descriptor
        Any descriptor of this package.
    system
        The atoms. Where both have a type map, species are matched by name. A list of systems, which may have
        different numbers of atoms, gives a list of results.
    threads
        How many; one for each core by default. The number changes no bit of the result.
    block
        Atoms to a block; by default as many as stay in the cache. Changes the result within the error
        budget at most.
    progress
        Whether to show a progress bar; by default in a terminal, after a second.
    expand
        Whether to replace embedding nets by expansions that are equal to rounding (`refdp.expanded`); by
        default for frames of more than `EXPAND_FROM` atoms, where it saves most of the work.

    Raises
    ------
    InputError
        The system has a type that the descriptor does not know, or two real atoms at one place; for a
        descriptor without a cutoff also: it has a cell, or more atoms of a type than `sel` has room for.

    Notes
    -----
    While `refdp.trace.record` listens, all atoms are one block, so that each step is recorded once.
    """
    if not isinstance(descriptor, Descriptor):
        raise unexpected("descriptor", descriptor, "a descriptor, from `from_config` or `deserialize`")
    if isinstance(system, Sequence) and all(isinstance(each, System) for each in system):
        how: How = {"threads": threads, "block": block, "progress": progress, "expand": expand}
        return [_one_of(descriptor, each, k, how) for k, each in enumerate(system)]
    if not isinstance(system, System):
        raise unexpected("system", system, "a `System`, or a list of them")
    block = block_size(descriptor) if block is None else positive("block", block)
    threads = thread_count(threads)
    descriptor = descriptor.to(xp)
    system = match_types(descriptor, system)
    neighborhood = find_neighbors(descriptor, system)
    out = np.zeros((system.nf, system.natoms, descriptor.dim_out))
    if listening():
        check_apart(env := neighborhood.environment(), descriptor)
        rows = descriptor.describe(env).descriptor
        return np.where((system.atype >= 0)[..., None], rows, out)
    pieces = list(blocks(system.atype, block))
    at_center = _specialized(descriptor, system, expand)

    def work(piece: Block) -> None:
        env = neighborhood.environment(piece.frame, piece.centers)
        check_apart(env, descriptor, piece)
        out[piece.frame, piece.centers] = at_center[piece.center_type](env)[0]

    for _ in follow(each(work, pieces, threads), len(pieces), "blocks", progress):
        pass
    return out


def _one_of(descriptor: Descriptor, system: System, k: int, how: How) -> NDArray[np.float64]:
    with inside(f"system[{k}]"):
        return describe(descriptor, system, **how)


def _specialized(
    descriptor: Descriptor, system: System, expand: bool | None
) -> dict[int, Callable[[Environment], NDArray[np.float64]]]:
    """Return the function from environments to rows for centres of each type that occurs."""
    if expand is None:
        expand = system.natoms > EXPAND_FROM
    present = np.unique(system.atype[system.atype >= 0])
    return {int(a): _at_center(descriptor, int(a), expand) for a in present}


def _at_center(descriptor: Descriptor, a: int, expand: bool) -> Callable[[Environment], NDArray[np.float64]]:
    expanded = expand_descriptor(descriptor, a) if expand else None
    seen = descriptor.for_center(a) if expanded is None else expanded
    return lambda env: np.asarray(seen.describe(env).descriptor)
