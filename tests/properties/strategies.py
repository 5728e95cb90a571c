"""Ugly systems and descriptors whose coordinates no transformation rounds.

Coordinates are whole multiples of `UNIT = 81 / 2048` angstrom. Translations by such multiples, rational
rotations with denominators 3 and 9, images by lattice vectors of such multiples: all are exact in float64, so
that two descriptions of one system are the same *mathematical* input, and what they may differ by is the sum
of their error budgets, without any number chosen by feel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

import refdp
from refdp.certification import budget
from tests.helpers import with_random_statistics

__all__ = [
    "ROTATIONS",
    "UNIT",
    "Case",
    "cases",
    "cells",
    "descriptors",
    "distances",
    "periodic_systems",
    "systems",
]

UNIT = 81.0 / 2048.0
REACH = 45  # units from the origin: 1.8 angstrom, so that most atoms see each other and some do not

THIRD = np.array([[2.0, -1, 2], [2, 2, -1], [-1, 2, 2]]) / 3
NINTH = np.array([[1.0, 8, -4], [-4, 4, 7], [8, 1, 4]]) / 9
MIRROR, EXCHANGE = np.diag([1.0, 1, -1]), np.eye(3)[[1, 2, 0]]
# As integers over a power of three; proper and improper ones.
ROTATIONS = [
    (np.rint(3 * THIRD), 3.0),
    (np.rint(9 * NINTH), 9.0),
    (np.rint(27 * THIRD @ NINTH), 27.0),
    (np.rint(9 * NINTH @ MIRROR), 9.0),
    (MIRROR @ EXCHANGE, 1.0),
    (-np.eye(3), 1.0),
]


@dataclass(frozen=True)
class Case:
    """A descriptor and the arguments of its `call`."""

    descriptor: Any
    coord: Any
    atype: Any
    nlist: Any

    @cached_property
    def out(self) -> Any:
        """What `call` returns."""
        return self.descriptor.call(self.coord, self.atype, self.nlist)

    @cached_property
    def budget(self) -> Any:
        """What rounding may do to it, element by element."""
        return budget(self.descriptor, self.coord, self.atype, self.nlist)

    def but(self, **changed: Any) -> Case:
        """Return a case with some things changed."""
        return replace(self, **changed)

    @property
    def valid(self) -> Any:
        """Whether each slot holds a real atom."""
        types = np.take_along_axis(self.atype[:, None, :], np.maximum(self.nlist, 0), axis=-1)
        return (self.nlist >= 0) & (types >= 0)

    @property
    def blocks(self) -> Any:
        """The type that each slot is for."""
        return np.repeat(np.arange(self.descriptor.ntypes), self.descriptor.sel)


@st.composite
def descriptors(
    draw: Any, ntypes: int, *, isotropic: bool = True, davg: bool | None = None, **fixed: Any
) -> Any:
    """Descriptors of either family with drawn options.

    Parameters
    ----------
    draw
        Hypothesis'.
    ntypes
        How many types.
    isotropic
        Whether statistics are those that data can give: no angular mean, one angular width.
    davg
        Whether the mean is unlike zero; drawn by default.
    **fixed
        Options that are not drawn.
    """
    name = fixed.pop("name", None) or draw(st.sampled_from(["se_e2_a", "se_e2_r"]))
    pairs = [(a, b) for a in range(ntypes) for b in range(a, ntypes)]
    section = {
        "type": name,
        "sel": draw(st.lists(st.sampled_from([3, 1, 4, 0]), min_size=ntypes, max_size=ntypes).filter(any)),
        "rcut": draw(st.sampled_from([3.0, 4.5, 1.5])),
        "rcut_smth": draw(st.sampled_from([0.5, 0.0, 1.25])),
        "neuron": draw(st.sampled_from([[3], [2, 4], [1, 2, 5]])),
        "resnet_dt": draw(st.booleans()),
        "activation_function": draw(st.sampled_from(["tanh", "gelu", "silut:0.5", "softplus", "none"])),
        "exclude_types": draw(st.lists(st.sampled_from(pairs), max_size=2)),
        "env_protection": draw(st.sampled_from([0.0, 0.125])),
        "seed": draw(st.integers(0, 2**32)),
    }
    if name == "se_e2_a":
        section |= {"axis_neuron": draw(st.integers(1, 3)), "type_one_side": draw(st.booleans())}
    made = refdp.from_config(section | fixed)
    if davg or draw(st.sampled_from([True, True, False])):
        made = with_random_statistics(made, draw(st.integers(0, 99)), isotropic=isotropic)
    return made if davg is None or davg else replace(made, davg=made.davg * 0.0)


# What is simplest to Hypothesis comes up most: zero, false, the first of a list. Hence the order of lists.
def _numbers(draw: Any) -> np.random.Generator:
    """Return a source of plain random numbers.

    Hypothesis itself prefers zeros and repetitions: in four of five of its systems no two atoms would be
    within the cutoff, and nothing could go wrong between them.
    """
    return np.random.default_rng(draw(st.integers(0, 2**63)))


def _units(draw: Any, nf: int, natoms: int) -> Any:
    """Draw places in units, distinct within a frame; now and then one atom is far from all others."""
    rng, grid = _numbers(draw), 2 * REACH + 1
    flat = np.array([rng.choice(grid**3, natoms, replace=False) for _ in range(nf)], dtype=np.int64)
    places = np.stack(np.unravel_index(flat.reshape(nf, natoms), (grid,) * 3), axis=-1) - REACH
    if natoms > 1 and draw(st.sampled_from([False, False, True])):
        places[:, draw(st.integers(0, natoms - 1))] += 10 * REACH
    return places


def _types(draw: Any, nf: int, natoms: int, ntypes: int, *, virtual: bool | None = None) -> Any:
    """Draw types: all of them, one absent, one only; virtual atoms among them."""
    kinds = [list(range(ntypes)), list(range(1, ntypes)) or [0], [0]]
    chosen = draw(st.sampled_from([kinds[0], *kinds] if virtual is None else kinds[:1]))
    drawn = _numbers(draw).choice(chosen, (nf, natoms))
    virtual = draw(st.sampled_from([False, False, True])) if virtual is None else virtual
    if virtual and natoms > 1:
        drawn[:, draw(st.integers(0, natoms - 1))] = draw(st.sampled_from([-1, -2, -7]))
    return drawn.astype(np.int64)


def _neighbors(d: Any, atype: Any, nloc: int, fill: float, rng: np.random.Generator) -> Any:
    """Fill slots with atoms of the type of their block, or virtual ones, in any order and with holes."""
    nf, nall = atype.shape
    blocks = np.repeat(np.arange(d.ntypes), d.sel)
    nlist = np.full((nf, nloc, d.nnei), -1)
    for f, i, k in np.ndindex(nlist.shape):
        fitting = [j for j in range(nall) if j != i and (atype[f, j] == blocks[k] or atype[f, j] < 0)]
        if atype[f, i] >= 0 and fitting and rng.random() < fill:
            nlist[f, i, k] = rng.choice(fitting)
    return nlist


@st.composite
def cases(
    draw: Any,
    *,
    ntypes: int | None = None,
    nf: int | None = None,
    crowded: bool = False,
    virtual: bool | None = None,
    **options: Any,
) -> Any:
    """Descriptors with extended atoms and an external list: unsorted, with holes, with atoms of a skin.

    With `crowded` every slot that can be taken is, and no atom is virtual unless `virtual` says so.
    """
    ntypes = draw(st.integers(2, 3)) if ntypes is None else ntypes
    d = draw(descriptors(ntypes, **options))
    nf = draw(st.integers(1, 2)) if nf is None else nf
    nall = draw(st.sampled_from([5, 4, 7, 6] if crowded else [5, 7, 4, 3, 2, 1]))
    nloc = max(1, nall - draw(st.sampled_from([0, 1, 2])))
    atype = _types(draw, nf, nall, ntypes, virtual=virtual or False if crowded else virtual)
    fill = 1.0 if crowded else draw(st.sampled_from([0.7, 1.0, 0.3]))
    nlist = _neighbors(d, atype, nloc, fill, _numbers(draw))
    return Case(d, UNIT * _units(draw, nf, nall), atype, nlist)


@st.composite
def systems(draw: Any, *, ntypes: int = 2, nf: int | None = None, max_atoms: int = 6) -> Any:
    """Systems without a cell whose atoms are at whole units."""
    nf = draw(st.integers(1, 2)) if nf is None else nf
    natoms = max_atoms - draw(st.sampled_from([0, 2, 1, 3, max_atoms - 1]))
    return refdp.System(UNIT * _units(draw, nf, natoms), _types(draw, nf, natoms, ntypes))


@st.composite
def cells(draw: Any) -> Any:
    """Cells whose inverse is exact: powers of two on the diagonal, halves below, rows in any order and sign.

    Small against the cutoff, triclinic, left-handed as often as right-handed.
    """
    lengths = draw(st.lists(st.sampled_from([2.0, 4.0]), min_size=3, max_size=3))
    tilts = draw(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=3, max_size=3))
    cell = np.diag(lengths)
    cell[[1, 2, 2], [0, 0, 1]] = tilts
    signs = draw(st.lists(st.sampled_from([-1.0, 1.0]), min_size=3, max_size=3))
    return (cell * np.array(signs)[:, None])[draw(st.permutations(range(3)))]


@st.composite
def periodic_systems(draw: Any) -> Any:
    """Systems in such cells; coordinates are dyadic, and no two atoms, images included, come together."""
    cell, rng = draw(cells()), _numbers(draw)
    nf, natoms = draw(st.integers(1, 2)), draw(st.sampled_from([3, 4, 2, 1]))
    # Different places on a grid of the cell, each moved by less than half a step.
    flat = np.array([rng.choice(64, natoms, replace=False) for _ in range(nf)])
    places = np.stack(np.unravel_index(flat, (4, 4, 4)), axis=-1)
    fractions = places / 4.0 + rng.integers(-60, 61, (nf, natoms, 3)) / 1024.0
    return refdp.System(fractions @ cell, _types(draw, nf, natoms, 2), cell)


def distances(case: Case) -> Any:
    """Distance of each slot from its centre, infinite where it is empty."""
    nf, nloc, _ = case.nlist.shape
    frames = np.arange(nf)[:, None, None]
    apart = case.coord[frames, case.nlist] - case.coord[:, :nloc, None]
    return np.where(case.valid, np.linalg.norm(apart, axis=-1), np.inf)
