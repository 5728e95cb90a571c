"""Functions that are recorded: what a rule is told, and what becomes of the gradient that it returns."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.derivatives import pullback
from refdp.namespaces import array_namespace
from refdp.namespaces.tape_record import Back, Leaf, recorded
from tests.gradients import C, X


def derivative(function, g):
    y, back = pullback(function, X)
    return y, back(g)


class TestRecorded:
    def test_a_rule_is_told_everything(self):
        seen = []

        def rule(b):
            seen.append(b)
            return b.g * b.options["factor"]

        scaled = recorded(lambda xp, x, *, factor: xp.multiply(x, factor), rule)
        y, found = derivative(lambda x: scaled(x, factor=3.0), C + 0.0 * X)
        np.testing.assert_array_equal(y, 3.0 * X)
        np.testing.assert_array_equal(found, 3.0 * C + 0.0 * X)
        (told,) = seen
        assert isinstance(told, Back)
        assert told.xp is array_namespace(X)
        assert told.x is X
        np.testing.assert_array_equal(told.y, y)
        assert told.options == {"factor": 3.0}

    def test_only_arrays_on_the_tape_get_a_gradient(self):
        product = recorded("multiply", lambda b: b.g * b.z, lambda b: pytest.fail("not on the tape"))
        _, found = derivative(lambda x: product(x, C), np.ones(X.shape))
        np.testing.assert_array_equal(found, np.broadcast_to(C, X.shape))

    def test_one_rule_for_all(self):
        total = recorded(lambda xp, *arrays: sum(arrays), each=lambda b, number: b.g * float(number))
        _, found = derivative(lambda x: total(x, x, C, x), np.ones(X.shape))
        np.testing.assert_array_equal(found, np.full(X.shape, 0.0 + 1.0 + 3.0))

    def test_gradients_of_what_was_broadcast_are_summed(self):
        add = recorded("add", lambda b: b.g, lambda b: b.g)
        g = np.arange(12.0).reshape(2, 2, 3)
        _, found = derivative(lambda x: add(x, np.zeros((2, 1, 1))), g)
        np.testing.assert_array_equal(found, g.sum(axis=0))
        _, found = derivative(lambda x: add(x[:1, :1], np.zeros((2, 2, 3))), g)
        np.testing.assert_array_equal(found, [[66.0, 0.0, 0.0], [0.0, 0.0, 0.0]])


class TestLeaf:
    def test_holds_any_array(self):
        made = Leaf(array_namespace(X), X)
        assert (made.xp, made.array) == (array_namespace(X), X)
