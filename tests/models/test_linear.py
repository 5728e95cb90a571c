"""A weighted sum of models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdp.errors import InputError
from tests.helpers import assert_within
from tests.model_cases import atomic, atoms, linear, model, write_table


@pytest.fixture
def made(tmp_path):
    return model(linear(write_table(tmp_path)))


class TestLinearModel:
    @pytest.mark.parametrize(
        ("weights", "numbers"), [("mean", (0.5, 0.5)), ("sum", (1.0, 1.0)), ((0.25, -2.0), (0.25, -2.0))]
    )
    def test_weights(self, made, weights, numbers):
        whole, system = replace(made, weights=weights), atoms(6)
        assert whole.numbers == numbers
        parts = [atomic(member, system) for member in made.models]
        bias = np.where(system.atype < 0, 0.0, made.out_bias[0, :, 0][system.atype])
        expected = numbers[0] * parts[0] + numbers[1] * parts[1] + bias
        assert_within(atomic(whole, system), expected, 1e-12)

    def test_the_bias_of_a_member_counts_with_its_weight(self, made):
        system, heavy = atoms(6), replace(made, weights=(3.0, 1.0))
        member = replace(made.models[0], out_bias=made.models[0].out_bias + 2.0)
        found = atomic(replace(heavy, models=(member, made.models[1])), system)
        assert_within(found - atomic(heavy, system), np.where(system.atype < 0, 0.0, 6.0), 1e-12)

    @pytest.mark.parametrize("weights", ["both", (1.0,), (1.0, 2.0, 3.0)], ids=str)
    def test_mistakes(self, made, weights):
        with pytest.raises(InputError, match="`weights`: expected `mean`, `sum` or 2 numbers"):
            replace(made, weights=weights)
