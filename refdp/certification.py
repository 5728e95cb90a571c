"""Proven digits of a descriptor, and what rounding may cost it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from array_api_compat import numpy as xp
from numpy.typing import NDArray

from refdp._typing import Array
from refdp.blocks import Block, Neighborhood, blocks, check_apart, find_neighbors
from refdp.descriptors.base import Descriptor, DescriptorOutput
from refdp.descriptors.checks import check_call
from refdp.enclosure import BITS, Enclosure, checked_bits, wide
from refdp.errors import unexpected
from refdp.models.base import Model
from refdp.namespaces import dtype_of, map_arrays
from refdp.neighbors.environment import environment
from refdp.species import match_types
from refdp.system import System

if TYPE_CHECKING:
    from refdp.evaluation import Evaluation

__all__ = ["budget", "certify", "truth"]

BLOCK = 16


@overload
def certify(
    descriptor: Descriptor, system: System, bits: int = ..., *, atoms: Sequence[int] | None = ...
) -> Enclosure: ...
@overload
def certify(descriptor: Model, system: System, bits: int = ...) -> Evaluation: ...
def certify(
    descriptor: Descriptor | Model, system: System, bits: int = 113, *, atoms: Sequence[int] | None = None
) -> Enclosure | Evaluation:
    """Return the descriptor of every atom with a proven error bound; of a model energies, forces, virial.

    What is enclosed is the exact value of the formulas for the weights as stored and for the positions as
    float64 (or the descriptor's own precision) holds them after wrapping into the cell.

    Parameters
    ----------
    descriptor, system
        As for `refdp.describe`; or a model without parameters of frames or atoms, for which
        `refdp.certified_models.model_truth` stands (and takes them).
    bits
        Precision of the calculation; about `bits` minus ten or twenty bits of the result are proven.
    atoms
        The atoms wanted; all by default, and always of a model.

    Returns
    -------
    Enclosure or Evaluation
        Of shape `(nf, natoms, dim)`; exactly zero for virtual atoms. Of a model what `refdp.evaluate` gives,
        enclosed.

    Raises
    ------
    InputError
        As for `refdp.describe`, or an atom does not exist.
    UndecidedError
        A comparison has no proven answer at this precision.
    """
    if isinstance(descriptor, Model):
        return _certified_model(descriptor, system, bits, atoms)
    if not isinstance(descriptor, Descriptor):
        raise unexpected("descriptor", descriptor, "a descriptor or a model")
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


def _certified_model(model: Model, system: System, bits: int, atoms: Sequence[int] | None) -> Evaluation:
    from refdp.certified_models import model_truth

    if atoms is not None:
        raise unexpected("atoms", list(atoms), "None for a model: a force needs all neighbours of an atom")
    return model_truth(model, system, bits=bits)


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
