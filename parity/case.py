"""A case: one descriptor on one system, written down so that everybody builds the same arrays from it."""

from __future__ import annotations

import math
import warnings
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from parity.systems import load
from parity.weights import descriptor_of
from refdp.errors import SelOverflowWarning
from refdp.neighbors.everyone import everyone
from refdp.neighbors.images import Extended, extend
from refdp.neighbors.table import neighbor_list
from refdp.system import System

__all__ = ["Case", "Inputs", "build"]

BEYOND = 1.0  # angstrom


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
    table
        `tidy`; `shuffled`: neighbours and empty slots in any order, for descriptors that mix types; or
        `beyond`: with neighbours up to 1 angstrom outside the cutoff.
    compiled
        Whether backends that compile evaluate it: all do where the user asks for it by name.
    weights
        `random`; `mute`: queries, keys and values of attention are zero; or `zero` for a case that is blind
        on purpose.
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
    table: Literal["tidy", "shuffled", "beyond"] = "tidy"
    compiled: bool = True
    weights: Literal["random", "mute", "zero"] = "random"
    note: str = ""

    @property
    def precision(self) -> str:
        """The precision of the descriptor, which all children of a hybrid share."""
        return _precision(self.config)


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
        extended, nlist = _tables(case, descriptor, system)
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


def _tables(case: Case, descriptor: Any, system: System) -> tuple[Extended, NDArray[np.int64]]:
    rcut, sel, mixed = descriptor.rcut, descriptor.sel, descriptor.mixed_types
    if math.isinf(rcut):
        return everyone(system, sel)
    rcut += BEYOND if case.table == "beyond" else 0.0
    # Frames with different numbers of images are filled up with virtual atoms, which not everybody who mixes
    # types can have.
    extended = extend(system, rcut, prune=not mixed)
    nlist = neighbor_list(extended, system.natoms, rcut, sel, mixed_types=mixed)
    if case.table == "shuffled":
        nlist = np.random.default_rng(case.seed).permuted(nlist, axis=-1)
    return extended, nlist


def _precision(config: dict[str, Any]) -> str:
    if "list" in config:
        return _precision(config["list"][0])
    return str(config.get("precision", "float64"))
