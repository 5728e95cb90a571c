"""Species by name, and type numbers that nobody knows."""

from __future__ import annotations

import numpy as np
import pytest

import refdp
from refdp.description import describe
from refdp.errors import InputError
from refdp.species import match_types
from tests.helpers import assert_same_bits, descriptor


class TestMatchTypes:
    D = descriptor(type_map=["O", "H"])

    def test_by_name(self):
        s = refdp.System(np.eye(4, 3), [0, 1, -1, 0], type_map=["H", "O"])
        matched = match_types(self.D, s)
        assert matched.atype.tolist() == [[1, 0, -1, 1]]
        assert matched.type_map == ("O", "H")

    def test_describe_sees_names(self):
        s = refdp.System(np.eye(3), [0, 1, 1], type_map=["O", "H"])
        swapped = refdp.System(np.eye(3), [1, 0, 0], type_map=["H", "O"])
        numbers = refdp.System(np.eye(3), [1, 0, 0])
        assert_same_bits(describe(self.D, s), describe(self.D, swapped))
        assert not np.array_equal(describe(self.D, s), describe(self.D, numbers))

    def test_species_that_no_atom_has_do_not_matter(self):
        s = refdp.System(np.eye(2, 3), [2, 0], type_map=["H", "He", "O"])
        assert match_types(self.D, s).atype.tolist() == [[0, 1]]

    def test_an_unknown_species_is_named(self):
        s = refdp.System(np.eye(2, 3), [0, 1], type_map=["H", "He"])
        with pytest.raises(InputError, match=r"`type_map`: expected species .*O, H, got \['He'\]"):
            match_types(self.D, s)

    @pytest.mark.parametrize("d", [descriptor(), descriptor(type_map=["O", "H"])], ids=["no names", "names"])
    def test_a_type_number_too_large(self, d):
        with pytest.raises(InputError, match=r"`types`: expected types below 2, .*got 2"):
            match_types(d, refdp.System(np.eye(2, 3), [0, 2]))

    @pytest.mark.parametrize("d", [descriptor(), descriptor(type_map=["O", "H"])], ids=["no names", "names"])
    def test_masked_atoms_may_have_any_type(self, d):
        s = refdp.System(np.eye(2, 3), [0, 7], mask=[1, 0])
        assert match_types(d, s).atype.tolist() == [[0, -1]]
        assert describe(d, s).shape == (1, 2, d.dim_out)
