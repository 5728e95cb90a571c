"""Who takes part in the benchmark: the same descriptor of the same atoms, by refdp and by others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from refdp.blocks import find_neighbors
from refdp.description import describe
from refdp.descriptors import Descriptor
from refdp.system import System

__all__ = ["JAX", "OURS", "SEARCH", "TORCH", "Contestant", "Entry", "contestants", "in_deepmd", "table"]

OURS = "refdp"


class Contestant(NamedTuple):
    """One way to the descriptor of every atom.

    Attributes
    ----------
    name
        A short name.
    about
        What is timed: whether images and neighbour search are part of it, and how many threads.
    run
        Computes it once; the result may be an array of any library.
    most
        At most so many rounds, and no warm-up, for who would make everybody wait.
    """

    name: str
    about: str
    run: Callable[[], Any]
    most: int | None = None


Entry = tuple[str, Callable[[Any, System], Contestant]]


def contestants(
    subject: Any, system: System, entries: Sequence[Entry] | None = None
) -> Iterator[Contestant | tuple[str, str]]:
    """Yield the contestants, ours first; a name and a reason for those that cannot take part here.

    Parameters
    ----------
    subject
        The descriptor or model, the same for all.
    system
        One frame, with a cell.
    entries
        Who may take part, by name; those for descriptors by default.
    """
    for name, make in ENTRIES if entries is None else entries:
        try:
            yield make(subject, system)
        except ImportError as error:
            yield name, f"not installed: {error}"


def _refdp(descriptor: Descriptor, system: System) -> Contestant:
    about = "neighbour search included; a thread for each core"
    return Contestant(OURS, about, lambda: describe(descriptor, system, progress=False))


def _search(descriptor: Descriptor, system: System) -> Contestant:
    return Contestant(
        SEARCH, "images and neighbour table only", lambda: find_neighbors(descriptor, system).nlist
    )


def _torch(descriptor: Descriptor, system: System) -> Contestant:
    import torch
    from array_api_compat import torch as xp

    moved = descriptor.to(xp)
    arrays = [torch.tensor(x) for x in table(descriptor, system)]

    def run() -> Any:
        with torch.no_grad():
            return moved.call(*arrays).descriptor

    about = f"our code on torch, eager, no_grad; table given; {torch.get_num_threads()} threads"
    return Contestant(TORCH, about, run)


def _jax(descriptor: Descriptor, system: System) -> Contestant:
    import jax
    import jax.numpy as xp

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    moved = descriptor.to(xp)
    arrays = [xp.asarray(x) for x in table(descriptor, system)]
    compiled = jax.jit(lambda *args: moved.call(*args).descriptor).lower(*arrays).compile()
    about = "our code in jax.jit, compiled before; table given; its own threads"
    return Contestant(JAX, about, lambda: compiled(*arrays).block_until_ready())


def _deepmd(descriptor: Descriptor, system: System) -> Contestant:
    from deepmd.dpmodel.utils import DefaultNeighborList
    from deepmd.dpmodel.utils.nlist import nlist_distinguish_types

    theirs, (coord, atype, box), sel = in_deepmd(descriptor), _as_deepmd(system), list(descriptor.sel)

    def run() -> Any:
        coord_ext, atype_ext, nlist, _ = DefaultNeighborList().build(coord, atype, box, descriptor.rcut, sel)
        nlist = nlist if descriptor.mixed_types else nlist_distinguish_types(nlist, atype_ext, sel)
        return theirs.call(coord_ext, atype_ext, nlist)[0]

    about = "NumPy descriptor; neighbour search included, by the cell list that its models use"
    return Contestant(DEEPMD, about, run)


def _deepmd_dense(descriptor: Descriptor, system: System) -> Contestant:
    from deepmd.dpmodel.utils.nlist import extend_input_and_build_neighbor_list

    theirs, (coord, atype, box), sel = in_deepmd(descriptor), _as_deepmd(system), list(descriptor.sel)

    def run() -> Any:
        coord_ext, atype_ext, _, nlist = extend_input_and_build_neighbor_list(
            coord, atype, descriptor.rcut, sel, mixed_types=descriptor.mixed_types, box=box
        )
        return theirs.call(coord_ext, atype_ext, nlist)[0]

    about = "NumPy descriptor; neighbour search included, by build_neighbor_list over all pairs"
    return Contestant(DENSE, about, run, most=2)


def in_deepmd(descriptor: Descriptor) -> Any:
    """Return the descriptor as one of DeePMD-kit's NumPy backend."""
    from deepmd.dpmodel.descriptor.base_descriptor import BaseDescriptor

    return BaseDescriptor.deserialize(descriptor.serialize())


def _as_deepmd(system: System) -> tuple[Any, Any, Any]:
    box = None if system.cell is None else system.cell.reshape(system.nf, 9)
    return system.coords.reshape(system.nf, -1, 3), np.array(system.atype), box


def table(descriptor: Descriptor, system: System) -> tuple[Any, Any, Any]:
    """Return extended coordinates and types, and the neighbour table."""
    extended, nlist = find_neighbors(descriptor, system)
    return extended.coord_ext, extended.atype_ext, nlist


SEARCH = "refdp, neighbours only"
TORCH = "torch eager"
JAX = "jax.jit"
DEEPMD = "DeePMD-kit, cell list"
DENSE = "DeePMD-kit, all pairs"

ENTRIES: tuple[Entry, ...] = (
    (OURS, _refdp),
    (SEARCH, _search),
    (TORCH, _torch),
    (JAX, _jax),
    (DEEPMD, _deepmd),
    (DENSE, _deepmd_dense),
)
