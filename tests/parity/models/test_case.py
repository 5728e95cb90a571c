from __future__ import annotations

import pytest

from parity.models.case import FAMILY, ModelCase


class TestModelCase:
    @pytest.mark.parametrize(
        ("config", "precision"),
        [
            ({"descriptor": {}, "fitting_net": {}}, "float64"),
            ({"descriptor": {"precision": "float32"}}, "float32"),
            ({"models": [{"descriptor": {}}, {"fitting_net": {"precision": "float32"}}]}, "float32"),
        ],
    )
    def test_precision_is_that_of_the_coarsest_part(self, config, precision):
        case = ModelCase(name="x", system="cluster", config=config)
        assert (case.precision, case.family) == (precision, FAMILY)

    def test_what_is_set_is_under_test(self):
        config = {"descriptor": {"rcut": 3.0}, "fitting_net": {"type": "dos"}, "pair_exclude_types": []}
        case = ModelCase(name="x", system="cluster", config=config)
        assert case.under_test == ("pair_exclude_types", "fitting_net.type")
