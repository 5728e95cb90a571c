"""What a model predicts and what it should have, by name, and how many atoms of each frame count."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, NamedTuple

from refdp._typing import Array, Namespace
from refdp.errors import unexpected
from refdp.namespaces import array_namespace

__all__ = ["Atoms", "Label", "Prediction", "Values", "count_atoms", "masked", "named", "shaped"]


FILES = {
    "energy": "energy",
    "forces": "force",
    "virial": "virial",
    "atom_energy": "atom_ener",
    "hessian": "hessian",
    "atom_pref": "atom_pref",
    "atom_ener_coeff": "atom_ener_coeff",
    "drdq": "drdq",
}
"""What files call a label."""


class Prediction(NamedTuple):
    """What a model predicts; whatever has these attributes will do, the result of `refdp.evaluate` too.

    Attributes
    ----------
    energy
        `(nf,)` in eV.
    forces
        `(nf, natoms, 3)` in eV/angstrom.
    virial
        `(nf, 3, 3)` in eV.
    atom_energy
        `(nf, natoms)` in eV.
    hessian
        `(nf, 3 * natoms, 3 * natoms)` in eV/angstrom^2.
    """

    energy: Array | None = None
    forces: Array | None = None
    virial: Array | None = None
    atom_energy: Array | None = None
    hessian: Array | None = None


class Label(NamedTuple):
    """What a model should predict; a label that is None is missing, and its term does not count.

    Attributes
    ----------
    energy, forces, virial, atom_energy, hessian
        As in `Prediction`.
    atom_pref
        `(nf, natoms)` weights of force errors, or `(nf, natoms, 3)`.
    atom_ener_coeff
        `(nf, natoms)` weights of atomic energies in the sum.
    drdq
        `(nf, natoms, 3, ncoord)` derivative of positions by generalized coordinates.
    """

    energy: Array | None = None
    forces: Array | None = None
    virial: Array | None = None
    atom_energy: Array | None = None
    hessian: Array | None = None
    atom_pref: Array | None = None
    atom_ener_coeff: Array | None = None
    drdq: Array | None = None

    @classmethod
    def from_files(cls, labels: Mapping[str, Array]) -> Label:
        """Return the labels of a data set, `refdp.open_data(...).frames().labels`, by DeePMD-kit's names."""
        return cls(**{name: labels.get(file) for name, file in FILES.items()})


class Values(NamedTuple):
    """A dipole, polarizability, density of states or property, predicted or as label; None where missing.

    As with `Prediction`, the result of `refdp.evaluate` will do as well.

    Attributes
    ----------
    total
        `(nf, size)` of each frame.
    atomic
        `(nf, natoms, size)` of each atom.
    atomic_weight
        `(nf, natoms)` weights of the errors of atoms, in labels.
    """

    total: Array | None = None
    atomic: Array | None = None
    atomic_weight: Array | None = None


class Atoms(NamedTuple):
    r"""How many frames and atoms there are, and which of them count.

    Attributes
    ----------
    nf, natoms
        Frames, and places for atoms in each.
    mask
        `(nf, natoms)` bool, None where all atoms count.
    count
        :math:`N_f`, `(nf,)` atoms that count, as floats; the number `natoms` where all do.
    share
        :math:`1/N_f`, and zero for a frame without atoms.
    """

    nf: int
    natoms: int
    mask: Array | None
    count: Any
    share: Any


def named(holder: Any, name: str) -> Any:
    """Return an array by name, None where the holder has no such thing."""
    return getattr(holder, name, None)


def shaped(x: Array, shape: tuple[int, ...], name: str) -> Array:
    """Return an array in a shape that it has up to axes that are joined, or of length one.

    Raises
    ------
    InputError
        It has another number of elements, or of frames.
    """
    if prod(x.shape) != prod(shape) or tuple(x.shape[:1]) != shape[:1]:
        raise unexpected(name, tuple(x.shape), f"the shape {shape}, axes behind the first joined or not")
    return array_namespace(x).reshape(x, shape)


def count_atoms(prediction: Any, label: Any, mask: Array | None = None) -> Atoms:
    """Return how many frames and atoms predictions, labels and mask speak of.

    Parameters
    ----------
    prediction, label
        What has the attributes of `Prediction` and `Label`.
    mask
        `(nf, natoms)`, true or not zero for the atoms that count; all of them if None.

    Raises
    ------
    InputError
        There are no frames or no atoms, or nothing that says how many; something is a dictionary.
    """
    for name, holder in (("prediction", prediction), ("label", label)):
        if isinstance(holder, Mapping):
            raise unexpected(name, type(holder).__name__, "attributes: `Prediction(**values)`, for instance")
    nf, natoms = _sizes(prediction, label, mask)
    if nf < 1 or natoms < 1:
        raise unexpected("prediction", (nf, natoms), "at least one frame and one atom")
    if mask is None:
        return Atoms(nf, natoms, None, float(natoms), 1.0 / natoms)
    chosen = _as_bool(shaped(mask, (nf, natoms), "mask"))
    some: Array = next(x for x in (*_all(prediction), *_all(label)) if x is not None)
    xp = array_namespace(some)
    one = xp.ones_like(xp.reshape(some, (-1,))[:1])
    count = xp.sum(xp.where(chosen, one, xp.zeros_like(one)), axis=-1)
    return Atoms(nf, natoms, chosen, count, xp.minimum(count, 1.0) / xp.maximum(count, 1.0))


def masked(x: Array, atoms: Atoms) -> Array:
    """Return `(nf, natoms, ...)` with zeros where an atom does not count, whatever stood there."""
    if atoms.mask is None:
        return x
    xp = array_namespace(x)
    mask = atoms.mask[(..., *(None,) * (x.ndim - 2))]
    return xp.where(mask, x, xp.zeros_like(x))


def _all(holder: Any) -> tuple[Any, ...]:
    names = ("energy", "forces", "virial", "atom_energy", "hessian", "total", "atomic")
    return tuple(named(holder, name) for name in names)


def _sizes(prediction: Any, label: Any, mask: Array | None) -> tuple[int, int]:
    if mask is not None and mask.ndim == 2:
        return mask.shape[0], mask.shape[1]
    for holder in (prediction, label):
        for name, width in (("atom_energy", 1), ("forces", 3)):
            x = named(holder, name)
            if x is not None:
                return x.shape[0], prod(x.shape[1:]) // width
        x = named(holder, "atomic")
        # Labels in files have atoms and components in one axis.
        if x is not None and x.ndim >= (2 if holder is prediction else 3):
            return x.shape[0], x.shape[1]
    what = "something of each atom, or a mask, to know how many atoms there are"
    raise unexpected("prediction", prediction, what)


def _as_bool(mask: Array) -> Array:
    xp: Namespace = array_namespace(mask)
    return mask if xp.isdtype(mask.dtype, "bool") else xp.not_equal(mask, xp.zeros_like(mask))
