from __future__ import annotations

import numpy as np
import pytest

from parity.models.truth import budget_of
from tests.helpers import assert_within
from tests.parity.models.few import inputs_of, outputs_of, truth

pytest.importorskip("flint")


class TestTruthOf:
    @pytest.mark.parametrize("name", ["free", "property"])
    def test_is_what_refdp_gives_but_exact(self, name):
        found, exact = outputs_of(name), truth(name)
        assert list(exact) == list(found)
        for output, value in found.items():
            head, radius = exact[output]["head"], exact[output]["radius"]
            assert_within(value, head, exact[output]["budget"])
            assert np.all(radius <= 1e-20)
            assert np.any(value != head) or np.any(exact[output]["tail"] != 0.0)


class TestBudgetOf:
    def test_virials_may_be_formed_of_positions(self):
        from refdp.certified_models import model_budget
        from refdp.io.serialized import deserialize
        from refdp.system import System

        inputs = inputs_of("free")
        plain = model_budget(deserialize(inputs.data), System(inputs.coords, inputs.atype))
        allowed = budget_of(inputs)
        assert_within(allowed["forces"], plain.forces, np.zeros_like(plain.forces))
        reach = np.abs(inputs.coords).max()
        lever = 2.0 * reach * plain.forces[..., None] * np.ones(3)
        assert_within(allowed["atom_virial"], plain.atom_virial + lever, 1e-20 * np.ones_like(lever))
