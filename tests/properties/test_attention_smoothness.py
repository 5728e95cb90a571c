"""Proven one-sided derivatives of se_atten where an atom meets either end of the switch, and proven jumps.

As `test_smoothness` for descriptors of two bodies. Here the mover is on the x axis, at powers of two, and its
velocity is such that the switch and its first two derivatives at the cutoff are *exactly* zero, not balls
about zero: then the largest logit of each row is decided, which a softmax on series needs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdp.namespaces import array_namespace, map_arrays
from refdp.neighbors.environment import environment
from tests.attention_cases import se_atten

pytest.importorskip("flint")
from refdp.namespaces.balls import midpoint, radius, to_balls
from refdp.namespaces.series import derivative, to_series

RCUT, START = 2.0, 1.0
SLOPE = np.array([1.0, 0.5, 0.0])
OTHERS = np.array([[0.0, 0, 0], [0.5, -1.25, 0.25], [-1.0, 0.25, 1.125], [0.75, 0.5, -1.25]])
TYPES = np.array([[0, 0, 1, 1, 1]])
NLIST = np.array([[[1, -1, -1, 2, 3, 4, -1]]])
ABSENT = np.where(NLIST == 4, -1, NLIST)
FULL = np.array([[[1, 2, 3, 4]]])
OPTIONS = {"rcut": RCUT, "rcut_smth": START, "neuron": [2, 4], "axis_neuron": 2, "attn": 3}
SMOOTH, STRIP = {"smooth_type_embedding": True}, {"tebd_input_mode": "strip"}


def make(name="se_atten", *, mean=False, **options):
    d = se_atten(name, **OPTIONS | options)
    return d if mean else replace(d, davg=d.davg * 0.0)


# With a mean, a row of an absent neighbour has a type, that of atom 0, unless types fade.
CONTINUOUS = {
    "no attention": make(attn_layer=0),
    "no attention, strip": make(attn_layer=0, **STRIP),
    "no attention, degree 4": make(attn_layer=0, lmax=4),
    "smooth": make(**SMOOTH),
    "smooth strip": make(**SMOOTH | STRIP),
    "smooth, no gate, not normalized": make(attn_dotr=False, normalize=False, **SMOOTH),
    "smooth, protection, degree 2": make(env_protection=0.25, lmax=2, **SMOOTH),
    "smooth strip with a mean": make(mean=True, **SMOOTH | STRIP),
    "se_atten_v2": make("se_atten_v2"),
    "se_atten_v2 with a mean": make("se_atten_v2", mean=True),
    "TensorFlow": make(smooth_form="tensorflow", **SMOOTH),
    "TensorFlow, strip": make(smooth_form="tensorflow", **SMOOTH | STRIP),
}


def expand(d, r, side, order=2, nlist=NLIST):
    """Return the descriptor of the centre as a series in t while the mover goes through distance r."""
    moving = np.concatenate([OTHERS, [[r, 0.0, 0.0]]])[None]
    slope = np.zeros_like(moving)
    slope[0, -1] = SLOPE
    coord = to_series(moving, slope, side=side, order=order)
    moved = map_arrays(d, lambda x: to_series(x, side=side, order=order))
    return moved.describe(environment(coord, TYPES, nlist)).descriptor


def jumps(d, r, order, nlist=NLIST):
    """Return |right - left| of the derivatives up to an order, with the proven error of each difference."""
    left, right = (expand(d, r, side, order, nlist) for side in (-1, 1))
    both = [derivative(right, k) - derivative(left, k) for k in range(order + 1)]
    return [(np.abs(midpoint(x)), radius(x)) for x in both]


def leaving(d):
    """Return what the descriptor loses as a neighbour exactly at the cutoff becomes an empty slot."""
    moved = map_arrays(d, to_balls)
    coord = to_balls(np.concatenate([OTHERS, [[RCUT, 0.0, 0.0]]])[None])
    there, gone = (moved.describe(environment(coord, TYPES, x)).descriptor for x in (NLIST, ABSENT))
    return np.abs(midpoint(there - gone)), radius(there - gone), np.abs(midpoint(there)).max()


@pytest.mark.parametrize("r", [START, RCUT], ids=["rcut_smth", "rcut"])
@pytest.mark.parametrize("d", CONTINUOUS.values(), ids=CONTINUOUS)
class TestTwiceContinuous:
    def test_value_and_two_derivatives_and_no_third(self, d, r):
        *smooth, third = jumps(d, r, 3)
        for jump, error in smooth:
            assert (jump <= error).all()
            assert error.max() < 1e-24
        # The switch has no third one, and this test would see a jump if there were one in the second.
        assert (third[0] > 1e6 * third[1]).any()
        assert third[0].max() > 1e-4

    def test_the_atom_moves_something(self, d, r):
        slope = midpoint(derivative(expand(d, 0.5 + r / 2 if r < RCUT else 1.5, 1), 1))
        assert np.abs(slope).max() > 1e-4


@pytest.mark.parametrize("d", list(CONTINUOUS.values()), ids=CONTINUOUS)
class TestAtTheCutoff:
    def test_a_neighbor_there_is_no_neighbor(self, d):
        """Value and two derivatives are those of the slot left empty."""
        for side in (-1, 1):
            there, gone = (expand(d, RCUT, side, nlist=x) for x in (NLIST, ABSENT))
            for k in range(3):
                off = derivative(there, k) - derivative(gone, k)
                assert (np.abs(midpoint(off)) <= radius(off)).all(), k


class TestJumps:
    """What does not fade is there at once: the size of the jump, relative to the largest element."""

    @pytest.mark.parametrize(
        ("options", "least", "most"),
        [
            ({}, 1e-4, 1e-2),
            ({"attn_dotr": False}, 1e-4, 1e-2),
            (STRIP, 1e-4, 1e-2),
            ({"mean": True, "attn_layer": 0}, 1e-4, 1e-2),
            ({"mean": True, "attn_layer": 0} | STRIP, 1e-4, 1e-2),
            ({"mean": True} | SMOOTH, 1e-4, 1e-2),
        ],
        ids=["attention", "no gate", "strip", "mean", "mean, strip", "mean, smooth attention"],
    )
    def test_are_where_the_definition_has_them(self, options, least, most):
        jump, error, size = leaving(make(**options))
        assert error.max() < 1e-24
        assert least < jump.max() / size < most

    @pytest.mark.parametrize("options", [{}, STRIP], ids=["concat", "strip"])
    def test_plain_attention_is_smooth_where_the_switch_begins(self, options):
        # Slots in which nothing differs would tie in the softmax: here none is empty.
        for jump, error in jumps(make(sel=4, **options), START, 2, FULL):
            assert (jump <= error).all()

    def test_an_excluded_neighbor_that_leaves_jumps_with_a_mean_and_only_then(self):
        for mean in (False, True):
            jump, _, size = leaving(make("se_atten_v2", mean=mean, exclude_types=[[0, 1]]))
            assert (jump.max() > 1e-3 * size) if mean else (jump.max() == 0.0)


def smoothstep(r, rcut_smth, rcut):
    """The cubic: continuous with its slope, but not with its curvature."""
    u = (array_namespace(r).clip(r, rcut_smth, rcut) - rcut_smth) / (rcut - rcut_smth)
    return u * u * (u * 2.0 - 3.0) + 1.0


@pytest.mark.parametrize("r", [START, RCUT], ids=["rcut_smth", "rcut"])
def test_a_switch_with_one_derivative_is_caught(r, monkeypatch):
    from refdp.descriptors import rows

    monkeypatch.setattr(rows, "switch", smoothstep)
    *fine, second = jumps(make("se_atten_v2"), r, 2)
    assert all((jump <= error).all() for jump, error in fine)
    assert (second[0] > 1e6 * second[1]).any()
