"""Proven digits of a descriptor, and what rounding may cost it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp._typing import Array
from refdp.blocks import Block, Neighborhood, blocks, check_apart, find_neighbors
from refdp.descriptors.base import Descriptor, DescriptorOutput
from refdp.descriptors.checks import check_call
from refdp.errors import positive, unexpected
from refdp.namespaces import dtype_of, map_arrays
from refdp.neighbors.environment import environment
from refdp.species import match_types
from refdp.system import System

__all__ = ["BITS", "Enclosure", "budget", "certify", "checked_bits", "truth", "wide"]

BLOCK = 16
MOST_BITS = 100_000
BITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Numbers that are proven to lie within `radius` of a midpoint.

    Attributes
    ----------
    balls
        The array of balls, in which the midpoints keep all their digits.
    bits
        The precision of the calculation.
    """

    balls: Any
    bits: int

    @property
    def midpoint(self) -> NDArray[np.float64]:
        """The midpoints, rounded once to float64."""
        from refdp.namespaces import balls

        return balls.midpoint(self.balls)

    @property
    def radius(self) -> NDArray[np.float64]:
        """The radius of each ball about its own midpoint (not about the rounded one), rounded up."""
        from refdp.namespaces import balls

        return balls.radius(self.balls)

    @property
    def lower(self) -> NDArray[np.float64]:
        """Float64 numbers that are proven not to be above the exact ones."""
        return self._bounds()[0]

    @property
    def upper(self) -> NDArray[np.float64]:
        """Float64 numbers that are proven not to be below the exact ones."""
        return self._bounds()[1]

    def deviation(self, values: Array) -> NDArray[np.float64]:
        """Return how far `values` are from the exact numbers at most; no digit is lost in the difference."""
        from refdp.namespaces import balls

        return balls.deviation(self.balls, values)

    def _bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from refdp.namespaces import balls

        return balls.bounds(self.balls)


def certify(
    descriptor: Descriptor, system: System, bits: int = 113, *, atoms: Sequence[int] | None = None
) -> Enclosure:
    """Return the descriptor of every atom with a proven error bound.

    What is enclosed is the exact value of the formulas for the weights as stored and for the positions as
    float64 (or the descriptor's own precision) holds them after wrapping into the cell.

    Parameters
    ----------
    descriptor, system
        As for `refdp.describe`.
    bits
        Precision of the calculation; about `bits` minus ten or twenty bits of the result are proven.
    atoms
        The atoms wanted; all by default.

    Returns
    -------
    Enclosure
        Of shape `(nf, natoms, dim)`; exactly zero for virtual atoms.

    Raises
    ------
    InputError
        As for `refdp.describe`, or an atom does not exist.
    UndecidedError
        A comparison has no proven answer at this precision.
    """
    from refdp.namespaces.balls import BallNamespace, to_balls
    from refdp.namespaces.formats import BALL

    bits = checked_bits(bits)
    descriptor = descriptor.to(xp)
    system = match_types(descriptor, system)
    chosen = _chosen(atoms, system.natoms)
    neighborhood = find_neighbors(descriptor, system)
    shape = (system.nf, system.natoms, descriptor.dim_out)
    out = to_balls(np.zeros(shape), bits).balls.copy()
    at_center = [
        _moved(descriptor.for_center(a), lambda x: to_balls(wide(x), bits)) for a in range(descriptor.ntypes)
    ]
    for piece in _restricted(blocks(system.atype, BLOCK), chosen):
        env = neighborhood.environment(piece.frame, piece.centers)
        check_apart(env, descriptor, piece)
        exact = replace(env, displacement=_exact_displacement(neighborhood, piece.frame, piece.centers, bits))
        described: Any = at_center[piece.center_type].describe(exact).descriptor
        out[piece.frame, piece.centers] = described.balls[0]
    return Enclosure(BallNamespace(bits).wrap((out[:, chosen],), BALL), bits)


def checked_bits(bits: int) -> int:
    """Return a precision, or raise InputError where it is none."""
    bits = positive("bits", bits, least=2)
    if bits > MOST_BITS:
        raise unexpected("bits", bits, f"at most {MOST_BITS}: more would take days")
    return bits


def truth(
    descriptor: Descriptor,
    coord_ext: Array,
    atype_ext: Array,
    nlist: Array,
    mapping: Array | None = None,
    bits: int = 113,
) -> DescriptorOutput:
    """Return the output of `Descriptor.call` as balls that enclose it.

    Parameters are those of `Descriptor.call`, as NumPy arrays; positions and weights are first rounded to the
    precision of the descriptor and from there on exact.
    """
    from refdp.namespaces.balls import to_balls

    return _called(descriptor, lambda x: to_balls(wide(x), bits), coord_ext, atype_ext, nlist, mapping)


def budget(
    descriptor: Descriptor,
    coord_ext: Array,
    atype_ext: Array,
    nlist: Array,
    mapping: Array | None = None,
    bits: int | None = None,
) -> DescriptorOutput:
    """Return, for each element of the output of `Descriptor.call`, what rounding may do to it.

    No evaluation in a format of `bits` bits, in any order of summation, is further from the truth.

    Parameters
    ----------
    descriptor, coord_ext, atype_ext, nlist, mapping
        As for `truth`.
    bits
        53 for float64, 24 for float32, 11 for float16, 8 for bfloat16; by default those of the descriptor.
        Arrays in fewer digits keep those: children of a hybrid may have different precisions.
    """
    from refdp.namespaces.budgets import BudgetNamespace, radius

    digits = BITS[np.dtype(_dtype(descriptor)).name] if bits is None else bits
    namespace = BudgetNamespace(digits)

    def move(x: Any) -> Any:
        own = np.dtype(x.dtype).name
        return namespace.asarray(wide(x), dtype=own if BITS[own] < digits else namespace.default_format)

    out = _called(descriptor, move, coord_ext, atype_ext, nlist, mapping)
    return DescriptorOutput(*(x if x is None else radius(x) for x in out))  # type: ignore[arg-type]


def _called(
    descriptor: Descriptor,
    move: Callable[[Array], Any],
    coord_ext: Array,
    atype_ext: Array,
    nlist: Array,
    mapping: Array | None,
) -> DescriptorOutput:
    check_call(descriptor, coord_ext, atype_ext, nlist, mapping)
    rounded = np.asarray(coord_ext).astype(_dtype(descriptor)).reshape(*atype_ext.shape, 3)
    exact: Any = move(rounded)
    env = environment(exact, atype_ext, nlist, mapping)
    return _moved(descriptor.to(xp), move).describe(env)


def _moved(descriptor: Descriptor, move: Callable[[Array], Any]) -> Descriptor:
    return map_arrays(descriptor, move)


def wide(x: Any) -> Any:
    """Return numbers of any format as float64, exactly."""
    return np.asarray(x).astype(np.float64)


def _dtype(descriptor: Descriptor) -> Any:
    return dtype_of(xp, descriptor.precision)


def _exact_displacement(neighborhood: Neighborhood, frame: int, centers: NDArray[np.int64], bits: int) -> Any:
    from refdp.namespaces.balls import to_balls

    extended = neighborhood.extended
    coord: Any = to_balls(wide(extended.coord_ext[frame : frame + 1]), bits)
    nlist = neighborhood.nlist[frame : frame + 1, centers]
    return environment(coord, extended.atype_ext[frame : frame + 1], nlist, None, centers).displacement


def _restricted(pieces: Iterable[Block], chosen: NDArray[np.int64]) -> Iterator[Block]:
    for piece in pieces:
        wanted = piece.centers[np.isin(piece.centers, chosen)]
        if wanted.size:
            yield piece._replace(centers=wanted)


def _chosen(atoms: Sequence[int] | None, natoms: int) -> NDArray[np.int64]:
    if atoms is None:
        return np.arange(natoms)
    chosen = np.asarray(atoms if len(atoms) else np.arange(0))
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu" or np.any((chosen < 0) | (chosen >= natoms)):
        raise unexpected("atoms", list(atoms), f"numbers from 0 to {natoms - 1}")
    return chosen
