from __future__ import annotations

from collections import OrderedDict

import msgspec
import pytest

from parity.backends.deepmd import descriptor_class, list_layout
from parity.case import Case, build
from tests.parity.backends.families import inputs_of

CONFIG = {"rcut": 3.6, "rcut_smth": 0.5, "sel": [2, 2], "neuron": [2]}


class TestDescriptorClass:
    def test_by_the_name_that_is_written(self):
        inputs = build(Case(name="x", family="se_e2_r", system="pair", config=CONFIG))
        assert descriptor_class(inputs, {"se_r": ("collections", "OrderedDict")}) is OrderedDict
        with pytest.raises(NotImplementedError, match="has no se_r"):
            descriptor_class(inputs, {"se_e2_a": ("collections", "OrderedDict")})

    def test_a_form_that_it_does_not_have(self):
        inputs = inputs_of("se_atten")
        assert descriptor_class(inputs, {"dpa1": ("collections", "OrderedDict")}) is OrderedDict
        changed = msgspec.structs.replace(inputs, data=inputs.data | {"smooth_form": "tensorflow"})
        with pytest.raises(NotImplementedError, match="has no smooth_form"):
            descriptor_class(changed, {"dpa1": ("collections", "OrderedDict")})


class TestListLayout:
    def test_of_one_list_for_all_types(self):
        assert list_layout(inputs_of("se_atten")) == (3.1, [8], True)
        assert list_layout(inputs_of("hybrid")) == (3.1, [8], True)
        assert list_layout(inputs_of("se_e3")) == (3.1, [4, 4, 4], False)
