"""Tests of refdp.neighbors.automatic: places where nobody has a cutoff (slots: with `from_config`)."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.neighbors.automatic import automatic_places, automatic_sel
from refdp.system import System

ONE = System(np.zeros((2, 4, 3)), [[0, 1, 1, 1], [0, 0, 1, -1]], mask=[[1, 1, 1, 0], [1, 0, 1, 1]])
OTHER = System(np.zeros((2, 3)), [2, 0], type_map=["A", "B", "C"])


class TestAutomaticPlaces:
    @pytest.mark.parametrize(
        ("sel", "places"), [("auto", (2, 3, 1)), ("auto:1", (2, 3, 1)), ("auto:1.5", (3, 4, 1))]
    )
    def test_the_most_of_any_frame_with_those_masked(self, sel, places):
        assert automatic_places(sel, [ONE, OTHER]) == places

    def test_a_factor_adds_no_place_by_rounding(self):
        ten = System(np.zeros((10, 3)), [0] * 10)
        assert automatic_places("auto:1.1", [ten]) == (11,)

    def test_species_are_matched_by_name(self):
        assert automatic_places("auto", [OTHER], ["C", "D", "A"]) == (1, 0, 1)

    def test_a_species_without_a_name(self):
        with pytest.raises(InputError, match="`type_map`: expected species among A"):
            automatic_places("auto", [OTHER], ["A"])

    def test_no_data(self):
        with pytest.raises(InputError, match="`systems`: expected at least one"):
            automatic_places("auto", [])


class TestAutomaticSel:
    def test_nobody_in_sight(self):
        far = System([[0.0, 0.0, 0.0], [9.0, 0.0, 0.0]], [0, 1])
        with pytest.raises(
            InputError, match=r"`sel`: expected data with neighbours within 3\.0 angstrom .*got 'auto'"
        ):
            automatic_sel("auto", [far], 3.0)
