"""Sums of rows by number, for libraries that add repeated indices and for those that do not."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.namespaces import array_namespace
from refdp.namespaces.scatter import scatter, scatter_slice
from tests.libraries import Library

ROWS = np.arange(12.0).reshape(6, 2) + 0.5
INDEX = np.array([3, 0, 3, 1, 3, 0])
SUMS = np.array([[13.0, 15.0], [6.5, 7.5], [0.0, 0.0], [13.5, 16.5], [0.0, 0.0]])


def arrays():
    from refdp.namespaces import balls, budgets

    return {
        "numpy": (np.asarray, np.asarray),
        "strict": (Library.STRICT.array, np.asarray),
        "balls": (balls.to_balls, balls.midpoint),
        "budgets": (budgets.to_budgets, budgets.midpoint),
    }


@pytest.fixture(params=["numpy", "strict", "balls", "budgets"])
def kind(request):
    return arrays()[request.param]


class TestScatter:
    def test_sums(self, kind):
        move, read = kind
        rows = move(ROWS)
        np.testing.assert_array_equal(read(scatter(array_namespace(rows), rows, INDEX, 5)), SUMS)

    def test_the_index_may_be_of_the_library(self):
        rows, index = Library.STRICT.array(ROWS), Library.STRICT.array(INDEX)
        np.testing.assert_array_equal(np.asarray(scatter(array_namespace(rows), rows, index, 5)), SUMS)

    @pytest.mark.parametrize(("count", "width"), [(0, 2), (3, 2), (3, 0), (0, 0)])
    def test_of_nothing(self, kind, count, width):
        move, read = kind
        rows = move(np.zeros((0, width)))
        found = scatter(array_namespace(rows), rows, np.zeros(0, np.int64), count)
        np.testing.assert_array_equal(read(found), np.zeros((count, width)))

    def test_dtype_stays(self):
        for move in (np.asarray, Library.STRICT.array):
            rows = move(ROWS.astype(np.float32))
            found = np.asarray(scatter(array_namespace(rows), rows, INDEX, 5))
            np.testing.assert_array_equal(found, SUMS.astype(np.float32), strict=True)

    def test_the_budget_of_a_sum_is_the_sum_of_the_budgets(self):
        from refdp.namespaces import budgets

        rows = budgets.to_budgets(ROWS) / 3.0
        found = scatter(array_namespace(rows), rows, INDEX, 5)
        assert np.all(budgets.radius(found)[[0, 3]] > 2.0 * budgets.radius(rows)[[1, 0]])
        np.testing.assert_array_equal(budgets.radius(found)[[2, 4]], 0.0)


class TestScatterSlice:
    @pytest.mark.parametrize(
        "key",
        [
            (1, 2),
            (..., 0),
            (slice(None), slice(1, None)),
            (slice(None, None, -1), ...),
            (None, 0, ..., None),
            (slice(2, 2), ...),
            (0, slice(None, None, 2)),
        ],
        ids=str,
    )
    def test_zeros_but_there(self, kind, key):
        move, read = kind
        x = np.zeros((2, 3))
        g = np.arange(6.0).reshape(2, 3)[key] + 1.0
        expected = x.copy()
        expected[key] = g
        found = scatter_slice(array_namespace(move(x)), move(g), move(x), key)
        np.testing.assert_array_equal(read(found), expected)
