from __future__ import annotations

import numpy as np
import pytest

from parity.case import Case, build
from parity.mutants import misbehaving

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}
INPUTS = build(Case(name="x", family="se_e2_r", system="pair", config=CONFIG))


def _out(backend):
    return backend.start()(INPUTS)


class TestThoseThatAnswer:
    def test_one_thing_is_wrong(self, capfd):
        right = _out(misbehaving.NOISY)
        assert capfd.readouterr().out.count("nothing at all") == 2
        assert np.isnan(_out(misbehaving.NAN)["descriptor"]).sum() == 4
        assert _out(misbehaving.SHAPE)["sw"].shape == right["sw"].shape[:-1]
        assert _out(misbehaving.DTYPE)["sw"].dtype == np.float32
        assert _out(misbehaving.MISSING)["sw"] is None
        assert all(
            np.array_equal(_out(b)["descriptor"], right["descriptor"])
            for b in (misbehaving.SHAPE, misbehaving.DTYPE)
        )

    def test_exceptions(self):
        with pytest.raises(ArithmeticError):
            _out(misbehaving.RAISE)
        with pytest.raises(NotImplementedError):
            _out(misbehaving.REFUSE)

    def test_absent(self):
        assert misbehaving.ABSENT.missing() == "not installed: a_module_that_nobody_has"
