"""Proven one-sided derivatives where an atom meets either end of the switch.

An atom moves through `r = rcut_smth` or `r = rcut` along a line. Coordinates are exact, series of balls carry
value, first and second derivative along the line just before and just after, each with a proven error: a
continuous one gives overlapping balls, and a jump of any size worth the name gives disjoint ones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdp.descriptors import rows
from refdp.namespaces import map_arrays
from refdp.neighbors.environment import environment
from tests.helpers import descriptor

pytest.importorskip("flint")
from refdp.namespaces.balls import midpoint, radius, to_balls
from refdp.namespaces.series import derivative, to_series

RCUT, START = 2.5, 1.25
# The mover is on a line through the centre at exact distances 2.5 and 1.25; the others stay between them.
DIRECTION = np.array([0.6, 0.8, 0.0])
PLACES = {RCUT: np.array([1.5, 2.0, 0.0]), START: np.array([0.75, 1.0, 0.0])}
SLOPE = np.array([0.75, 1.0, 0.125])  # not quite along the line, so that angles change, too
OTHERS = np.array([[0.0, 0, 0], [0.5, -1.5, 0.25], [-1.0, 0.25, 1.25], [0.75, -0.5, -1.5]])
TYPES = np.array([[0, 0, 1, 1, 1]])
NLIST = np.array([[[1, -1, -1, 2, 3, 4, -1]]])
OPTIONS = {"rcut": RCUT, "rcut_smth": START, "neuron": [2, 4], "env_protection": 0.0}
NAMES = ["se_e2_a", "se_e2_r"]


def expand(d, r, side, order=2, nlist=NLIST):
    """Return the descriptor of the centre as a series in t while the mover goes through distance r."""
    moving = np.concatenate([OTHERS, PLACES[r][None]])[None]
    slope = np.zeros_like(moving)
    slope[0, -1] = SLOPE
    coord = to_series(moving, slope, side=side, order=order)
    moved = map_arrays(d, lambda x: to_series(x, side=side, order=order))
    return moved.describe(environment(coord, TYPES, nlist)).descriptor


def jumps(d, r, k):
    """Return |right - left| of derivative k and the proven error of that difference, element by element."""
    left, right = (derivative(expand(d, r, side, max(k, 2)), k) for side in (-1, 1))
    return np.abs(midpoint(right - left)), radius(right - left)


def variants(name):
    yield "plain", descriptor(name, **OPTIONS)
    yield "gelu, time step", descriptor(name, **OPTIONS | {"activation_function": "gelu", "resnet_dt": True})
    yield "protection", descriptor(name, **OPTIONS | {"env_protection": 0.25})
    if name == "se_e2_a":
        yield "one side", descriptor(name, type_one_side=True, **OPTIONS)


CASES = [(name, label, d) for name in NAMES for label, d in variants(name)]
IDS = [f"{name}, {label}" for name, label, _ in CASES]


@pytest.mark.parametrize("r", [START, RCUT], ids=["rcut_smth", "rcut"])
@pytest.mark.parametrize(("name", "label", "d"), CASES, ids=IDS)
class TestTwiceContinuous:
    @pytest.mark.parametrize("k", [0, 1, 2])
    def test_value_and_two_derivatives(self, name, label, d, r, k):
        jump, error = jumps(d, r, k)
        # 113 bits leave thirty digits; all of them agree, and zero lies within the proven error.
        assert (jump <= error).all()
        assert error.max() < 1e-25

    def test_the_third_derivative_jumps(self, name, label, d, r):
        """The switch has no third one, and this test would see a jump if there were one in the second."""
        jump, error = jumps(d, r, 3)
        assert (jump > 1e6 * error).any()
        assert jump.max() > 1e-4

    def test_the_atom_moves_something(self, name, label, d, r):
        slope = midpoint(derivative(expand(d, START, 1), 1))
        assert np.abs(slope).max() > 1e-4


@pytest.mark.parametrize("name", NAMES)
class TestAtTheCutoff:
    @pytest.mark.parametrize("side", [-1, 1])
    def test_a_neighbor_there_is_no_neighbor(self, name, side):
        """Value and derivatives are those of the slot left empty, whatever the statistics."""
        d = descriptor(name, **OPTIONS)
        absent = np.where(NLIST == 4, -1, NLIST)
        for k in range(3):
            there, gone = (derivative(expand(d, RCUT, side, nlist=x), k) for x in (NLIST, absent))
            assert (np.abs(midpoint(there - gone)) <= radius(there - gone)).all(), k

    def test_an_excluded_neighbor_that_leaves_jumps_with_a_mean_and_only_then(self, name):
        """The definition: excluded rows are 0, absent ones `-davg / dstd`."""
        with_mean = descriptor(name, exclude_types=[[0, 1]], **OPTIONS)
        for d, jumping in ((with_mean, True), (replace(with_mean, davg=with_mean.davg * 0.0), False)):
            moved = map_arrays(d, to_balls)
            coord = to_balls(np.concatenate([OTHERS, PLACES[RCUT][None]])[None])
            absent = np.where(NLIST == 4, -1, NLIST)
            there, gone = (moved.describe(environment(coord, TYPES, x)).descriptor for x in (NLIST, absent))
            jump = np.abs(midpoint(there - gone)).max()
            assert (jump > 1e-3) if jumping else (jump == 0.0)


def smoothstep(r, rcut_smth, rcut):
    """The cubic: continuous with its slope, but not with its curvature."""
    from refdp.namespaces import array_namespace

    u = (array_namespace(r).clip(r, rcut_smth, rcut) - rcut_smth) / (rcut - rcut_smth)
    return u * u * (u * 2.0 - 3.0) + 1.0


@pytest.mark.parametrize("r", [START, RCUT], ids=["rcut_smth", "rcut"])
@pytest.mark.parametrize("name", NAMES)
def test_a_switch_with_one_derivative_is_caught(name, r, monkeypatch):
    monkeypatch.setattr(rows, "switch", smoothstep)
    d = descriptor(name, **OPTIONS)
    assert all((jump <= error).all() for jump, error in (jumps(d, r, k) for k in (0, 1)))
    jump, error = jumps(d, r, 2)
    assert jump.max() > 1e-3
    assert (jump > 1e6 * error).any()


@pytest.mark.parametrize("name", NAMES)
def test_a_coefficient_off_by_one_in_a_thousand_million_is_caught(name, monkeypatch):
    exact = rows.switch

    def off(r, rcut_smth, rcut):
        from refdp.namespaces import array_namespace

        u = (array_namespace(r).clip(r, rcut_smth, rcut) - rcut_smth) / (rcut - rcut_smth)
        return exact(r, rcut_smth, rcut) + u * u * u * 1e-9

    monkeypatch.setattr(rows, "switch", off)
    jump, error = jumps(descriptor(name, **OPTIONS), RCUT, 1)
    assert (jump > 1e6 * error).any()
