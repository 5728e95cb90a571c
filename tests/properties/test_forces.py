"""What forces and virials of any system must do, to the last digit that rounding leaves."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import refdp
from refdp.certified_models import model_budget
from refdp.evaluation import Evaluation, evaluate
from tests.force_cases import DESCRIPTORS, NAMES, model
from tests.helpers import assert_same_bits, assert_within
from tests.properties.strategies import REACH, ROTATIONS, UNIT, periodic_systems, systems

EPS = np.finfo(float).eps
# Each example is evaluated more than once, with its budgets.
FEW = settings(max_examples=settings().max_examples // 2)


@cache
def made(name):
    return model(name, narrow=True)


@cache
def roomy(name):
    """Return a model with slots for all that it sees, even in the smallest cells."""
    section = DESCRIPTORS[name]
    sel = [40, 40] if isinstance(section["sel"], list) else 40
    return model(name, descriptor=section | {"rcut": 2.25, "sel": sel})


class Found(NamedTuple):
    """An evaluation, and what rounding may do to it."""

    e: Evaluation
    allowed: Evaluation


def found(d, system):
    return Found(evaluate(d, system), model_budget(d, system))


@st.composite
def cases(draw):
    """Draw a model and a system without a cell."""
    return made(draw(st.sampled_from(sorted(DESCRIPTORS)))), draw(systems(nf=1, max_atoms=5))


def assert_equal(one, other, turn=None):
    """Assert that two evaluations agree within both budgets, the second one turned back first."""
    for name in NAMES:
        x, y = getattr(one.e, name), getattr(other.e, name)
        dx, dy = getattr(one.allowed, name), getattr(other.allowed, name)
        if turn is not None:
            size = turned(name, abs(y), abs(turn))
            y, dy = turned(name, y, turn), turned(name, dy, abs(turn)) + 16 * EPS * size
        assert_within(x, y, dx + dy)


def turned(name, x, r):
    """Return forces or virials after a rotation r of row vectors."""
    if name == "forces":
        return x @ r
    return r.T @ x @ r if "virial" in name else x


class TestSums:
    @FEW
    @given(cases())
    def test_nothing_pushes_or_turns_itself(self, case):
        d, system = case
        e, allowed = found(d, system)
        x = system.coords
        assert_within(e.forces.sum(axis=1), np.zeros((1, 3)), allowed.forces.sum(axis=1))
        torque = np.cross(x, e.forces).sum(axis=1)
        reach = np.abs(x).max(initial=0.0) * (2.0 * allowed.forces + 4 * EPS * np.abs(e.forces)).sum()
        assert_within(torque, np.zeros((1, 3)), reach)
        assert_within(
            e.virial, np.swapaxes(e.virial, 1, 2), allowed.virial + np.swapaxes(allowed.virial, 1, 2)
        )
        # Without a cell the virial is the sum of places times forces.
        clausius = np.einsum("fia,fib->fab", e.forces, x)
        assert_within(e.virial, clausius, allowed.virial + reach)

    @FEW
    @given(cases())
    def test_energies_fall_along_forces(self, case):
        d, system = case
        e, allowed = found(d, system)
        size = np.abs(e.forces).max(initial=0.0)
        if size < 1e-6:
            return
        step = 1e-5 * UNIT * e.forces / size
        there, back = (
            evaluate(d, refdp.System(system.coords + s * step, system.types), derivatives=False).energy
            for s in (1.0, -1.0)
        )
        fall = -(there - back) / 2.0
        work = np.sum(e.forces * step)
        assert abs(fall[0] - work) < 1e-3 * abs(work) + 4.0 * allowed.energy[0]


def rotated(draw, system):
    matrix, over = draw(st.sampled_from(ROTATIONS))
    turn = matrix / over
    moved = refdp.System(np.rint(system.coords / UNIT) @ matrix * (UNIT / over), system.types)
    return moved, lambda x: x, turn.T


def permuted(draw, system):
    # Atom 0 stays: descriptors of mixed types lend its type to empty slots.
    order = np.array([0, *(1 + k for k in draw(st.permutations(range(system.natoms - 1))))])
    back = np.argsort(order)
    return refdp.System(system.coords[:, order], system.types[:, order]), lambda x: x[:, back], None


def padded(draw, system):
    count, n = draw(st.integers(1, 3)), system.natoms
    ghosts = np.full((1, count, 3), draw(st.sampled_from([0.0, UNIT, 50.0])))
    types = np.concatenate([system.types, np.full((1, count), -1)], axis=1)
    return refdp.System(np.concatenate([system.coords, ghosts], axis=1), types), lambda x: x[:, :n], None


def doubled(draw, system):
    away, n = draw(st.permutations([1024.0, 0.0, 0.0])), system.natoms
    both = np.concatenate([system.coords, system.coords + UNIT * np.array(away)], axis=1)
    half = draw(st.sampled_from([slice(n), slice(n, None)]))
    return refdp.System(both, np.concatenate([system.types] * 2, axis=1)), lambda x: x[:, half], None


def translated(draw, system):
    by = UNIT * np.array(draw(st.tuples(*[st.integers(-10 * REACH, 10 * REACH)] * 3)))
    return refdp.System(system.coords + by, system.types), lambda x: x, None


MOVES = (rotated, permuted, padded, doubled, translated)


class TestMoves:
    @given(cases(), st.sampled_from(MOVES), st.data())
    def test_change_nothing_else(self, case, move, data):
        d, system = case
        moved, select, turn = move(data.draw, system)
        there = Found(*(selected(x, select) for x in found(d, moved)))
        if move is doubled:
            there = Found(*(halved(x) for x in there))
        assert_equal(found(d, system), there, turn)


def selected(e, select):
    local = ("atomic", "forces", "atom_virial")
    return Evaluation(e.quantity, *(select(x) if name in local else x for name, x in arrays(e)))


def arrays(e):
    return [(name, getattr(e, name)) for name in NAMES]


def halved(e):
    return Evaluation(e.quantity, *(x / 2.0 if k in ("total", "virial") else x for k, x in arrays(e)))


class TestCells:
    @FEW
    @given(periodic_systems(), st.sampled_from(["se_e2_a", "se_e2_r", "se_atten smooth"]), st.data())
    def test_atoms_may_be_anywhere(self, system, name, data):
        system = system.frame(0)
        d = roomy(name)
        here = found(d, system)
        assert_within(here.e.forces.sum(axis=1), np.zeros((1, 3)), here.allowed.forces.sum(axis=1))
        # Whole lattice vectors, another for each atom, and all atoms together.
        hops = np.array(data.draw(st.lists(st.integers(-3, 3), min_size=3, max_size=3 * system.natoms)))
        by = np.resize(hops, (1, system.natoms, 3)) @ system.cell + np.array([0.25, -0.5, 0.125])
        there = found(d, refdp.System(system.coords + by, system.types, system.cell))
        assert_equal(here, there)

    @FEW
    @given(periodic_systems(), st.permutations(range(3)), st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3))
    def test_one_lattice_has_many_cells(self, system, order, signs):
        system, d = system.frame(0), roomy("se_e2_a")
        cell = (system.cell * np.array(signs)[:, None])[:, order]
        assert_equal(found(d, system), found(d, refdp.System(system.coords, system.types, cell)))


def test_translations_in_free_space_change_no_bit():
    d = made("se_e2_a")
    system = refdp.System(UNIT * np.array([[0.0, 0, 0], [30, 4, 7], [-20, 25, 1]]), [0, 1, 1])
    moved = refdp.System(system.coords + UNIT * np.array([1000.0, -77, 5]), system.types)
    for name in NAMES:
        assert_same_bits(getattr(evaluate(d, moved), name), getattr(evaluate(d, system), name))
