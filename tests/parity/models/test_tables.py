from __future__ import annotations

import numpy as np
import pytest

from parity.models.tables import FIRST, STEP, pair_table
from tests.helpers import assert_within


@pytest.fixture(scope="module")
def table():
    return pair_table(3.1, 12, ["O", "H", "C"], np.random.default_rng(3))["tab"]


class TestPairTable:
    def test_reaches_the_cutoff_where_energies_end(self, table):
        vdata = table["@variables"]["vdata"]
        assert vdata.shape == (table["nspline"] + 1, 7)
        assert vdata[-1, 0] >= 3.1 > vdata[-2, 0]
        assert_within(vdata[-1, 1:], np.zeros(6), 1e-15)
        assert np.all(vdata[0, 1:] > 0.01)

    def test_splines_meet_the_energies_and_one_another(self, table):
        vdata = table["@variables"]["vdata"]
        coefficients = table["@variables"]["tab_data"].reshape(3, 3, -1, 4)
        for (a, b), column in {(0, 0): 1, (0, 1): 2, (1, 2): 5, (2, 1): 5}.items():
            a3, a2, a1, a0 = coefficients[a, b].T
            assert_within(a0, vdata[:-1, column], 1e-14)
            assert_within(a3 + a2 + a1 + a0, vdata[1:, column], 1e-13)
            assert_within((3 * a3 + 2 * a2 + a1)[:-1], a1[1:], 1e-13)

    def test_deepmd_makes_the_same_splines(self, table, tmp_path):
        pytest.importorskip("deepmd")
        from deepmd.utils.pair_tab import PairTab

        np.savetxt(tmp_path / "table", table["@variables"]["vdata"], fmt="%.17g")
        info, data = PairTab(tmp_path / "table", rcut=3.1).get()
        assert info[:2] == pytest.approx([FIRST, STEP])
        ours = table["@variables"]["tab_data"]
        assert_within(np.ravel(data)[: ours.size], ours, 1e-10)
