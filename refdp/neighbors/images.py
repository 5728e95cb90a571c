"""Periodic images: wrap atoms into the cell and copy them as far as the cutoff reaches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refdp.errors import unexpected
from refdp.system import System

__all__ = ["Extended", "check_rcut", "extend", "heights", "image_counts", "image_shifts", "wrap"]

# More would not fit into the memory of any machine, times the atoms of a cell.
MOST_IMAGES = 1e6
# Slack, in cells, of the pruning test; far above rounding, far below anything that costs time.
_SLACK = 1e-6


class Extended(NamedTuple):
    """Local atoms followed by their periodic images, as DeePMD-kit passes them on.

    The first `nloc` extended atoms are the local ones, wrapped into the cell.

    Attributes
    ----------
    coord_ext
        Positions in angstrom, shape `(nf, nall, 3)`.
    atype_ext
        Types, virtual atoms and padding negative, shape `(nf, nall)`.
    mapping
        The local atom that each extended atom is an image of, shape `(nf, nall)`.
    """

    coord_ext: NDArray[np.float64]
    atype_ext: NDArray[np.int64]
    mapping: NDArray[np.int64]


def check_rcut(rcut: float) -> float:
    """Return a cutoff radius that is a positive, finite number of angstrom, or raise `InputError`."""
    number = isinstance(rcut, int | float | np.integer | np.floating) and not isinstance(rcut, bool)
    if not number or not 0.0 < rcut < float("inf"):
        raise unexpected("rcut", rcut, "a positive number of angstrom")
    return float(rcut)


def wrap(coords: NDArray[np.float64], cell: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Move atoms into the cell: :math:`x' = (s - \lfloor s \rfloor)\,h` with :math:`s = x\,h^{-1}`.

    Parameters
    ----------
    coords
        Positions in angstrom, shape `(nf, natoms, 3)`.
    cell
        Rows are lattice vectors, shape `(nf, 3, 3)`.
    """
    return _wrapped_fractions(coords, cell) @ cell


def heights(cell: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return the distances between opposite faces, :math:`d_1 = |V|/|b \times c|` etc., shape `(nf, 3)`.

    DeePMD-kit uses the signed volume and so loses the images of left-handed cells; here they are kept.
    """
    a, b, c = cell[..., 0, :], cell[..., 1, :], cell[..., 2, :]
    faces = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=-2)
    height: NDArray[np.float64] = np.abs(np.linalg.det(cell))[..., None] / np.linalg.norm(faces, axis=-1)
    return height


def image_counts(cell: NDArray[np.float64], rcut: float) -> tuple[int, int, int]:
    r"""Return the cells to add on either side, :math:`n_k = \lceil r_c / d_k \rceil`, most of all frames."""
    if cell.shape[0] == 0:
        return 0, 0, 0
    with np.errstate(all="ignore"):
        needed = np.ceil(rcut / heights(cell)).max(axis=0)
    if not np.prod(2.0 * needed + 1.0) <= MOST_IMAGES:
        expected = (
            f"a cutoff that reaches at most {MOST_IMAGES:.0e} images of the cell, not {needed} on each side"
        )
        raise unexpected("rcut", rcut, expected)
    first, second, third = needed.astype(np.int64).tolist()
    return first, second, third


def image_shifts(counts: tuple[int, int, int]) -> NDArray[np.int64]:
    """Return the integer shifts `(nimg, 3)`, the cell itself first, in DeePMD-kit's order.

    The triples run from `-n` to `n`, the last index fastest, and are then sorted (stably) by the norm of the
    integer triple, whatever the shape of the cell.
    """
    axes = [np.arange(-n, n + 1, dtype=np.int64) for n in counts]
    triples = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    # The square orders as the norm does, and its ties are exact.
    return triples[np.argsort((triples * triples).sum(axis=-1), kind="stable")]


def extend(system: System, rcut: float, *, prune: bool = False) -> Extended:
    """Wrap a system and append every periodic image that the cutoff can reach.

    Parameters
    ----------
    system
        The atoms; masked ones become virtual. Without a cell they are returned as they are.
    rcut
        Cutoff radius in angstrom, of any size.
    prune
        Leave out images (and virtual images) that are further than `rcut` from the region of the local atoms.
        The order of the others stays, so that neighbours are the same atoms in the same order, at a fraction
        of the work. Frames that keep fewer atoms than others are filled with virtual atoms at the origin.

    Raises
    ------
    InputError
        If `rcut` is not a positive number.
    """
    rcut = check_rcut(rcut)
    if system.cell is None:
        mapping = np.tile(np.arange(system.natoms, dtype=np.int64), (system.nf, 1))
        return Extended(system.coords, system.atype, mapping)
    shifts = image_shifts(image_counts(system.cell, rcut))
    fractions = _wrapped_fractions(system.coords, system.cell)
    coords, atype = fractions @ system.cell, system.atype
    vectors = shifts.astype(np.float64) @ system.cell
    if not prune:
        return _all_images(coords, atype, vectors)
    reach = rcut / heights(system.cell) + _SLACK
    kept = [_reachable(s, t, shifts, r) for s, t, r in zip(fractions, atype, reach, strict=True)]
    return _gather(coords, atype, vectors, kept)


def _wrapped_fractions(coords: NDArray[np.float64], cell: NDArray[np.float64]) -> NDArray[np.float64]:
    fractions = coords @ np.linalg.inv(cell)
    wrapped: NDArray[np.float64] = fractions - np.floor(fractions)
    return wrapped


def _all_images(
    coords: NDArray[np.float64], atype: NDArray[np.int64], vectors: NDArray[np.float64]
) -> Extended:
    (nf, natoms), nimg = atype.shape, vectors.shape[1]
    coord_ext = (vectors[:, :, None, :] + coords[:, None, :, :]).reshape(nf, nimg * natoms, 3)
    mapping = np.tile(np.arange(natoms, dtype=np.int64), (nf, nimg))
    return Extended(coord_ext, np.tile(atype, (1, nimg)), mapping)


def _reachable(
    fractions: NDArray[np.float64],
    atype: NDArray[np.int64],
    shifts: NDArray[np.int64],
    reach: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return the flat numbers `image * natoms + atom` of one frame that lie between the widened faces.

    A point further than `reach` cells beyond the outermost real atom, along any lattice direction, is further
    than the cutoff from all of them: the height is the least length of one cell in that direction.
    """
    real = atype >= 0
    keep = np.broadcast_to(real, (shifts.shape[0], real.size)).copy()
    if real.any():
        low = fractions[real].min(axis=0) - reach
        high = fractions[real].max(axis=0) + reach
        for axis in range(3):
            steps = np.arange(shifts[:, axis].min(), shifts[:, axis].max() + 1)
            place = fractions[:, axis] + steps[:, None]
            inside = (low[axis] <= place) & (place <= high[axis])
            keep &= inside[shifts[:, axis] - steps[0]]
    keep[:1] = True
    return np.flatnonzero(keep)


def _gather(
    coords: NDArray[np.float64],
    atype: NDArray[np.int64],
    vectors: NDArray[np.float64],
    kept: list[NDArray[np.int64]],
) -> Extended:
    """Build the chosen images of every frame and pad the frames to one length."""
    nf, natoms = atype.shape
    nall = max((flat.size for flat in kept), default=natoms)
    coord = np.zeros((nf, nall, 3))
    types = np.full((nf, nall), -1, dtype=np.int64)
    mapping = np.zeros((nf, nall), dtype=np.int64)
    for frame, flat in enumerate(kept):
        image, atom = np.divmod(flat, max(natoms, 1))
        coord[frame, : flat.size] = vectors[frame, image] + coords[frame, atom]
        types[frame, : flat.size] = atype[frame, atom]
        mapping[frame, : flat.size] = atom
    return Extended(coord, types, mapping)
