"""Table files: splines through their columns, and how they go on to the cutoff."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.io.table_file import read_table, table_of_rows
from tests.helpers import assert_within

R = 0.5 + 0.25 * np.arange(5)
ROWS = np.column_stack([R, np.exp(-R)])


def value(table, r, pair=0):
    u = (r - table.rmin) / table.hh
    k = min(int(u), table.pieces - 1)
    a3, a2, a1, a0 = table.coefficients[pair, k]
    x = u - k
    return ((a3 * x + a2) * x + a1) * x + a0


class TestTableOfRows:
    def test_through_every_point_and_flat_at_the_ends(self):
        rng = np.random.default_rng(0)
        rows = np.column_stack([R, rng.normal(size=(5, 3))])
        table = table_of_rows(rows, 1.5)
        for k, (a, b) in enumerate([(0, 0), (0, 1), (1, 1)]):
            for pair in (2 * a + b, 2 * b + a):
                found = [value(table, r, pair) for r in R]
                assert_within(found, rows[:, k + 1], 1e-13)
                first, last = table.coefficients[pair, 0], table.coefficients[pair, -1]
                assert abs(first[2]) < 1e-14
                assert abs(3 * last[0] + 2 * last[1] + last[2]) < 1e-13

    def test_two_continuous_derivatives(self):
        rows = np.column_stack([R, np.random.default_rng(1).normal(size=5)])
        a = table_of_rows(rows, 1.5).coefficients[0]
        left = np.stack([3 * a[:, 0] + 2 * a[:, 1] + a[:, 2], 6 * a[:, 0] + 2 * a[:, 1]])[:, :-1]
        right = np.stack([a[:, 2], 2 * a[:, 1]])[:, 1:]
        assert_within(left, right, 1e-12)

    @pytest.mark.parametrize("rcut", [1.2, 1.49, 1.5])
    def test_nothing_is_appended_within_the_table(self, rcut):
        table = table_of_rows(ROWS, rcut)
        assert (table.pieces, table.rcut, table.rmax) == (4, rcut, 1.5)
        np.testing.assert_array_equal(table.rows, ROWS)

    @pytest.mark.parametrize(("rcut", "appended"), [(1.51, 1), (1.75, 1), (2.01, 2), (2.4, 3), (3.0, 5)])
    def test_one_cubic_down_to_zero(self, rcut, appended):
        """Its last point is dropped where there are several, and its slope is not divided by the step."""
        table = table_of_rows(ROWS, rcut)
        tail = table.rows[5:]
        assert len(tail) == appended
        assert_within(tail[:, 0], 1.5 + 0.25 * np.arange(1, appended + 1), 1e-14)
        length, y, slope = 0.25 * appended, ROWS[-1, 1], ROWS[-1, 1] - ROWS[-2, 1]
        x = (tail[:, 0] - 1.5) / length
        hermite = y * (2 * x**3 - 3 * x**2 + 1) + slope * length * (x**3 - 2 * x**2 + x)
        assert_within(tail[:, 1], hermite, 1e-15)
        assert abs(tail[-1, 1]) < 1e-15

    @pytest.mark.parametrize(("rcut", "appended"), [(1.51, 1), (2.01, 3), (2.4, 4)])
    def test_zeros_after_zeros(self, rcut, appended):
        rows = ROWS.copy()
        rows[-1, 1] = 0.0
        table = table_of_rows(rows, rcut)
        assert table.rows.shape == (5 + appended, 2)
        np.testing.assert_array_equal(table.rows[5:, 1], 0.0)

    @pytest.mark.parametrize("case", range(40))
    def test_the_same_as_in_deepmd(self, case, tmp_path):
        pair_tab = pytest.importorskip("deepmd.utils.pair_tab")
        rng = np.random.default_rng(case)
        n, ntypes, h = int(rng.integers(2, 20)), int(rng.integers(1, 4)), rng.uniform(0.01, 0.3)
        r = rng.uniform(0.0, 1.0) + h * np.arange(n)
        rows = np.column_stack([r, rng.normal(size=(n, ntypes * (ntypes + 1) // 2))])
        rows[-1, 1:] *= case % 3 > 0
        path, rcut = tmp_path / "table.txt", r[-1] + h * rng.choice([-0.5, 0.0, 0.3, 2.3, 2.7, 5.5])
        np.savetxt(path, rows, fmt="%.17g")
        its, mine = pair_tab.PairTab(str(path), rcut=rcut), read_table(path, rcut)
        assert_within(mine.rows, its.vdata, 1e-14 * np.abs(its.vdata).max())
        data = its.serialize()["@variables"]["tab_data"]
        assert_within(mine.coefficients.reshape(-1), data, 1e-13 * np.abs(data).max())
        assert (mine.rmin, mine.rmax, mine.hh) == (its.rmin, its.rmax, its.hh)

    @pytest.mark.parametrize("case", [59, 143])
    def test_its_rounding_decides_where_two_points_are_appended(self, case, tmp_path):
        """Between one step and two beyond the table it keeps now one point, now both."""
        pair_tab = pytest.importorskip("deepmd.utils.pair_tab")
        kept = set()
        for k in range(40):
            rng = np.random.default_rng([case, k])
            h = rng.uniform(0.01, 0.3)
            r = rng.uniform(0.0, 1.0) + h * np.arange(9)
            path = tmp_path / "table.txt"
            np.savetxt(path, np.column_stack([r, rng.normal(size=9)]), fmt="%.17g")
            kept.add(len(pair_tab.PairTab(str(path), rcut=r[-1] + 1.5 * h).vdata) - 9)
            assert len(read_table(path, r[-1] + 1.5 * h).rows) == 10
        assert kept == {1, 2}


class TestReadTable:
    def test_a_file(self, tmp_path):
        path = tmp_path / "table.txt"
        path.write_text("# distance, energy\n0.5 1.0\n0.75 0.5\n1.0 0.25\n")
        table = read_table(path, 1.0)
        np.testing.assert_array_equal(table.rows, [[0.5, 1.0], [0.75, 0.5], [1.0, 0.25]])
        assert (table.ntypes, table.pieces) == (1, 2)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("0.5 a\n0.75 1.0\n", "a text file of numbers in columns"),
            ("0.5 1.0\n", "2 to 1048576 rows of finite numbers"),
            ("0.5 1.0\n0.75 nan\n", "rows of finite numbers"),
            ("0.5\n0.75\n", "a column of distances, then"),
            ("0.5 1 2\n0.75 1 2\n", r"ntypes \(ntypes \+ 1\) / 2 of energies, got '3 columns'"),
            ("0.5 1\n0.75 2\n1.1 3\n", "distances that grow in equal steps"),
            ("0.75 1\n0.5 2\n", "distances that grow in equal steps"),
        ],
    )
    def test_mistakes(self, text, message, tmp_path):
        path = tmp_path / "table.txt"
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read_table(path, 1.0)

    def test_no_file(self, tmp_path):
        with pytest.raises(InputError, match="`tab_file`: expected a text file"):
            read_table(tmp_path / "none.txt", 1.0)

    def test_a_cutoff_far_beyond(self):
        with pytest.raises(InputError, match="`rcut`: expected at most"):
            table_of_rows(ROWS, 1e9)
