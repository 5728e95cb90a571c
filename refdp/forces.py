r"""From derivatives by slot to forces and virials by atom.

With :math:`g_{ij} = \partial E_i/\partial d_{ij}`, atom :math:`i` feels :math:`\sum_j g_{ij}` and the owner
of neighbour :math:`j` feels :math:`-g_{ij}`, which also carries the virial :math:`-g_{ij}^a d_{ij}^b`.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refdp.neighbors.environment import Environment

__all__ = ["Forces", "Sums", "forces_of"]

Float = NDArray[np.float64]


class Forces(NamedTuple):
    """Forces on the atoms that a block sees, itself included.

    Attributes
    ----------
    atoms
        `(n,)` their numbers, each once.
    columns
        `(n, components, 12)` the force, then the virial :math:`W^{ab}` at :math:`3a + b`.
    """

    atoms: NDArray[np.int64]
    columns: NDArray[np.float64]


def forces_of(g: Float, env: Environment, centers: NDArray[np.int64]) -> Forces:
    """Return what the derivatives of one block mean for each atom.

    Equations {eq}`eq-forces` and {eq}`eq-virial` of the book.

    Parameters
    ----------
    g
        `(1, nloc, nnei, components, 3)`, per angstrom.
    env
        The environments of the block.
    centers
        `(nloc,)` numbers of the centres.
    """
    components = g.shape[-2]
    g = g[0].astype(np.float64, copy=False)
    d = np.asarray(env.displacement)[0].astype(np.float64, copy=False)
    virial = g[..., :, None] * d[:, :, None, None, :]
    slots = -np.concatenate([g, virial.reshape(*g.shape[:-1], 9)], axis=-1)
    of_centers = np.zeros((centers.size, components, 12))
    of_centers[..., :3] = g.sum(axis=1)
    owners = np.concatenate([centers, np.asarray(env.owner)[0].reshape(-1)])
    columns = np.concatenate([of_centers, slots.reshape(-1, components, 12)])
    atoms, places = np.unique(owners, return_inverse=True)
    flat = columns.reshape(owners.size, 12 * components)
    return Forces(atoms, _summed(flat, places, atoms.size, components))


def _summed(columns: Float, places: NDArray[np.int64], count: int, components: int) -> Float:
    sums: Float = np.stack([np.bincount(places, column, count) for column in columns.T], axis=-1)
    return sums.reshape(count, components, 12)


class Sums:
    """Forces and virials of all atoms of all frames, as they add up.

    Parameters
    ----------
    nf, natoms
        Frames, and atoms of each.
    shape
        Of the quantity whose derivatives these are.
    """

    def __init__(self, nf: int, natoms: int, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self._columns = np.zeros((nf, natoms, prod(shape), 12))

    def add(self, frame: int, forces: Forces) -> None:
        """Add what one block found."""
        self._columns[frame, forces.atoms] += forces.columns

    def results(self) -> tuple[Any, Any, Any]:
        """Return forces `(nf, natoms, *shape, 3)`, virial `(nf, *shape, 3, 3)` and virials of atoms."""
        nf, natoms = self._columns.shape[:2]
        forces = self._columns[..., :3].reshape(nf, natoms, *self.shape, 3)
        by_atom = self._columns[..., 3:].reshape(nf, natoms, *self.shape, 3, 3)
        return forces.copy(), by_atom.sum(axis=1), by_atom.copy()
