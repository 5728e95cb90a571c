from __future__ import annotations

from contextlib import nullcontext
from unittest.mock import patch

import numpy as np

from parity.case import Case, build
from parity.mutants.mutant import Mutant
from refdp.descriptors import rows

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}
INPUTS = build(Case(name="x", family="se_e2_r", system="pair", config=CONFIG))


class TestPlanted:
    def test_is_in_force_while_a_case_is_evaluated_and_no_longer(self):
        harmless = Mutant.planted("none", "nothing", "", nullcontext).start()
        no_switch = Mutant.planted(
            "flat", "no switch", "w", lambda: patch.object(rows, "switch", lambda r, *_: np.ones_like(r))
        )
        before = harmless(INPUTS)["descriptor"]
        assert not np.array_equal(no_switch.start()(INPUTS)["descriptor"], before)
        assert np.array_equal(harmless(INPUTS)["descriptor"], before)
        assert (no_switch.name, no_switch.step, no_switch.traceable) == ("mutant-flat", "w", True)
