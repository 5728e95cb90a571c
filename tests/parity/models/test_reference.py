from __future__ import annotations

import msgspec
import pytest

from parity.backends.registry import find
from parity.models.own import model_of
from parity.models.reference import PLACE, REFERENCE, dictionary_of
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
        assert list(found) == ["", "left-handed-cell"]
        for name, value in outputs_of("left-handed").items():
            assert_same_bits(found[""]["value"][name], value)
            assert found[""]["budget"][name].shape == value.shape
        assert found["left-handed-cell"]["value"]["energy"][0] != found[""]["value"]["energy"][0]
