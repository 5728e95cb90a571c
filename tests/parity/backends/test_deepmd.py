from __future__ import annotations

from collections import OrderedDict

import pytest

from parity.backends.deepmd import descriptor_class
from parity.case import Case, build

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}


class TestDescriptorClass:
    def test_by_the_name_that_is_written(self):
        inputs = build(Case(name="x", family="se_e2_r", system="pair", config=CONFIG))
        assert descriptor_class(inputs, {"se_r": ("collections", "OrderedDict")}) is OrderedDict
        with pytest.raises(NotImplementedError, match="has no se_r"):
            descriptor_class(inputs, {"se_e2_a": ("collections", "OrderedDict")})
