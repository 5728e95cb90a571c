"""Gradients and second derivatives of se_atten: finite wherever values are, and the proven ones.

The place where they may not be: an empty slot has no direction, and 0/|0| has a derivative that is not a
number even where its weight is zero. DeePMD-kit's PyTorch part has a Hessian of NaN there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdp.namespaces import map_arrays
from refdp.neighbors.environment import environment
from tests.attention_cases import se_atten
from tests.helpers import assert_within

SMOOTH, STRIP = {"smooth_type_embedding": True}, {"tebd_input_mode": "strip"}
VARIANTS = {
    "concat": {},
    "smooth concat": SMOOTH,
    "smooth strip": SMOOTH | STRIP,
    "not normalized": {"normalize": False},
    "degree 4": {"lmax": 4},
    "exclusion": {"exclude_types": [[0, 0]]},
    "TensorFlow": SMOOTH | {"smooth_form": "tensorflow", "exclude_types": [[0, 0]]},
}
# Atom 3 is alone; atoms 4 and 5 are virtual, at the places of atoms 0 and 1; atom 6 is beyond the cutoff.
COORD = np.array(
    [
        [0.0, 0, 0],
        [1.0, 0.5, 0.25],
        [-0.5, 1.25, 0.75],
        [30.0, 0, 0],
        [0.0, 0, 0],
        [1.0, 0.5, 0.25],
        [5.0, 0.25, 0],
    ]
)[None]
TYPES = np.array([[0, 1, 0, 1, -1, -1, 1]])
EMPTY = [-1] * 7
NLIST = np.array(
    [[[-1, 1, 4, -1, 2, 6, -1], [0, 5, 2, -1, -1, -1, -1], [1, 0, -1, -1, 4, -1, -1], EMPTY, EMPTY, EMPTY]]
)
# A full list, without the ties of empty slots that a softmax on series cannot decide.
CLUSTER = np.concatenate([COORD[:, :3], np.array([[[1.5, -1.0, 0.5], [-1.25, -0.5, 0.375]]])], axis=1)
FULL = np.array([[[j for j in range(5) if j != i] for i in range(5)]])
FULL_TYPES = np.array([[0, 1, 0, 1, 1]])
RNG = np.random.default_rng(2)


def without_mean(d, mean):
    return d if mean else replace(d, davg=d.davg * 0.0)


def weighted(d, types, nlist, array):
    """Return a function of coordinates: a sum of all elements of the descriptor, each with a weight."""
    moved = map_arrays(d, array)
    weights = array(np.random.default_rng(3).normal(size=(*nlist.shape[:2], d.dim_out)))
    types, nlist = array(types), array(nlist)
    return lambda coord: moved.describe(environment(coord, types, nlist)).descriptor * weights


@pytest.mark.parametrize("mean", [False, True], ids=["", "with a mean"])
@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
class TestFinite:
    def test_gradient_and_hessian(self, options, mean):
        torch = pytest.importorskip("torch")
        d = without_mean(se_atten(**options), mean)
        function = weighted(d, TYPES, NLIST, torch.asarray)
        x = torch.asarray(COORD).requires_grad_()
        gradient = torch.autograd.grad(function(x).sum(), x)[0].numpy()[0]
        hessian = torch.autograd.functional.hessian(lambda y: function(y).sum(), x).numpy()[0, :, :, 0]
        assert np.isfinite(gradient).all()
        assert np.isfinite(hessian).all()
        # Only the first three atoms see each other; nothing else has a force, or a share in one.
        assert (np.abs(gradient[:3]).max(axis=1) > 1e-4).all()
        np.testing.assert_array_equal(gradient[3:], 0.0)
        np.testing.assert_array_equal(hessian[3:], 0.0)
        assert np.abs(hessian[:3, :, :3]).max() > 1e-3
        flat = hessian.reshape(21, 21)
        assert_within(flat, flat.T, 1e-12 * np.abs(flat).max())
        # Translations move all atoms alike.
        assert_within(gradient.sum(axis=0), np.zeros(3), 1e-13 * np.abs(gradient).max())


def test_gradient_in_jax_as_in_torch():
    pytest.importorskip("torch")
    from tests.libraries import Library

    d = se_atten(attn_layer=1, **SMOOTH)
    one, other = (
        library.gradient(weighted(d, TYPES, NLIST, library.array), COORD)
        for library in (Library.JAX, Library.TORCH)
    )
    assert_within(one, other, 1e-13 * np.abs(other).max())


@pytest.mark.parametrize(
    "options", [{}, SMOOTH, SMOOTH | STRIP | {"lmax": 3}, {"attn_layer": 0} | STRIP], ids=str
)
def test_both_are_the_proven_ones_along_a_line(options):
    torch = pytest.importorskip("torch")
    pytest.importorskip("flint")
    from refdp.namespaces.balls import deviation, radius
    from refdp.namespaces.series import derivative, to_series

    d = se_atten(sel=4, **options)
    along = RNG.integers(-8, 9, CLUSTER.shape) / 8.0
    line = to_series(CLUSTER, along)
    moved = map_arrays(d, to_series)
    exact = moved.describe(environment(line, FULL_TYPES, FULL)).descriptor
    weights = np.random.default_rng(3).normal(size=(1, 5, d.dim_out))
    total = (exact * to_series(weights)).__array_namespace__().sum(exact * to_series(weights))
    function = weighted(d, FULL_TYPES, FULL, torch.asarray)

    def at(t):
        return function(torch.asarray(CLUSTER) + t * torch.asarray(along)).sum()

    t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    slope = torch.autograd.grad(at(t), t, create_graph=True)[0]
    bend = torch.autograd.grad(slope, t)[0]
    for k, found in ((1, slope), (2, bend)):
        proven = derivative(total, k)
        size = abs(float(found.detach()))
        assert float(radius(proven)) < 1e-20
        assert size > 1e-3
        assert float(deviation(proven, found.detach().numpy())) < 1e-12 * max(size, 1.0)
