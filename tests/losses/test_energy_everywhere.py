"""The energy loss and its gradients in every library, on the tape and on balls."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.losses import Prediction
from tests.helpers import assert_within
from tests.losses.cases import ALL_TERMS, MASKS, case, energy_loss

FORMS = {
    "mse": ALL_TERMS,
    "mae": ALL_TERMS | {"loss_func": "mae"},
    "norm": {"loss_func": "mae", "f_use_norm": True},
    "huber": {"use_huber": True, "huber_delta": 0.7},
    "relative": ALL_TERMS | {"relative_f": 0.5},
}


def numerical(loss, prediction, label, mask, h=1e-5):
    """Central differences by the forces; zero where an error is zero, where sizes have a corner."""
    found = np.zeros_like(prediction.forces)
    for place in np.ndindex(found.shape):
        both = []
        for sign in (1.0, -1.0):
            moved = prediction.forces.copy()
            moved[place] += sign * h
            both.append(loss(prediction._replace(forces=moved), label, 3e-4, 1e-3, mask))
        found[place] = (both[0] - both[1]) / (2 * h)
    return found


class TestCall:
    @pytest.mark.parametrize("form", ["mse", "mae", "norm", "huber", "relative"])
    def test_libraries(self, library, form):
        prediction, label = case()
        section, mask = FORMS[form], MASKS["unequal"]
        loss = energy_loss(**section)
        moved = [type(x)(*(None if a is None else library.array(a) for a in x)) for x in (prediction, label)]
        found = library.compiled(lambda p, q, m: loss(p, q, 3e-4, 1e-3, m))(*moved, library.array(mask))
        expected = loss(prediction, label, 3e-4, 1e-3, mask)
        assert_within(library.numpy(found), expected, 4e-15 * expected)
        assert library.numpy(found).shape == ()

    @pytest.mark.parametrize("form", ["mse", "mae", "norm", "huber", "relative"])
    def test_balls(self, form):
        pytest.importorskip("flint")
        from refdp.namespaces.balls import BallNamespace

        xp, (prediction, label), mask = BallNamespace(113), case(), MASKS["unequal"]
        loss = energy_loss(**FORMS[form])
        balls = [type(x)(*map(xp.asarray, x)) for x in (prediction, label)]
        found = loss(*balls, 3e-4, 1e-3, mask)
        expected = loss(prediction, label, 3e-4, 1e-3, mask)
        assert_within(xp.midpoint(found), expected, 4e-15 * expected)

    @pytest.mark.parametrize("form", ["mse", "mae", "norm", "huber", "relative"])
    @pytest.mark.parametrize("mask", MASKS)
    def test_gradients(self, differentiable, form, mask):
        # A force error is zero, a label too, a frame may be empty: the gradient is finite all the same.
        prediction, label = case()
        loss, chosen = energy_loss(**FORMS[form]), MASKS[mask]
        named = type(label)(*(None if a is None else differentiable.array(a) for a in label))
        others = {k: differentiable.array(v) for k, v in prediction._asdict().items()}
        on = None if chosen is None else differentiable.array(chosen)

        def of_forces(x):
            return loss(Prediction(**(others | {"forces": x})), named, 3e-4, 1e-3, on)

        found = differentiable.gradient(of_forces, prediction.forces)
        assert_within(found, numerical(loss, prediction, label, chosen), 2e-7 * np.abs(found).max())
        assert np.all(found[0, 0] == 0.0) or form in ("mse", "relative", "mae")

    @pytest.mark.parametrize("form", ["mse", "mae", "norm", "huber", "relative"])
    def test_gradients_on_the_tape(self, form):
        pytest.importorskip("autograd")
        from refdp.derivatives import pullback

        prediction, label = case()
        loss, mask = energy_loss(**FORMS[form]), MASKS["unequal"]
        value, back = pullback(
            lambda x: loss(prediction._replace(forces=x), label, 3e-4, 1e-3, mask), prediction.forces
        )
        found = back(np.ones(()))
        assert_within(value, loss(prediction, label, 3e-4, 1e-3, mask), 0.0)
        assert_within(found, numerical(loss, prediction, label, mask), 2e-7 * np.abs(found).max())
