from __future__ import annotations

import numpy as np

from parity.case import build
from parity.mutants.blind import ONE_ATOM, ZERO_WEIGHTS
from refdp.io.serialized import deserialize


class TestOneAtom:
    def test_is_alone(self):
        inputs = build(ONE_ATOM)
        assert inputs.coord_ext.shape == (1, 1, 3)
        assert np.all(inputs.nlist == -1)


class TestZeroWeights:
    def test_the_descriptor_is_zero(self):
        inputs = build(ZERO_WEIGHTS)
        assert not np.any(deserialize(inputs.data).call(*inputs.call).descriptor)
        assert np.any(inputs.nlist >= 0)
