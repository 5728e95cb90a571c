"""A case: one descriptor on one system, written down so that everybody builds the same arrays from it."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.systems import load
from refdp.config import from_config
from refdp.errors import SelOverflowWarning
from refdp.neighbors.images import extend
from refdp.neighbors.table import neighbor_list
from refdp.statistics import with_statistics
from refdp.system import System

__all__ = ["Case", "Inputs", "build", "descriptor_of", "random_statistics"]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared.

    Attributes
    ----------
    name, family
        Unique name; the `type` of the descriptor.
    system
        A name that `parity.systems.load` knows.
    config
        The descriptor section of an input file, `sel` in numbers.
    statistics
        `data`: computed from the system; `random`: different in every slot and column; `small`: from data,
        with widths a hundred times smaller, so that the nets see large numbers.
    seed
        Of the weights and of random statistics.
    under_test
        Options away from their default that must change the output.
    overflowing
        Whether neighbours are dropped because `sel` is too small.
    own_table
        Whether a backend that has one builds images and neighbour table itself, instead of taking ours.
    weights
        `random`, or `zero` for a case that is blind on purpose.
    note
        What is special about it.
    """

    name: str
    family: str
    system: str
    config: dict[str, Any]
    statistics: Literal["data", "random", "small"] = "data"
    seed: int = 1
    under_test: tuple[str, ...] = ()
    overflowing: bool = False
    own_table: bool = False
    weights: Literal["random", "zero"] = "random"
    note: str = ""


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The arrays that every backend gets.

    Attributes
    ----------
    case
        What they belong to.
    data
        The serialized descriptor.
    coord_ext, atype_ext, nlist, mapping
        `(nf, nall, 3)`, `(nf, nall)`, `(nf, nloc, nnei)`, `(nf, nall)`.
    coords, atype, cell
        The system before images were made: `(nf, nloc, 3)`, `(nf, nloc)`, `(nf, 3, 3)` or None.
    """

    case: Case
    data: dict[str, Any]
    coord_ext: NDArray[np.float64]
    atype_ext: NDArray[np.int64]
    nlist: NDArray[np.int64]
    mapping: NDArray[np.int64]
    coords: NDArray[np.float64]
    atype: NDArray[np.int64]
    cell: NDArray[np.float64] | None = None

    @property
    def call(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The arguments of `call`."""
        return self.coord_ext, self.atype_ext, self.nlist, self.mapping


def build(case: Case) -> Inputs:
    """Return the arrays of a case."""
    system = load(case.system)
    descriptor = descriptor_of(case, system)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        extended = extend(system, descriptor.rcut, prune=True)
        nlist = neighbor_list(extended, system.natoms, descriptor.rcut, descriptor.sel)
    coord_ext, atype_ext, mapping = extended
    return Inputs(
        case=case,
        data=descriptor.serialize(),
        coord_ext=coord_ext,
        atype_ext=atype_ext,
        nlist=nlist,
        mapping=mapping,
        coords=system.coords,
        atype=system.atype,
        cell=system.cell,
    )


def descriptor_of(case: Case, system: System) -> Any:
    """Return the descriptor of a case with its statistics."""
    config = {"type": case.family} | case.config
    descriptor = from_config(config, type_map=system.type_map, seed=case.seed)
    if case.weights == "zero":
        descriptor = _without_weights(descriptor)
    if case.statistics == "random":
        return random_statistics(descriptor, case.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SelOverflowWarning)
        descriptor = with_statistics(descriptor, [system])
    return replace(descriptor, dstd=descriptor.dstd / 100) if case.statistics == "small" else descriptor


def random_statistics(descriptor: Any, seed: int) -> Any:
    """Return the descriptor with a mean and a width of its own in each slot and column.

    `set_davg_zero` leaves the mean at zero. The width is log-uniform from 0.1 to 2.
    """
    rng = np.random.default_rng([seed, 7])
    shape, dtype = descriptor.davg.shape, descriptor.davg.dtype
    davg = 0.2 * rng.normal(size=shape)
    dstd = np.exp(rng.uniform(np.log(0.1), np.log(2.0), size=shape))
    davg = np.zeros(shape) if descriptor.options.set_davg_zero else davg
    return replace(descriptor, davg=davg.astype(dtype), dstd=dstd.astype(dtype))


def _without_weights(descriptor: Any) -> Any:
    from refdp.namespaces import map_arrays

    return replace(descriptor, embeddings=map_arrays(descriptor.embeddings, np.zeros_like))
