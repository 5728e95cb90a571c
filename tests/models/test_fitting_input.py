"""The door of a fitting net: what is missing or has another shape, and the order of the inputs."""

from __future__ import annotations

import numpy as np
import pytest

from refdp.errors import InputError
from refdp.models.base import Conditions
from refdp.models.fitting_input import fitting_input, without_descriptor
from tests.fittings import descriptors, fitting
from tests.helpers import assert_same_bits

WHOLE = fitting(numb_fparam=2, numb_aparam=3, dim_case_embd=2)
D, _, TYPES, GIVEN = descriptors(WHOLE)


class TestFittingInput:
    def test_order(self):
        z = fitting_input(WHOLE, D, GIVEN, None)
        assert z.shape == (2, 6, 12)
        assert_same_bits(z[..., :5], D)
        frames = (GIVEN.fparam - WHOLE.fparam_avg) * WHOLE.fparam_inv_std
        for atom in range(6):
            assert_same_bits(z[:, atom, 5:7], frames)
        assert_same_bits(z[..., 7:10], (GIVEN.aparam - WHOLE.aparam_avg) * WHOLE.aparam_inv_std)
        assert_same_bits(z[1, 3, 10:], WHOLE.case_embd)

    def test_defaults_are_normalized_too(self):
        made = fitting(numb_fparam=2, default_fparam=[0.5, -1])
        z = fitting_input(made, D, Conditions(), None)
        expected = (np.array([0.5, -1.0]) - made.fparam_avg) * made.fparam_inv_std
        assert_same_bits(z[1, 2, 5:], expected)

    def test_what_is_given_wins_over_the_default(self):
        one = fitting(numb_fparam=2, default_fparam=[0.5, -1])
        other = fitting(numb_fparam=2)
        given = Conditions(GIVEN.fparam)
        assert_same_bits(fitting_input(one, D, given, None), fitting_input(other, D, given, None))

    def test_a_mask_is_no_input(self):
        made = fitting(numb_aparam=1, use_aparam_as_mask=True)
        assert_same_bits(fitting_input(made, D, Conditions(None, np.ones((2, 6, 1))), None), D)

    def test_what_is_not_wanted_is_not_looked_at(self):
        assert fitting_input(fitting(), D, Conditions("no array", np.ones(3)), None) is D

    def test_numpy_parameters_join_other_libraries(self, library):
        moved = WHOLE.to(library.namespace, device=library.device)
        z = fitting_input(moved, library.array(D), Conditions(*map(library.array, GIVEN[:2])), None)
        np.testing.assert_array_equal(library.numpy(z), fitting_input(WHOLE, D, GIVEN, None))

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            (
                {"fparam": None},
                r"`fparam`: missing; the fitting net wants 2 number\(s\) of each frame, without default",
            ),
            ({"aparam": None}, r"`aparam`: missing; the fitting net wants 3 number\(s\) of each atom"),
            ({"fparam": np.ones((2, 3))}, r"`fparam`: expected shape \(nf, numb_fparam\) = \(2, 2\)"),
            ({"fparam": np.ones(2)}, r"`fparam`: expected shape"),
            ({"fparam": [[1.0, 2.0]] * 2}, r"`fparam`: expected an array of NumPy"),
            (
                {"aparam": np.ones((2, 5, 3))},
                r"`aparam`: expected shape \(nf, nloc, numb_aparam\) = \(2, 6, 3\)",
            ),
            ({"aparam": np.ones((2, 6))}, r"`aparam`: expected shape"),
        ],
    )
    def test_mistakes(self, changes, message):
        with pytest.raises(InputError, match=message):
            fitting_input(WHOLE, D, GIVEN._replace(**changes), None)

    @pytest.mark.parametrize("shape", [(2, 6, 4), (6, 5), (2, 6, 5, 1)])
    def test_another_descriptor(self, shape):
        with pytest.raises(InputError, match=r"`descriptor`: expected shape \(nf, nloc, dim_descrpt\)"):
            fitting_input(WHOLE, np.ones(shape), GIVEN, None)


class TestWithoutDescriptor:
    def test_zeros_then_the_rest(self):
        z = fitting_input(WHOLE, D, GIVEN, None)
        empty = without_descriptor(z, 5)
        np.testing.assert_array_equal(empty[..., :5], 0.0)
        assert_same_bits(empty[..., 5:], z[..., 5:])

    def test_nothing_else(self):
        assert_same_bits(without_descriptor(D, 5), np.zeros_like(D))
