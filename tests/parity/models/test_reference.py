from __future__ import annotations

import msgspec
import numpy as np
import pytest

from parity.backends.registry import find
from parity.models.own import model_of
from parity.models.reference import PLACE, REFERENCE, dictionary_of
from refdp.errors import SelOverflowWarning, UndecidedError
from tests.helpers import assert_same_bits
from tests.parity.models.few import inputs_of, outputs_of


@pytest.fixture
def stored(tmp_path):
    """The case of a left-handed cell, its model in a file."""
    import refdp

    inputs = inputs_of("left-handed")
    refdp.save(tmp_path / "model.dp", model_of(inputs))
    return msgspec.structs.replace(inputs, data=None, file=str(tmp_path / "model.dp"))


class TestDictionaryOf:
    def test_is_the_model_in_the_file(self, stored):
        assert dictionary_of(stored)["descriptor"]["rcut"] == 2.6


class TestReference:
    def test_gives_numbers_budgets_and_what_others_are_known_to_give(self, stored):
        assert find(PLACE) is REFERENCE
        found = REFERENCE.start()(stored)
        assert (found["undecided"], found["ties"]) == ("", [])
        found = found["numbers"]
        assert list(found) == ["", "left-handed-cell"]
        for name, value in outputs_of("left-handed").items():
            assert_same_bits(found[""]["value"][name], value)
            assert found[""]["budget"][name].shape == value.shape
        assert found["left-handed-cell"]["value"]["energy"][0] != found[""]["value"]["energy"][0]

    def test_what_rounding_decides_has_no_budget(self, stored, monkeypatch):
        def undecided(inputs):
            raise UndecidedError("two balls overlap")

        monkeypatch.setattr("parity.models.reference.budget_of", undecided)
        found = REFERENCE.start()(stored)
        assert found["undecided"] == "two balls overlap"
        assert np.all(np.isinf(found["numbers"][""]["budget"]["energy"]))
        assert_same_bits(found["numbers"][""]["value"]["energy"], outputs_of("left-handed")["energy"])

    def test_ties_are_found(self, tmp_path):
        import refdp

        inputs = inputs_of("free")
        refdp.save(tmp_path / "model.dp", model_of(inputs))
        lattice = 1.4 * np.stack(np.meshgrid(*[np.arange(4)] * 3), axis=-1).reshape(1, -1, 3)
        crystal = msgspec.structs.replace(
            inputs,
            data=None,
            file=str(tmp_path / "model.dp"),
            coords=lattice,
            atype=np.zeros((1, 64), dtype=int),
        )
        with pytest.warns(SelOverflowWarning):
            (tie,) = REFERENCE.start()(crystal)["ties"]
        assert tie[0] == 0
        assert tie[2] == pytest.approx(1.4 * np.sqrt(2.0))
