"""The libraries at hand stay within what the error model grants them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from refdp.namespaces.formats import FLOAT32, FLOAT64
from refdp.namespaces.libm import ROUNDINGS
from tests.libraries import Library
from tests.namespaces.oracles import FUNCTIONS, function

RNG = np.random.default_rng(11)
WIDE = np.concatenate(
    [
        RNG.normal(size=400),
        RNG.uniform(-15, 15, 400),
        RNG.choice([-1, 1], 400) * 10 ** RNG.uniform(-9, 1, 400),
    ]
)
DOMAIN = {"log": abs(WIDE), "sqrt": abs(WIDE), "log1p": abs(WIDE)}


@pytest.mark.parametrize("chosen", [Library.NUMPY, Library.TORCH, Library.JAX], ids=str)
@pytest.mark.parametrize("target", [FLOAT32, FLOAT64], ids=str)
class TestRoundings:
    @pytest.mark.parametrize("name", sorted(FUNCTIONS))
    def test_functions(self, chosen, target, name):
        x = DOMAIN.get(name, WIDE).astype(target.name)
        values = chosen.numpy(getattr(chosen.namespace, name)(chosen.array(x)))
        assert values.dtype == target.name
        for argument, value in zip(x.tolist(), values.tolist(), strict=True):
            truth = function(name, argument)
            granted = ROUNDINGS[name] * Fraction(target.unit_roundoff) * abs(truth)
            assert abs(Fraction(value) - truth) <= granted, f"{name}({argument!r}) is {value!r}"

    def test_division_and_sums(self, chosen, target):
        x, y = WIDE[:600].astype(target.name), WIDE[600:].astype(target.name)
        quotients = chosen.numpy(chosen.array(x) / chosen.array(y)).tolist()
        products = chosen.numpy(chosen.array(x) * chosen.array(y)).tolist()
        u = Fraction(target.unit_roundoff)
        for a, b, quotient, product in zip(x.tolist(), y.tolist(), quotients, products, strict=True):
            ratio = Fraction(a) / Fraction(b)
            assert abs(Fraction(quotient) - ratio) <= ROUNDINGS["divide"] * u * abs(ratio)
            assert abs(Fraction(product) - Fraction(a) * Fraction(b)) <= u * abs(Fraction(product))
