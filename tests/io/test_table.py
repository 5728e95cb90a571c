"""The dictionary of a pair table."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from refdp.errors import SerializationError
from refdp.io.table import read_tab, written_tab
from refdp.io.table_file import table_of_rows
from tests.helpers import differences
from tests.model_cases import ROWS


def data():
    return written_tab(table_of_rows(ROWS, 3.0))


class TestReadTab:
    def test_there_and_back(self):
        assert differences(written_tab(read_tab(data())), data()) == []

    def test_arrays_are_copied(self):
        given = data()
        table = read_tab(given)
        given["@variables"]["tab_data"][:] = 0.0
        assert np.any(table.coefficients)
        written_tab(table)["@variables"]["vdata"][:] = 0.0
        assert np.any(table.rows)

    def test_numbers_of_numpy_are_numbers(self):
        assert read_tab(data() | {"rmin": np.float64(data()["rmin"])}).rmin == data()["rmin"]

    @pytest.mark.parametrize("key", ["rmin", "rmax", "hh", "ntypes", "rcut", "nspline", "@variables"])
    def test_missing(self, key):
        given = data()
        given.pop(key)
        with pytest.raises(SerializationError, match=f"`tab.{key}`: missing"):
            read_tab(given)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"@version": 2}, "`tab.@version`: expected 1 to 1, got 2"),
            ({"foo": 1}, r"`tab`: expected no keys but .*, got \['foo'\]"),
            ({"rmin": 0.1}, r"tab_info`: expected \[rmin, hh, nspline, ntypes\]"),
            ({"hh": "1"}, "`tab.hh`"),
            ({"rcut": float("inf")}, "`rcut`: expected a positive, finite number"),
        ],
    )
    def test_mistakes(self, change, message):
        with pytest.raises(SerializationError, match=message):
            read_tab(data() | change)

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("tab_data", np.zeros(7), r"tab_data`: expected 2 \* 2 \* 69 \* 4 numbers"),
            ("tab_data", np.full(2 * 2 * 69 * 4, np.nan), "expected finite numbers"),
            ("vdata", "text", "vdata"),
        ],
    )
    def test_arrays(self, name, value, message):
        given = copy.deepcopy(data())
        given["@variables"][name] = value
        with pytest.raises(SerializationError, match=message):
            read_tab(given)
